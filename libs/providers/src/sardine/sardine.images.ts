import { type Readable } from 'node:stream';

import {
  type ByteStream,
  type Handle,
  type ImageEntry,
  type ImageKind,
  type ImageSource,
  ProviderError,
} from '@gatehouse/contract';

import { streamOf } from '../kit/byte-stream.js';
import { decodeImage, type ImageText } from '../kit/image-text.js';
import { type Broken } from '../kit/provider-failures.js';
import { type ProviderHttp } from '../kit/provider-http.js';
import { type SardineConnection } from './sardine.calls.js';
import { type SardineCredentials, type SardineSettings } from './sardine.config.js';
import { mayShow } from './sardine.consent.js';
import { type SardineEntities } from './sardine.entities.js';
import { type EntityImage, type EntityReader, IMAGE_KEYS, type ImageKey } from './sardine.entity.js';
import { storedHandle } from './sardine.handle.js';
import { fetchImage } from './sardine.linked-image.js';
import { type SardineEntity } from './sardine.wire.js';

const KINDS: Readonly<Record<ImageKey, ImageKind>> = {
  front: 'document_front',
  back: 'document_back',
  selfie: 'selfie',
};

interface ImageRequest {
  readonly isWanted: (key: string) => boolean;
  readonly signal: AbortSignal;
}

/**
 * A person's pictures (`documentKyc`; providers/sardine.md 4.4). They are in the same answer as the consent that they may be
 * shown by, and as documented before it. So an answer is read once for the consent alone, and only then once more for the
 * bytes. That second answer is held to the same consent, at its end at the latest: one that shows another breaks off.
 */
export class SardineImages implements ImageSource<SardineCredentials, SardineSettings> {
  constructor(
    private readonly http: ProviderHttp,
    private readonly entities: SardineEntities,
  ) {}

  list(connection: SardineConnection, handle: Handle): Promise<readonly ImageEntry[]> {
    const known = storedHandle.parse(handle);
    const operation = 'list images at Sardine';
    return this.entities.visit(connection, known.customerId, { operation }, async (reader) => {
      const found = new Map<ImageKey, string | null>();
      for (let image = await reader.nextImage(); image !== null; image = await reader.nextImage()) {
        const seen = await glanceAt(image, reader.broken);
        if (seen !== null) found.set(image.key, seen.mediaType);
      }
      const entity = await reader.rest();
      if (entity === null || !mayShow(entity, known, connection.settings)) return [];
      const document = entity.documentData === null ? null : 0;
      return IMAGE_KEYS.flatMap((key): ImageEntry[] => {
        const mediaType = found.get(key);
        if (mediaType === undefined) return [];
        return [{ key, kind: KINDS[key], document: key === 'selfie' ? null : document, mediaType }];
      });
    });
  }

  async open(
    connection: SardineConnection,
    handle: Handle,
    request: ImageRequest,
  ): Promise<ByteStream | null> {
    if (!IMAGE_KEYS.some((key) => request.isWanted(key))) return null;
    const known = storedHandle.parse(handle);
    const call = { operation: 'fetch an image from Sardine', signal: request.signal };
    const isOurs = (entity: SardineEntity | null): boolean =>
      entity !== null && mayShow(entity, known, connection.settings);
    const held = await this.entities.visit(connection, known.customerId, call, (reader) => reader.rest());
    if (!isOurs(held)) return null;
    const reader = await this.entities.open(connection, known.customerId, call);
    try {
      const image = await firstImage(reader, request);
      switch (image.kind) {
        case 'absent':
          reader.close();
          return null;
        case 'url':
          if (!isOurs(await reader.rest())) return null;
          return await fetchImage(this.http, connection.settings, image.url, request.signal);
        case 'bytes':
          return { mediaType: image.mediaType, bytes: streamed(image.bytes, reader, isOurs) };
      }
    } catch (error) {
      reader.close();
      throw error;
    }
  }
}

async function firstImage(reader: EntityReader, { isWanted }: ImageRequest): Promise<ImageText> {
  for (let image = await reader.nextImage(); image !== null; image = await reader.nextImage()) {
    if (!isWanted(image.key)) continue;
    const text = await decodeImage(image.chunks, reader.broken);
    if (text.kind !== 'absent') return text;
  }
  return { kind: 'absent' };
}

/** A stream, which closes what it comes from even if nobody has begun to read it. */
function streamed(
  bytes: Readable,
  reader: EntityReader,
  isOurs: (entity: SardineEntity | null) => boolean,
): Readable {
  const stream = streamOf(bytesOf(bytes, reader, isOurs));
  stream.once('close', () => {
    bytes.destroy();
    reader.close();
  });
  return stream;
}

async function* bytesOf(
  bytes: Readable,
  reader: EntityReader,
  isOurs: (entity: SardineEntity | null) => boolean,
): AsyncGenerator<Buffer, void, undefined> {
  const refuse = (): never => {
    throw reader.broken('shows another consent than the one before');
  };
  const soFar = reader.soFar();
  if (soFar?.profile != null && !isOurs(soFar)) refuse();
  for await (const chunk of bytes as AsyncIterable<Buffer>) yield chunk;
  if (!isOurs(await reader.rest())) refuse();
}

/** Whether there is an image in the text, and of which type as far as its first bytes tell. */
async function glanceAt(
  image: EntityImage,
  broken: Broken,
): Promise<{ readonly mediaType: string | null } | null> {
  try {
    const text = await decodeImage(image.chunks, broken);
    if (text.kind !== 'bytes') return text.kind === 'url' ? { mediaType: null } : null;
    text.bytes.destroy();
    return { mediaType: text.mediaType };
  } catch (error) {
    // One image that cannot be read does not hide the others; an answer that cannot be read ends at its next entry.
    if (error instanceof ProviderError && error.fault === 'contract') return { mediaType: null };
    throw error;
  }
}
