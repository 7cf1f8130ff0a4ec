import { type Prisma } from '../../../../libs/platform/src/database/generated/client.js';
import { answerOf } from '../answer.js';

type Row = Prisma.VerificationGetPayload<{ include: { subject: true } }>;

/** The answer as an object, which Nest writes as JSON. */
export type View = Record<string, unknown>;

export function toView(row: Row): View {
  const of = (bytes: Uint8Array | null): unknown => JSON.parse(Buffer.from(bytes ?? []).toString());
  const subject = of(row.subject.detailsSealed) as { email: string; phone: string };
  const request = of(row.requestSealed) as {
    reference: string;
    metadata: Record<string, string>;
    redirectUrl: string;
  };
  const action = of(row.actionSealed) as { url: string };
  return answerOf({
    ...subject,
    ...request,
    id: row.id,
    link: action.url,
    expiresAt: row.expiresAt,
    createdAt: row.createdAt,
    row,
  });
}
