import { isDeepStrictEqual } from 'node:util';

/** Credentials that were replaced, and how long they are still used where the current ones fail (ISO time). */
export interface FormerCredentials {
  readonly credentials: unknown;
  readonly until: string;
}

export interface CredentialVersions {
  readonly credentials: unknown;
  /** Newest first. */
  readonly previous: readonly FormerCredentials[];
}

/** Long enough for an admin to change the vendor's side on the same day, and for its webhooks under way to arrive. */
export const DEFAULT_OVERLAP_SECONDS = 86_400;
export const MAX_OVERLAP_SECONDS = 2_592_000;
const MAX_FORMER = 3;

/**
 * The versions after a write of `credentials`. Replaced ones stay for the overlap; an overlap of 0 ends all former ones, whether or
 * not the credentials change. What is over is dropped, and so is a former version that has become the current one again.
 */
export function nextVersions(
  known: CredentialVersions | null,
  credentials: unknown,
  overlapSeconds: number | null,
  now: Date,
): CredentialVersions & { readonly isChanged: boolean } {
  if (known === null) return { credentials, previous: [], isChanged: true };
  const isChanged = !areSame(known.credentials, credentials);
  if (overlapSeconds === 0) return { credentials, previous: [], isChanged };
  const standing = inOverlap(known.previous, now);
  if (!isChanged) return { credentials, previous: standing, isChanged };
  const until = new Date(now.getTime() + (overlapSeconds ?? DEFAULT_OVERLAP_SECONDS) * 1000).toISOString();
  const previous = [{ credentials: known.credentials, until }, ...standing]
    .filter((former) => !areSame(former.credentials, credentials))
    .slice(0, MAX_FORMER);
  return { credentials, previous, isChanged };
}

/** Those that may still be used. */
export function inOverlap(previous: readonly FormerCredentials[], now: Date): readonly FormerCredentials[] {
  const at = now.toISOString();
  return previous.filter(({ until }) => until > at);
}

/** As they are stored: a member that is undefined is as good as absent. */
function areSame(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(asStored(one), asStored(other));
}

function asStored(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
