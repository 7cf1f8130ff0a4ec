import { toTypeId } from '../../../libs/platform/src/ids.js';

/** A verification with its person, as both the row that is read and the request that made it give it. */
export interface Known {
  readonly id: string;
  readonly email: string;
  readonly phone: string;
  readonly reference: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly redirectUrl: string;
  readonly link: string;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  readonly row: {
    readonly environment: string;
    readonly version: number;
    readonly status: string;
    readonly reasonCodes: readonly string[];
    readonly attempt: number;
    readonly provider: string;
    readonly source: string;
    readonly checks: readonly string[];
    readonly documentTypes: readonly string[];
    readonly warnings: readonly string[];
  };
}

/** The answer that the gateway gives, member by member. */
export function answerOf({ row, ...known }: Known): Record<string, unknown> {
  return {
    object: 'verification',
    id: toTypeId('ver', known.id),
    environment: row.environment,
    version: row.version,
    status: row.status,
    reasonCodes: row.reasonCodes,
    attempt: row.attempt,
    provider: { name: row.provider, reference: null, rawStatus: null, observedAt: null, source: row.source },
    reference: known.reference,
    metadata: known.metadata,
    subject: { email: masked(known.email, 1), phone: masked(known.phone, 5) },
    checks: row.checks,
    documentTypes: row.documentTypes,
    action: { type: 'redirect', url: known.link, expiresAt: null },
    delivery: null,
    validity: null,
    riskLevel: null,
    consent: null,
    evidence: { identity: false, images: 0, imagesUntil: null, report: false, reportUntil: null },
    warnings: row.warnings,
    previousVerificationId: null,
    importId: null,
    redirectUrl: known.redirectUrl,
    expiresAt: known.expiresAt,
    createdAt: known.createdAt,
    updatedAt: known.createdAt,
    completedAt: null,
    erasedAt: null,
  };
}

function masked(text: string, shown: number): string {
  return `${text.slice(0, shown)}•••${text.slice(-shown - 5)}`;
}
