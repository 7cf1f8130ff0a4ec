import { type ByteStream, ProviderError } from '@gatehouse/contract';

import { isAllowedImageUrl } from '../kit/image-host.js';
import { fetchLinkedImage } from '../kit/linked-image.js';
import { type ProviderHttp } from '../kit/provider-http.js';
import { type SardineSettings } from './sardine.config.js';

/**
 * An image of which Sardine gave the address (its encoding is not documented; providers/sardine.md 4.4). Only hosts that the
 * tenant has named are called, and without credentials. Null where there is nothing at the address.
 */
export async function fetchImage(
  http: ProviderHttp,
  { imageHosts }: Pick<SardineSettings, 'imageHosts'>,
  url: string,
  signal: AbortSignal,
): Promise<ByteStream | null> {
  const operation = 'fetch an image of Sardine from its address';
  if (!isAllowedImageUrl(url, imageHosts))
    throw new ProviderError(
      'sardine',
      'contract',
      'none',
      `Could not ${operation}: the host is not among the image hosts of the connection`,
    );
  return fetchLinkedImage(http, { provider: 'sardine', operation, url, signal });
}
