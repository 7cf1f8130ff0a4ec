import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';

import { cosignedAt } from './cosignature.js';
import {
  ED25519_COSIGNATURE,
  noteKeyId,
  type NoteSignature,
  parseSignatureLines,
  rawPublicKey,
  type VerifierKey,
} from './signed-note.js';

const TEXT = 'gatehouse/tnt_01h455vb4pex5vsknk084sn02q\n3\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const WITNESS: VerifierKey = {
  name: 'witness.test/w1',
  type: ED25519_COSIGNATURE,
  publicKey: rawPublicKey(publicKey),
};

describe('cosignedAt', () => {
  it('is the time that the witness signed', () => {
    expect(cosignedAt(TEXT, WITNESS, cosigned(TEXT, 1679315147n))).toBe(1679315147);
  });

  it('is the latest of several', () => {
    const signatures = [...cosigned(TEXT, 5n), ...cosigned(TEXT, 7n), ...cosigned(TEXT, 6n)];
    expect(cosignedAt(TEXT, WITNESS, signatures)).toBe(7);
  });

  it('is null for another text, for another witness, and without signatures', () => {
    const signatures = cosigned(TEXT, 5n);
    expect(cosignedAt(TEXT.replace('3', '4'), WITNESS, signatures)).toBeNull();
    expect(cosignedAt(TEXT, { ...WITNESS, name: 'witness.test/w2' }, signatures)).toBeNull();
    expect(cosignedAt(TEXT, { ...WITNESS, publicKey: Buffer.alloc(32, 1) }, signatures)).toBeNull();
    expect(cosignedAt(TEXT, WITNESS, [])).toBeNull();
  });

  it('is null when the time is not the one that was signed', () => {
    const signatures = cosigned(TEXT, 5n).map((signature) => ({
      ...signature,
      signature: Buffer.concat([timestamp(6n), signature.signature.subarray(8)]),
    }));
    expect(cosignedAt(TEXT, WITNESS, signatures)).toBeNull();
    expect(cosignedAt(TEXT, WITNESS, [...signatures, ...cosigned(TEXT, 5n)])).toBeNull();
  });

  it('is null for a signature of the note itself, for one too short, and for a time beyond numbers', () => {
    const note = lineOf(sign(null, Buffer.from(TEXT), privateKey));
    expect(cosignedAt(TEXT, WITNESS, note)).toBeNull();
    expect(cosignedAt(TEXT, WITNESS, lineOf(timestamp(5n)))).toBeNull();
    expect(cosignedAt(TEXT, WITNESS, lineOf(Buffer.of(1)))).toBeNull();
    expect(cosignedAt(TEXT, WITNESS, cosigned(TEXT, 2n ** 53n))).toBeNull();
  });
});

/** As a witness writes it. */
function cosigned(text: string, time: bigint): readonly NoteSignature[] {
  const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), privateKey);
  return lineOf(Buffer.concat([timestamp(time), signature]));
}

function lineOf(signature: Buffer): readonly NoteSignature[] {
  const keyId = noteKeyId(WITNESS.name, WITNESS.publicKey, ED25519_COSIGNATURE);
  const encoded = Buffer.concat([keyId, signature]).toString('base64');
  return parseSignatureLines(`\u2014 ${WITNESS.name} ${encoded}\n`) ?? [];
}

function timestamp(time: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(time);
  return bytes;
}
