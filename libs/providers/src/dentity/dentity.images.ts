import {
  type ByteStream,
  type Handle,
  type ImageEntry,
  type ImageLink,
  type ImageSource,
} from '@gatehouse/contract';

import { isAllowedImageUrl } from '../kit/image-host.js';
import { fetchLinkedImage } from '../kit/linked-image.js';
import { type ProviderHttp } from '../kit/provider-http.js';
import { type DentityConnection } from './dentity.calls.js';
import { type DentityCredentials, type DentitySettings } from './dentity.config.js';

type Source = ImageSource<DentityCredentials, DentitySettings>;

/** Images behind the links of a webhook, for as long as they work; there is no call that gives others (providers/dentity.md 7). */
export class DentityImages implements Source {
  constructor(private readonly http: ProviderHttp) {}

  list(
    { settings }: DentityConnection,
    _handle: Handle,
    links: readonly ImageLink[],
  ): Promise<readonly ImageEntry[]> {
    const entries = links
      .filter(({ url }) => isAllowedImageUrl(url, settings.imageHosts))
      .map(({ key, kind, document, mediaType }) => ({ key, kind, document, mediaType }));
    return Promise.resolve(entries);
  }

  /** Throws ProviderError, `not_found` where the link works no more. There is nothing to trim with, so `size` is not used. */
  async open(
    { settings }: DentityConnection,
    _handle: Handle,
    request: Parameters<Source['open']>[2],
  ): Promise<ByteStream | null> {
    const link = request.links.find(({ key }) => request.isWanted(key));
    // The settings may have changed since it came.
    if (link === undefined || !isAllowedImageUrl(link.url, settings.imageHosts)) return null;
    // The link itself is all that it takes; our key is nothing to its host.
    return fetchLinkedImage(this.http, {
      provider: 'dentity',
      operation: 'fetch an image of Dentity',
      url: link.url,
      signal: request.signal,
    });
  }
}
