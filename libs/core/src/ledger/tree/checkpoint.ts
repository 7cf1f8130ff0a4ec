import { decodeBase64 } from './base64.js';

/** The head of a log at one size, as https://c2sp.org/tlog-checkpoint writes it. It is the text of a signed note. */
export interface Checkpoint {
  /** Which log this is. */
  readonly origin: string;
  /** How many leaves. */
  readonly size: number;
  /** The root at that size, 32 bytes. */
  readonly root: Buffer;
}

const ROOT_BYTES = 32;
const SIZE = /^(?:0|[1-9]\d{0,15})$/u;
const ORIGIN = /^[\u0020-\u{10ffff}]+$/u;

/** Three lines: origin, size, root in base64. Throws RangeError for what would not be read again as it is. */
export function checkpointText(checkpoint: Checkpoint): string {
  const { origin, size, root } = checkpoint;
  if (!isOrigin(origin)) throw new RangeError('The origin of a checkpoint is one line, and not empty');
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`${size} is no size of a tree`);
  if (root.length !== ROOT_BYTES) throw new RangeError(`A root has ${ROOT_BYTES} bytes`);
  return `${origin}\n${size}\n${root.toString('base64')}\n`;
}

/** Null for what is no checkpoint, or bigger than numbers go. Extension lines may follow and are not read. */
export function parseCheckpoint(text: string): Checkpoint | null {
  if (!text.endsWith('\n')) return null;
  const lines = text.slice(0, -1).split('\n');
  // Extension lines are not empty either.
  if (lines.includes('')) return null;
  const [origin = '', sizeLine = '', rootLine = ''] = lines;
  const size = parseTreeSize(sizeLine);
  const root = decodeBase64(rootLine);
  if (!isOrigin(origin) || size === null || root?.length !== ROOT_BYTES) return null;
  return { origin, size, root };
}

/** A size in ASCII decimals without leading zeroes; null for every other text, and for what is bigger than numbers go. */
export function parseTreeSize(text: string): number | null {
  const size = SIZE.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(size) ? size : null;
}

function isOrigin(origin: string): boolean {
  return ORIGIN.test(origin) && origin.isWellFormed();
}
