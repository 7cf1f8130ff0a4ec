import { type Check } from '@gatehouse/contract';

/** Parts of an identity that a person consents to (providers/sardine.md 4.3). */
export const SARDINE_SCOPES = ['profile', 'doc_kyc', 'liveness', 'ssn'] as const;
export type SardineScope = (typeof SARDINE_SCOPES)[number];

/**
 * The scopes for the checks asked. Sardine's own default is the profile alone, which silently checks no document (trap 7);
 * ours asks for both. `profile` is always among them, because only there does a consent show, and liveness takes
 * `doc_kyc` along, because alone it leaves nothing to be read (providers/sardine.md 6).
 */
export function scopesFor(checks: readonly Check[]): readonly SardineScope[] {
  const wanted = new Set<SardineScope>(['profile']);
  for (const check of checks.length === 0 ? (['document'] as const) : checks)
    for (const scope of SCOPES_OF[check]) wanted.add(scope);
  return SARDINE_SCOPES.filter((scope) => wanted.has(scope));
}

const SCOPES_OF: Readonly<Record<Check, readonly SardineScope[]>> = {
  profile: ['profile'],
  document: ['doc_kyc'],
  liveness: ['doc_kyc', 'liveness'],
  ssn: ['ssn'],
};

/** Scopes as one text, as a handle keeps them; and back. */
export function writeScopes(scopes: readonly SardineScope[]): string {
  return scopes.join(' ');
}

export function readScopes(text: string): readonly SardineScope[] {
  const words = text.split(' ');
  return SARDINE_SCOPES.filter((scope) => words.includes(scope));
}
