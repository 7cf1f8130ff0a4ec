import { crc32, deflateSync } from 'node:zlib';

import { base64Files, EncodedFile } from './encoded-files.js';

/** A valid grey 8×8 JPEG, written out by hand: one flat quantisation table, two one-symbol Huffman tables, one block. */
function tinyJpeg(): Buffer {
  const table = (kind: number): number[] => [0xff, 0xc4, 0, 20, kind, 1, ...zeros(15), 0];
  return Buffer.from([
    ...[0xff, 0xd8],
    ...[0xff, 0xdb, 0, 67, 0, ...zeros(64).map(() => 1)],
    ...[0xff, 0xc0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0],
    ...table(0x00),
    ...table(0x10),
    ...[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x3f],
    ...[0xff, 0xd9],
  ]);
}

/** A valid grey 8×8 PNG. */
function tinyPng(): Buffer {
  const header = Buffer.from([0, 0, 0, 8, 0, 0, 0, 8, 8, 0, 0, 0, 0]);
  const pixels = deflateSync(
    Buffer.concat(zeros(8).map(() => Buffer.from([0, ...zeros(8).map(() => 0x88)]))),
  );
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', pixels),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(named.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  named.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(named), named.length + 4);
  return chunk;
}

function zeros(count: number): number[] {
  return new Array<number>(count).fill(0);
}

const TINY = { jpeg: tinyJpeg(), png: tinyPng() } as const;
export type ImageKind = keyof typeof TINY;

/**
 * A picture of at least `bytes` bytes. Decoders ignore what follows the end marker: there comes the label, so that tests can
 * tell pictures apart, and after it what makes the size.
 */
export function image(label: string, bytes = 0, kind: ImageKind = 'jpeg'): Buffer {
  const labelled = Buffer.concat([TINY[kind], Buffer.from(label, 'latin1')]);
  return bytes <= labelled.length
    ? labelled
    : Buffer.concat([labelled, Buffer.alloc(bytes - labelled.length)]);
}

export function imageBase64(label: string, bytes = 0, kind: ImageKind = 'jpeg'): EncodedFile {
  return new EncodedFile(encoded(label, bytes, kind));
}

export function imageDataUri(label: string, bytes = 0, kind: ImageKind = 'jpeg'): EncodedFile {
  return new EncodedFile(encoded(label, bytes, kind), `data:image/${kind};base64,`);
}

function encoded(label: string, bytes: number, kind: ImageKind): Buffer {
  return base64Files.get(`${kind}/${bytes}/${label}`, () => image(label, bytes, kind));
}
