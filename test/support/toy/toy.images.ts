import {
  type ByteStream,
  type Connection,
  type Handle,
  type ImageEntry,
  type ImageSource,
} from '@gatehouse/contract';

import { type ProviderHttp } from '../../../libs/providers/src/kit/provider-http.js';
import { addressed } from './toy.calls.js';
import { type ToyCredentials, toyHandle, type ToySettings } from './toy.config.js';
import { pictures } from './toy.wire.js';

type ToyConnection = Connection<ToyCredentials, ToySettings>;
type OpenRequest = Parameters<ImageSource<ToyCredentials, ToySettings>['open']>[2];

const KINDS = new Map([
  ['face', 'selfie'],
  ['document', 'document_front'],
] as const) as ReadonlyMap<string, ImageEntry['kind']>;

/** The images pass through as they arrive: none is ever kept, whole or in part. */
export class ToyImages implements ImageSource<ToyCredentials, ToySettings> {
  constructor(private readonly http: ProviderHttp) {}

  async list(connection: ToyConnection, handle: Handle): Promise<readonly ImageEntry[]> {
    const { sessionId } = toyHandle.parse(handle);
    const answer = await this.http.request({
      ...addressed(connection, `/sessions/${sessionId}/pictures`),
      operation: 'list the pictures at Toy',
      method: 'GET',
      schema: pictures,
    });
    if (answer.data.id !== sessionId) return [];
    return answer.data.pictures.map((name) => {
      const kind = KINDS.get(name) ?? 'other';
      return { key: name, kind, document: kind === 'document_front' ? 0 : null, mediaType: 'image/jpeg' };
    });
  }

  async open(
    connection: ToyConnection,
    handle: Handle,
    { isWanted, size, signal }: OpenRequest,
  ): Promise<ByteStream | null> {
    const { sessionId } = toyHandle.parse(handle);
    const wanted = (await this.list(connection, handle)).find(({ key }) => isWanted(key));
    if (wanted === undefined) return null;
    const path = `/sessions/${sessionId}/pictures/${wanted.key}${size === 'small' ? '?small=true' : ''}`;
    const answer = await this.http.openIfPresent(
      { ...addressed(connection, path), operation: 'open a picture at Toy', method: 'GET', signal },
      [404, 410],
    );
    return answer === null ? null : { mediaType: answer.mediaType ?? 'image/jpeg', bytes: answer.body };
  }
}
