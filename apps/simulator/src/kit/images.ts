import { crc32, deflateSync } from 'node:zlib';

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

const JPEG = tinyJpeg();
const PNG = tinyPng();

/** A picture of at least `bytes` bytes; decoders ignore what follows the end marker. */
export function jpeg(bytes = 0): Buffer {
  return bytes <= JPEG.length ? JPEG : Buffer.concat([JPEG, Buffer.alloc(bytes - JPEG.length)]);
}

export function jpegDataUri(bytes = 0): string {
  return `data:image/jpeg;base64,${jpeg(bytes).toString('base64')}`;
}

export function pngDataUri(): string {
  return `data:image/png;base64,${PNG.toString('base64')}`;
}
