import { verify } from 'node:crypto';

import { ed25519PublicKey, type NoteSignature, signaturesOf, type VerifierKey } from './signed-note.js';

/*
 * A witness's statement that it saw a checkpoint and that it goes on from what it saw of the log before: https://c2sp.org/tlog-cosignature,
 * in its Ed25519 form. The same document's ML-DSA form is to us a signature of an unknown key.
 */

const TIMESTAMP_BYTES = 8;

/**
 * When the witness cosigned the checkpoint, in seconds since 1970: the latest of its cosignatures among these. Null if none of them is
 * its, or if one that says it is does not verify. `text`: the checkpoint's text, extension lines included.
 */
export function cosignedAt(
  text: string,
  witness: VerifierKey,
  signatures: readonly NoteSignature[],
): number | null {
  const times = signaturesOf(witness, signatures).map(({ signature }) => timeOf(text, witness, signature));
  const verified = times.filter((time) => time !== null);
  return verified.length > 0 && verified.length === times.length ? Math.max(...verified) : null;
}

function timeOf(text: string, { publicKey }: VerifierKey, signature: Buffer): number | null {
  if (signature.length <= TIMESTAMP_BYTES) return null;
  const time = signature.readBigUInt64BE();
  const signed = Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);
  const isSigned = verify(null, signed, ed25519PublicKey(publicKey), signature.subarray(TIMESTAMP_BYTES));
  return isSigned && time <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(time) : null;
}
