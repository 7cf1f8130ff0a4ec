import { type ByteStream, ProviderError, type ProviderFault } from '@gatehouse/contract';

import { peek } from '../kit/byte-stream.js';
import { isAllowedImageUrl } from '../kit/image-host.js';
import { MAGIC_LENGTH, sniffMediaType } from '../kit/media-type.js';
import { type ProviderHttp } from '../kit/provider-http.js';
import { IMAGE_MAX_BYTES } from './sardine.calls.js';
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
  const { body, mediaType } = await http.open({
    provider: 'sardine',
    operation,
    method: 'GET',
    url,
    headers: { accept: 'image/*' },
    faultOf: faultOfImageHost,
    effectOnLostAnswer: 'none',
    repeatable: true,
    maxBytes: IMAGE_MAX_BYTES,
    signal,
  });
  const head = await peek(body, MAGIC_LENGTH);
  return head.length === 0 ? null : { mediaType: sniffMediaType(head, mediaType), bytes: body };
}

/** We show it no credentials: one that refuses us has withdrawn the address. */
function faultOfImageHost(status: number): ProviderFault {
  return [401, 403, 404, 410].includes(status) ? 'not_found' : 'contract';
}
