import { parseTreeSize } from './checkpoint.js';
import { type NoteSignature, parseSignatureLines } from './signed-note.js';

/* What is said to a witness, and what it says: `add-checkpoint` of https://c2sp.org/tlog-witness. */

/** What a witness answered to a checkpoint. */
export type WitnessAnswer =
  /** Its cosignatures, not verified yet: `cosignedAt` does that, and passes over those of keys one does not know. */
  | { readonly outcome: 'cosigned'; readonly signatures: readonly NoteSignature[] }
  /** The last checkpoint it cosigned has that size: the proof has to lead from there. */
  | { readonly outcome: 'expects_size'; readonly size: number }
  | { readonly outcome: 'refused'; readonly reason: WitnessRefusal };

export type WitnessRefusal =
  /** It says that what we sent is not a request. */
  | 'malformed_request'
  /** It does not know this log. */
  | 'unknown_log'
  /** It knows the log, but not the key that signed. */
  | 'untrusted_key'
  /** What it saw before is not the beginning of this tree: the past was changed, or the proof is wrong. */
  | 'inconsistent'
  /** It has a failure, or too much to do. Later may be better. */
  | 'unavailable'
  /** Not an answer that a witness gives. */
  | 'unintelligible';

const MAX_PROOF_LINES = 63;
const HASH_BYTES = 32;

/**
 * The body of the request: the size that the proof leads from, the proof, and the signed checkpoint that it leads to. Throws
 * RangeError for a proof that no witness takes.
 */
export function addCheckpointBody(oldSize: number, proof: readonly Buffer[], checkpoint: string): string {
  if (!Number.isSafeInteger(oldSize) || oldSize < 0) throw new RangeError(`${oldSize} is no size of a tree`);
  if (proof.length > MAX_PROOF_LINES) throw new RangeError(`A proof of ${proof.length} hashes is too long`);
  if (oldSize === 0 && proof.length > 0) throw new RangeError('Nothing is to be proved of an empty tree');
  if (proof.some(({ length }) => length !== HASH_BYTES)) {
    throw new RangeError(`A hash has ${HASH_BYTES} bytes`);
  }
  const lines = [`old ${oldSize}`, ...proof.map((hash) => hash.toString('base64')), ''];
  return `${lines.join('\n')}\n${checkpoint}`;
}

/** Whatever it is given, it answers. `contentType`: the header's value, or null without one. */
export function parseWitnessAnswer(status: number, contentType: string | null, body: string): WitnessAnswer {
  switch (status) {
    case 200: {
      const signatures = parseSignatureLines(body);
      return signatures === null ? refused('unintelligible') : { outcome: 'cosigned', signatures };
    }
    case 409: {
      const size = isSizeType(contentType) && body.endsWith('\n') ? parseTreeSize(body.slice(0, -1)) : null;
      return size === null ? refused('unintelligible') : { outcome: 'expects_size', size };
    }
    case 400:
      return refused('malformed_request');
    case 403:
      return refused('untrusted_key');
    case 404:
      return refused('unknown_log');
    case 422:
      return refused('inconsistent');
    default:
      return refused(status >= 500 || status === 429 ? 'unavailable' : 'unintelligible');
  }
}

function refused(reason: WitnessRefusal): WitnessAnswer {
  return { outcome: 'refused', reason };
}

function isSizeType(contentType: string | null): boolean {
  return contentType?.split(';')[0]?.trim().toLowerCase() === 'text/x.tlog.size';
}
