/** Bytes that every pattern below can be told by. */
export const MAGIC_LENGTH = 16;

const UNKNOWN = 'application/octet-stream';

/** What a vendor's word is taken for. Not SVG and nothing else that a browser would run. */
const IMAGE_TYPES: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/gif',
  'image/heic',
  'image/heif',
  'image/avif',
  'image/tiff',
  'image/bmp',
]);

const MAGIC: readonly (readonly [type: string, pattern: RegExp])[] = [
  ['image/jpeg', /^\xff\xd8\xff/u],
  ['image/png', /^\x89PNG\r\n/u],
  ['image/gif', /^GIF8[79]a/u],
  ['image/webp', /^RIFF.{4}WEBP/su],
  ['image/heic', /^.{4}ftyp(?:hei[cxms]|hev[cxms])/su],
  ['image/heif', /^.{4}ftyp(?:mif1|msf1)/su],
  ['image/avif', /^.{4}ftypavi[fs]/su],
  ['image/tiff', /^(?:II\*\0|MM\0\*)/u],
  ['application/pdf', /^%PDF-/u],
];

/**
 * The type that bytes may be served to a browser as: by their first {@link MAGIC_LENGTH}, which cannot be mistaken for a
 * page; else the `declared` one if it is that of an image; else the type of nothing in particular.
 */
export function sniffMediaType(head: Buffer, declared: string | null): string {
  const text = head.toString('latin1');
  const found = MAGIC.find(([, pattern]) => pattern.test(text));
  if (found !== undefined) return found[0];
  return declared !== null && IMAGE_TYPES.has(declared) ? declared : UNKNOWN;
}
