import { createPublicKey, createSecretKey, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { sha256 } from '@gatehouse/platform';
import fc from 'fast-check';

import {
  ED25519,
  ED25519_COSIGNATURE,
  noteKey,
  noteKeyId,
  NoteSigner,
  parseNote,
  parseNoteKey,
  parseSignatureLines,
  rawPublicKey,
  signaturesOf,
  verifyNote,
} from './signed-note.js';

const NAME = 'gatehouse/tnt_01h455vb4pex5vsknk084sn02q';
const TEXT = 'A line.\n\nAnother, after an empty one.\n';
const { privateKey } = generateKeyPairSync('ed25519');
const signer = new NoteSigner(NAME, privateKey);
const other = new NoteSigner('elsewhere.test/log', generateKeyPairSync('ed25519').privateKey);
const note = signer.sign(TEXT);

describe('the example of the specification', () => {
  const vkey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
  const example =
    'This is an example message.\n\n' +
    '\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';

  it('verifies', () => {
    const key = parseNoteKey(vkey);
    if (key === null) throw new Error('no key');
    expect(key.type).toBe(ED25519);
    expect(verifyNote(example, key.name, key.publicKey)).toBe('This is an example message.\n');
    expect(noteKey(key.name, key.publicKey)).toBe(vkey);
  });
});

describe('NoteSigner', () => {
  it('signs what verifyNote verifies, whatever the text', () => {
    const line = fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Cc}/u.test(text));
    const texts = fc.array(line, { minLength: 1 }).map((lines) => `${lines.join('\n')}\n`);
    fc.assert(
      fc.property(texts, (text) => {
        expect(verifyNote(signer.sign(text), NAME, signer.publicKey)).toBe(text);
      }),
    );
  });

  it('writes text, empty line, em dash, name, and the key id before the signature', () => {
    const [signature] = parseNote(note)?.signatures ?? [];
    expect(note.startsWith(`${TEXT}\n\u2014 ${NAME} `)).toBe(true);
    expect(signature?.keyId).toEqual(noteKeyId(NAME, signer.publicKey));
    expect(signature?.signature).toEqual(sign(null, Buffer.from(TEXT), privateKey));
  });

  it.each([
    ['nothing', ''],
    ['a last line without its end', 'a'],
    ['a tab', 'a\tb\n'],
    ['a carriage return', 'a\r\n'],
    ['NUL', '\u0000\n'],
    ['half a character', '\ud800\n'],
  ])('refuses to sign %s', (_, text) => {
    expect(() => signer.sign(text)).toThrow(RangeError);
  });

  it.each(['', 'a b', 'a+b', 'a\n', 'a\u00a0b', 'a\u0085b', 'a\u0001b', '\ud800'])(
    'refuses the name %j',
    (name) => {
      expect(() => new NoteSigner(name, privateKey)).toThrow(RangeError);
    },
  );

  it('refuses a key that cannot sign so', () => {
    const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (const key of [createPublicKey(privateKey), elliptic.privateKey, createSecretKey(Buffer.alloc(32))]) {
      expect(() => new NoteSigner(NAME, key)).toThrow(RangeError);
    }
  });
});

describe('verifyNote', () => {
  it('refuses another key, and another name for the same key', () => {
    expect(verifyNote(note, NAME, other.publicKey)).toBeNull();
    expect(verifyNote(note, `${NAME}x`, signer.publicKey)).toBeNull();
    expect(verifyNote(note.replace(`${NAME} `, `${NAME}x `), `${NAME}x`, signer.publicKey)).toBeNull();
  });

  it('refuses one changed byte, wherever it is', () => {
    fc.assert(
      fc.property(fc.nat(Buffer.byteLength(note) - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bytes = Buffer.from(note);
        bytes.writeUInt8(bytes.readUInt8(at) ^ change, at);
        expect(verifyNote(bytes.toString(), NAME, signer.publicKey)).toBeNull();
      }),
    );
  });

  it('passes over the signatures of others', () => {
    const theirs = other.sign(TEXT).slice(TEXT.length + 1);
    const ours = note.slice(TEXT.length + 1);
    expect(verifyNote(`${TEXT}\n${theirs}${ours}`, NAME, signer.publicKey)).toBe(TEXT);
    expect(verifyNote(`${TEXT}\n${ours}${theirs}`, NAME, signer.publicKey)).toBe(TEXT);
    expect(verifyNote(`${TEXT}\n${theirs}`, NAME, signer.publicKey)).toBeNull();
  });

  it('passes over a line that shares our name or our key id, but not both', () => {
    const keyId = noteKeyId(NAME, signer.publicKey);
    const junk = Buffer.alloc(64, 1);
    const sameName = lineOf(NAME, Buffer.of(1, 2, 3, 4), junk);
    const sameId = lineOf('elsewhere.test/log', keyId, junk);
    expect(verifyNote(note + sameName + sameId, NAME, signer.publicKey)).toBe(TEXT);
  });

  it('refuses a note with a signature that says it is ours and is not, beside one that is', () => {
    const forged = lineOf(NAME, noteKeyId(NAME, signer.publicKey), Buffer.alloc(64, 1));
    expect(verifyNote(note + forged, NAME, signer.publicKey)).toBeNull();
  });

  it('does not bind the name: the text has to', () => {
    const name = `${NAME}/erasure`;
    const signature = sign(null, Buffer.from(TEXT), privateKey);
    const renamed = `${TEXT}\n${lineOf(name, noteKeyId(name, signer.publicKey), signature)}`;
    expect(verifyNote(renamed, name, signer.publicKey)).toBe(TEXT);
  });

  it('refuses a signature of another length', () => {
    const keyId = noteKeyId(NAME, signer.publicKey);
    const signature = sign(null, Buffer.from(TEXT), privateKey);
    for (const cut of [signature.subarray(1), Buffer.concat([signature, Buffer.of(0)])]) {
      expect(verifyNote(`${TEXT}\n${lineOf(NAME, keyId, cut)}`, NAME, signer.publicKey)).toBeNull();
    }
  });

  it('refuses a signature of another type, though it is by our key', () => {
    const keyId = noteKeyId(NAME, signer.publicKey, ED25519_COSIGNATURE);
    const signature = sign(null, Buffer.from(TEXT), privateKey);
    expect(verifyNote(`${TEXT}\n${lineOf(NAME, keyId, signature)}`, NAME, signer.publicKey)).toBeNull();
  });

  it('says when the key is not one', () => {
    expect(() => verifyNote(note, NAME, signer.publicKey.subarray(1))).toThrow(RangeError);
  });
});

describe('parseNote', () => {
  it('keeps the lines of unknown signatures as they are', () => {
    const cosignature = lineOf('witness.test/w1', Buffer.of(9, 9, 9, 9), Buffer.alloc(72, 7));
    const parsed = parseNote(note + cosignature);
    expect(parsed?.text).toBe(TEXT);
    expect(parsed?.signatures.map(({ name }) => name)).toEqual([NAME, 'witness.test/w1']);
    expect(parsed?.signatures.at(1)?.line).toBe(cosignature);
    expect(parsed?.signatures.at(1)?.signature).toEqual(Buffer.alloc(72, 7));
    expect(`${TEXT}\n${parsed?.signatures.map(({ line }) => line).join('') ?? ''}`).toBe(note + cosignature);
  });

  it('takes 16 signatures and more, but not without end', () => {
    const more = (count: number): string =>
      note + lineOf('witness.test/w1', Buffer.of(9, 9, 9, 9), Buffer.of(1)).repeat(count);
    expect(parseNote(more(15))?.signatures).toHaveLength(16);
    expect(parseNote(more(99))?.signatures).toHaveLength(100);
    expect(parseNote(more(100))).toBeNull();
  });

  it.each([
    ['nothing', ''],
    ['no signature', `${TEXT}\n`],
    ['no empty line', note.replaceAll('\n\n', '\n')],
    ['a last line without its newline', note.slice(0, -1)],
    ['another character for its last newline', note.replace(/\n$/u, 'x')],
    ['an empty line at the end', `${note}\n`],
    ['a hyphen for the dash', note.replace('\u2014', '-')],
    ['an en dash for the dash', note.replace('\u2014', '\u2013')],
    ['two spaces', note.replace('\u2014 ', '\u2014  ')],
    ['no name', note.replace(`${NAME} `, '')],
    [
      'a name with a space that only Unicode knows',
      `${note}${lineOf('a\u0085b', Buffer.alloc(4), Buffer.of(1))}`,
    ],
    ['a space at the end of a line', note.replace(/\n$/u, ' \n')],
    ['carriage returns', note.replaceAll('\n', '\r\n')],
    ['a control character', note.replace('line', 'l\u0001ne')],
    ['half a character', note.replace('line', '\udc00')],
    ['a line that is no signature', `${note}and so on\n`],
    ['base64 without its padding', note.replace(/=+\n$/u, '\n')],
    ['a key id and nothing else', `${TEXT}\n${lineOf(NAME, Buffer.of(1, 2, 3, 4), Buffer.of())}`],
  ])('refuses %s', (_, text) => {
    expect(text).not.toBe(note);
    expect(parseNote(text)).toBeNull();
    expect(verifyNote(text, NAME, signer.publicKey)).toBeNull();
  });
});

describe('parseSignatureLines', () => {
  it('reads what follows the text', () => {
    const lines = note.slice(TEXT.length + 1);
    expect(parseSignatureLines(lines)).toEqual(parseNote(note)?.signatures);
    expect(parseSignatureLines(`\n${lines}`)).toBeNull();
    expect(parseSignatureLines('')).toBeNull();
    expect(parseSignatureLines('\n')).toBeNull();
  });
});

describe('signaturesOf', () => {
  it('knows a key by its name and its id', () => {
    const parsed = parseNote(note + other.sign(TEXT).slice(TEXT.length + 1))?.signatures ?? [];
    const found = signaturesOf({ name: NAME, type: ED25519, publicKey: signer.publicKey }, parsed);
    expect(found.map(({ name }) => name)).toEqual([NAME]);
  });
});

describe('noteKey and parseNoteKey', () => {
  it('are each other’s inverse, whatever is in the key', () => {
    const keys = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
    const types = fc.constantFrom(ED25519, ED25519_COSIGNATURE);
    fc.assert(
      fc.property(keys, types, (publicKey, type) => {
        expect(parseNoteKey(noteKey(NAME, publicKey, type))).toEqual({ name: NAME, type, publicKey });
      }),
    );
  });

  it('gives one key a different id for each name and type', () => {
    const ids = [
      noteKeyId(NAME, signer.publicKey),
      noteKeyId(`${NAME}x`, signer.publicKey),
      noteKeyId(NAME, signer.publicKey, ED25519_COSIGNATURE),
    ].map((id) => id.toString('hex'));
    expect(new Set(ids).size).toBe(3);
  });

  const vkey = noteKey('log.test', Buffer.alloc(32, 5));
  const vkeyOf = (material: Buffer): string => {
    const hash = sha256(Buffer.concat([Buffer.from('log.test\n'), material]));
    return `log.test+${hash.toString('hex', 0, 4)}+${material.toString('base64')}`;
  };

  it('knows the key id by its definition', () => {
    expect(vkeyOf(Buffer.concat([Buffer.of(1), Buffer.alloc(32, 5)]))).toBe(vkey);
  });

  it.each([
    ['another id', vkey.replace(/\+[0-9a-f]{8}\+/u, '+00000000+')],
    ['an id in capitals', vkey.replace(/\+[0-9a-f]{8}\+/u, (id) => id.toUpperCase())],
    ['another name', `x${vkey}`],
    ['no name', vkey.slice('log.test'.length)],
    ['a key too short', `log.test+00000000+${Buffer.of(1, 2, 3).toString('base64')}`],
    ['an unknown type', vkeyOf(Buffer.alloc(33, 6))],
    ['nothing', ''],
    ['no parts', 'log.test'],
    ['a space in the name', vkey.replace('log', 'l g')],
  ])('refuses %s', (_, text) => {
    expect(text).not.toBe(vkey);
    expect(parseNoteKey(text)).toBeNull();
  });
});

describe('rawPublicKey', () => {
  it('is the end of the key’s DER form, of either half', () => {
    const publicKey = createPublicKey(privateKey);
    const der = publicKey.export({ format: 'der', type: 'spki' });
    expect(rawPublicKey(publicKey)).toEqual(der.subarray(-32));
    expect(rawPublicKey(privateKey)).toEqual(der.subarray(-32));
  });
});

function lineOf(name: string, keyId: Buffer, signature: Buffer): string {
  return `\u2014 ${name} ${Buffer.concat([keyId, signature]).toString('base64')}\n`;
}
