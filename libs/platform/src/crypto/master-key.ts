import { createSecretKey, type KeyObject } from 'node:crypto';
import { keyedHash } from './hash.js';
import { MASTER_KEY_BYTES } from './master-key-format.js';
import { open, seal } from './seal.js';

/**
 * The key above all tenant keys. It wraps and unwraps and never leaves its keeper, so that a key management service can stand
 * behind it. `context` names the key that is wrapped and must be the same both times.
 */
export interface MasterKey {
  /** Stored beside what it wrapped, to tell which master key is needed. Reveals nothing of the key. */
  readonly id: string;
  /** `key` is 32 bytes. Throws MasterKeyUnavailable. */
  wrap(key: Buffer, context: string): Promise<Buffer>;
  /**
   * Throws SealError when it was wrapped by another key, for another context, or changed; MasterKeyUnavailable when that could not
   * be found out.
   */
  unwrap(wrapped: Buffer, context: string): Promise<KeyObject>;
}

/** The master keys of a process. New tenant keys are wrapped by `current`; each opens by the one that wrapped it. */
export interface MasterKeys {
  readonly current: MasterKey;
  /** While the master key is rotated: the other one that tenant keys may still be wrapped by. */
  readonly previous: MasterKey | null;
}

/** The one that is stored beside what it wrapped. Throws MasterKeyUnavailable where it is neither of them. */
export function masterKeyNamed(keys: MasterKeys, id: string): MasterKey {
  const found = [keys.current, keys.previous].find((key) => key?.id === id);
  if (found == null) throw new MasterKeyUnavailable('unknown_key');
  return found;
}

/** Why the keeper of a master key is of no use at the moment. */
export type MasterKeyTrouble =
  | 'unreachable'
  | 'timeout'
  /** It answers 503: Vault is sealed or being maintained. */
  | 'sealed'
  | 'failing'
  | 'rate_limited'
  /** It does not take our token, or the token may not use this key. */
  | 'forbidden'
  /** There is no such engine or key. */
  | 'not_found'
  /** It sends us elsewhere, where our token does not follow. */
  | 'redirected'
  /** It will not do this with the key as it is configured there. */
  | 'rejected'
  | 'unreadable_answer'
  /** The key is none that this process was started with. */
  | 'unknown_key';

/**
 * A master key cannot be used now: says nothing about what was to be opened with it, and another attempt may succeed. Carries a word
 * of ours and nothing that the keeper said.
 */
export class MasterKeyUnavailable extends Error {
  override readonly name = 'MasterKeyUnavailable';

  constructor(readonly code: MasterKeyTrouble) {
    super(`the master key cannot be used now (${code})`);
  }
}

/** A master key held in memory. */
export class LocalMasterKey implements MasterKey {
  readonly id: string;
  readonly #key: KeyObject;

  /** Throws RangeError unless given exactly 32 bytes. */
  constructor(bytes: Buffer) {
    if (bytes.length !== MASTER_KEY_BYTES) throw new RangeError('a master key has 32 bytes');
    this.#key = createSecretKey(bytes);
    this.id = `local:${keyedHash(this.#key, 'gatehouse master key id').toString('hex', 0, 8)}`;
  }

  wrap(key: Buffer, context: string): Promise<Buffer> {
    return Promise.resolve(seal(this.#key, key, wrapContext(context)));
  }

  // async, so that a failure is a rejection as it would be with a remote keeper.
  // eslint-disable-next-line @typescript-eslint/require-await
  async unwrap(wrapped: Buffer, context: string): Promise<KeyObject> {
    const bytes = open(this.#key, wrapped, wrapContext(context));
    const key = createSecretKey(bytes);
    bytes.fill(0);
    return key;
  }
}

/** What a wrapped key is bound to, whoever wraps it. */
export function wrapContext(context: string): string {
  return `gatehouse wrapped key: ${context}`;
}
