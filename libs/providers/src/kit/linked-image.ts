import { type ByteStream, type ProviderFault } from '@gatehouse/contract';

import { peek } from './byte-stream.js';
import { MAGIC_LENGTH, sniffMediaType } from './media-type.js';
import { type ProviderHttp } from './provider-http.js';

/** More than an image of a document or a face needs. */
const MAX_BYTES = 40 * 1024 * 1024;

/**
 * An image of which the vendor gave the address, fetched without credentials. The caller has made sure that the host is
 * allowed. Null where there is nothing at the address; ProviderError, `not_found` where the address works no more.
 */
export async function fetchLinkedImage(
  http: ProviderHttp,
  call: {
    readonly provider: string;
    readonly operation: string;
    readonly url: string;
    readonly signal: AbortSignal;
  },
): Promise<ByteStream | null> {
  const { body, mediaType } = await http.open({
    ...call,
    method: 'GET',
    headers: { accept: 'image/*' },
    faultOf: faultOfImageHost,
    effectOnLostAnswer: 'none',
    repeatable: true,
    maxBytes: MAX_BYTES,
  });
  const head = await peek(body, MAGIC_LENGTH);
  return head.length === 0 ? null : { mediaType: sniffMediaType(head, mediaType), bytes: body };
}

/** We show it no credentials: one that refuses us has withdrawn the address, which some stores say with 400. */
function faultOfImageHost(status: number): ProviderFault {
  return [400, 401, 403, 404, 410].includes(status) ? 'not_found' : 'contract';
}
