import { type RandomSource } from '@gatehouse/platform';
import { z } from 'zod';

/** What is sealed of an endpoint: its URL too, because receivers put secrets into paths. */
export interface EndpointSecrets {
  readonly url: string;
  /** `whsec_…`, as Standard Webhooks has it. */
  readonly secret: string;
  /** The one that was replaced, with which messages are signed as well until then (ISO time). */
  readonly previous: { readonly secret: string; readonly until: string } | null;
}

const SECRET_BYTES = 32;
/** Long enough for a receiver to be given the new secret on the next working day. */
const OVERLAP_MS = 24 * 3_600_000;

const Sealed = z.object({
  url: z.string(),
  secret: z.string(),
  previous: z.object({ secret: z.string(), until: z.string() }).nullable(),
});

export function newSecret(random: RandomSource): string {
  return `whsec_${random.bytes(SECRET_BYTES).toString('base64')}`;
}

/** The present secret becomes the previous one; one that was replaced before ends here. */
export function rotated(secrets: EndpointSecrets, random: RandomSource, now: Date): EndpointSecrets {
  const until = new Date(now.getTime() + OVERLAP_MS).toISOString();
  return { ...secrets, secret: newSecret(random), previous: { secret: secrets.secret, until } };
}

/** With which messages are signed now, the newest first. */
export function signingSecrets(secrets: EndpointSecrets, now: Date): readonly string[] {
  const { secret, previous } = secrets;
  return previous !== null && previous.until > now.toISOString() ? [secret, previous.secret] : [secret];
}

/** What was sealed by us, opened again. Throws where it is anything else. */
export function endpointSecrets(value: unknown): EndpointSecrets {
  return Sealed.parse(value);
}

export function placeOfEndpoint(id: string): { table: string; row: string; column: string } {
  return { table: 'webhook_endpoints', row: id, column: 'sealed' };
}
