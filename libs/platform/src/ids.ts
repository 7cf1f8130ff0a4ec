import { randomInt } from 'node:crypto';

import { fromUUID, toUUID, type TypeId } from 'typeid-js';
import { v7 as uuidv7 } from 'uuid';

import { type Clock, SystemClock } from './clock.js';
import { sha256 } from './crypto/hash.js';
import { RandomPool } from './crypto/random-pool.js';

/** Makes the keys of new rows. */
export abstract class Ids {
  /** A UUIDv7 in its usual text form; within one process each is greater than the one before it, unless its clock was set back. */
  abstract next(): string;
}

/** Of the counter's 32 bits chance sets the lower 30 each millisecond, which leaves room for many more than a millisecond makes. */
const COUNTER_START = 2 ** 30;
/** A clock that goes back by more has been set; by less, it is followed once it has come so far again. */
const BACK_MS = 1_000;

const randomness = new RandomPool(16);

/** By the clock that everything else is dated by, so that what was made at a time can be found by it. */
export class SystemIds extends Ids {
  #msecs = 0;
  #counter = 0;

  constructor(private readonly clock: Clock = new SystemClock()) {
    super();
  }

  override next(): string {
    const now = this.clock.now().getTime();
    if (now > this.#msecs || this.#msecs - now > BACK_MS) {
      this.#msecs = now;
      this.#counter = randomInt(COUNTER_START);
    } else this.#counter += 1;
    return uuidv7({ msecs: this.#msecs, seq: this.#counter, random: randomness.next() });
  }
}

/** The public form of a key: `toTypeId('ver', '01890a5d-…')` is `ver_01h45…`. `uuid` must be a UUID. */
export function toTypeId(prefix: string, uuid: string): string {
  return fromUUID(uuid, prefix);
}

const SUFFIX = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;

/** The UUID behind a public id, or null for anything that `toTypeId(prefix, …)` would not have written. Never throws. */
export function fromTypeId(prefix: string, text: string): string | null {
  const suffix = text.slice(prefix.length + 1);
  // typeid-js reads the first 26 bytes of whatever it is given, so the exact form is checked here: 128 bits have one text.
  if (!text.startsWith(`${prefix}_`) || !SUFFIX.test(suffix)) return null;
  try {
    return toUUID(text as TypeId<string>);
  } catch {
    // 128 bits that are no UUID (wrong version or variant): the text names nothing of ours.
    return null;
  }
}

/**
 * An id for what is no row of ours but a part of one: the same at every call for the same `name`, and a valid UUIDv7 with the time
 * of the row's own.
 */
export function derivedId(uuid: string, name: string): string {
  const hash = sha256(`${uuid}/${name}`).toString('hex');
  const [timeHigh = '', timeLow = ''] = uuid.split('-');
  const variant = ((parseInt(hash.slice(3, 4), 16) & 0x3) | 0x8).toString(16);
  return [timeHigh, timeLow, `7${hash.slice(0, 3)}`, `${variant}${hash.slice(4, 7)}`, hash.slice(7, 19)].join(
    '-',
  );
}

/** Before every id, and after every one. */
export const LOWEST_ID = '00000000-0000-0000-0000-000000000000';
export const HIGHEST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** When an id was made, in milliseconds. */
export function timeOfId(uuid: string): number {
  return parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
}

/** The lowest id that could have been made at a time. */
export function firstIdAt(milliseconds: number): string {
  const hex = Math.max(0, milliseconds).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
