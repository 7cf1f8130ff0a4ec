import { sha256 } from '@gatehouse/platform';

/** With which a commitment can be checked, by whoever is shown it. */
export interface Opening {
  /** 32 bytes in hexadecimal. */
  readonly salt: string;
  /** The exact text that was committed to. */
  readonly value: string;
}

export const SALT_BYTES = 32;

/**
 * What the ledger may hold of a person's data: SHA-256 over the salt and the text, in hexadecimal. Whoever lacks the salt learns
 * nothing from it, not even by guessing; the salt is sealed with the data, and goes with it.
 */
export function commitmentTo({ salt, value }: Opening): string {
  return sha256(Buffer.concat([Buffer.from(salt, 'hex'), Buffer.from(value)])).toString('hex');
}
