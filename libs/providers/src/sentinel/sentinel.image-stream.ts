import { finished, type Readable } from 'node:stream';

import { type ByteStream, type ImageEntry, type ImageKind, ProviderError } from '@gatehouse/contract';

import { decodeImage } from '../kit/image-text.js';
import { readAnswer } from '../kit/json-answer.js';
import { type JsonPath } from '../kit/json-events.js';
import { type OpenAnswer } from '../kit/provider-http.js';
import { type Broken } from '../kit/provider-failures.js';
import { SENTINEL_DOCUMENTS } from './sentinel.documents.js';
import { documentsOf } from './sentinel.map.js';
import { type SentinelCustomer } from './sentinel.wire.js';

/** Images of a document (seed 000). */
const DOCUMENT_IMAGES: ReadonlyMap<unknown, ImageKind> = new Map([
  ['frontImage', 'document_front'],
  ['backImage', 'document_back'],
  ['idImage', 'document_image'],
]);

/** The text of an image, and where it was. */
interface ImageText extends Omit<ImageEntry, 'mediaType'> {
  readonly chunks: AsyncIterable<string>;
}

/** The images in an answer about the customer. What only fills an image's place and is none is left out. */
export async function imageEntriesIn(
  answer: OpenAnswer,
  customer: SentinelCustomer,
): Promise<readonly ImageEntry[]> {
  const entries: ImageEntry[] = [];
  for await (const { chunks, ...entry } of imagesIn(answer, customer)) {
    const mediaType = await mediaTypeOf(chunks, answer.broken);
    if (mediaType !== null) entries.push({ ...entry, mediaType });
  }
  return entries;
}

/** The first wanted image, which is passed on while it arrives; null: there is none such. */
export async function openImageIn(
  answer: OpenAnswer,
  customer: SentinelCustomer,
  isWanted: (key: string) => boolean,
): Promise<ByteStream | null> {
  const images = imagesIn(answer, customer);
  try {
    for (let next = await images.next(); next.done !== true; next = await images.next()) {
      if (!isWanted(next.value.key)) continue;
      const image = await imageIn(next.value.chunks, answer.broken);
      if (image === null) continue;
      // Also where the bytes have failed already.
      finished(image.bytes, () => answer.body.destroy());
      return image;
    }
    return null;
  } catch (error) {
    answer.body.destroy();
    throw error;
  }
}

/**
 * Whose images they are has to be known before the first one is looked at. `customer` is who was found to be the person
 * a moment ago; an answer that names somebody else, or names them too late, is broken.
 */
async function* imagesIn(
  answer: OpenAnswer,
  customer: SentinelCustomer,
): AsyncGenerator<ImageText, void, undefined> {
  let isConfirmed = false;
  // OCR results and internal members may hold images as well, so every text but the one that is needed is a long one.
  for await (const entry of readAnswer(answer, (path) => !isUuid(path))) {
    if (isUuid(entry.path)) {
      if (entry.kind === 'long' || entry.value !== customer.uuid)
        throw answer.broken('is about another customer');
      isConfirmed = true;
    }
    const place = entry.kind === 'long' ? placeOf(entry.path, customer) : null;
    if (entry.kind === 'scalar' || place === null) continue;
    if (!isConfirmed) throw answer.broken('has an image before it names the customer');
    yield { ...place, chunks: entry.chunks };
  }
  if (!isConfirmed) throw answer.broken('names no customer');
}

function isUuid(path: JsonPath): boolean {
  return path.length === 2 && path[0] === 'data' && path[1] === 'uuid';
}

/** Which image of the record is there (providers/sentinel.md 5.3); null: none. */
function placeOf(path: JsonPath, customer: SentinelCustomer): Omit<ImageText, 'chunks'> | null {
  const [root, member, image] = path;
  if (root !== 'data') return null;
  if (member === 'isLiveFaces' && typeof image === 'number' && path.length === 3)
    return { key: `isLiveFaces/${image.toString()}`, kind: 'selfie', document: null };
  // Inferred from its name: the portrait that the live face was compared with. Of which document is not said.
  if (member === 'idFace' && path.length === 2)
    return { key: 'idFace', kind: 'document_portrait', document: null };
  const document = SENTINEL_DOCUMENTS.find(({ key }) => key === member);
  const kind = DOCUMENT_IMAGES.get(image);
  if (document === undefined || kind === undefined || path.length !== 3) return null;
  const index = documentsOf(customer).findIndex(({ type }) => type === document.type);
  return { key: `${document.key}/${String(image)}`, kind, document: index === -1 ? null : index };
}

/**
 * Sentinel has data URIs (seed 000). Bare base64 is taken as well, but only where its bytes are an image's: `n/a` is base64
 * too. Addresses are not followed.
 */
async function imageIn(
  chunks: AsyncIterable<string>,
  broken: Broken,
): Promise<{ readonly mediaType: string; readonly bytes: Readable } | null> {
  const image = await decodeImage(chunks, broken);
  if (image.kind === 'url') throw broken('holds the address of an image');
  if (image.kind === 'absent') return null;
  const { encoding, mediaType, bytes } = image;
  if (encoding === 'data_uri' || mediaType.startsWith('image/')) return { mediaType, bytes };
  bytes.destroy();
  return null;
}

/** By an image's first bytes; null where there is none. Should the answer itself be broken, whoever reads on hears of it. */
async function mediaTypeOf(chunks: AsyncIterable<string>, broken: Broken): Promise<string | null> {
  try {
    const image = await imageIn(chunks, broken);
    image?.bytes.destroy();
    return image?.mediaType ?? null;
  } catch (error) {
    if (error instanceof ProviderError) return null;
    throw error;
  }
}
