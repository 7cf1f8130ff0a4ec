import { type KeyObject } from 'node:crypto';

import { open, openJson, seal, SealError, sealJson } from '@gatehouse/platform';

/**
 * One person's key. While it is being replaced there are two: the present one seals, and both open, whichever of them somebody else
 * has sealed with. `place` binds what is sealed to its tenant, table, row and column.
 */
export class SubjectKey {
  readonly #present: KeyObject;
  readonly #spare: KeyObject | null;

  constructor(present: KeyObject, spare: KeyObject | null) {
    this.#present = present;
    this.#spare = spare;
  }

  seal(plaintext: Buffer, place: string): Buffer {
    return seal(this.#present, plaintext, place);
  }

  sealJson(value: unknown, place: string): Buffer {
    return sealJson(this.#present, value, place);
  }

  /** Throws SealError. */
  open(sealed: Buffer, place: string): Buffer {
    return this.#either((key) => open(key, sealed, place));
  }

  /** Throws SealError. */
  openJson(sealed: Buffer, place: string): unknown {
    return this.#either((key) => openJson(key, sealed, place));
  }

  /** The same under the present key; null where it is under that already. Throws SealError. */
  reseal(sealed: Buffer, place: string): Buffer | null {
    try {
      open(this.#present, sealed, place);
      return null;
    } catch (error) {
      if (!(error instanceof SealError) || this.#spare === null) throw error;
      return this.seal(open(this.#spare, sealed, place), place);
    }
  }

  #either<T>(opened: (key: KeyObject) => T): T {
    try {
      return opened(this.#present);
    } catch (error) {
      if (!(error instanceof SealError) || this.#spare === null) throw error;
      return opened(this.#spare);
    }
  }
}
