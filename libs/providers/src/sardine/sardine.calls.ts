import { type Connection, type ProviderFault } from '@gatehouse/contract';
import { type z } from 'zod';

import { endpoint } from '../kit/base-url.js';
import { type ProviderCall, type StreamCall } from '../kit/provider-http.js';
import { type SardineCredentials, type SardineSettings } from './sardine.config.js';

export type SardineConnection = Connection<SardineCredentials, SardineSettings>;

/** One of Sardine's four calls. All of them can be repeated, but for the one that makes a customer. */
export function callOf<T>(
  connection: SardineConnection,
  call: {
    readonly operation: string;
    readonly path: string;
    readonly body: unknown;
    readonly schema: z.ZodType<T>;
    readonly repeatable?: boolean;
  },
): ProviderCall<T> {
  const { operation, path, body, schema, repeatable = true } = call;
  return { ...sendingOf(connection, operation, path), method: 'POST', body, schema, repeatable };
}

/** Up to three images in base64 come with every read (providers/sardine.md trap 9). */
const ENTITY_MAX_BYTES = 40 * 1024 * 1024;

/**
 * A read of a person. What is answered before completion or after revocation is not documented (providers/sardine.md 4.4): 403
 * and 404 both mean that there is nothing for us to read.
 */
export function entityCall(connection: SardineConnection, customerId: string, operation: string): StreamCall {
  const path = `/identity/entities/${encodeURIComponent(customerId)}`;
  return {
    ...sendingOf(connection, operation, path),
    method: 'GET',
    repeatable: true,
    faultOf: (status) => (status === 403 ? 'not_found' : faultOf(status)),
    maxBytes: ENTITY_MAX_BYTES,
  };
}

/** HTTP Basic on every call (seed 002). */
function sendingOf(
  { credentials, settings }: SardineConnection,
  operation: string,
  path: string,
): Pick<StreamCall, 'provider' | 'operation' | 'url' | 'headers' | 'faultOf' | 'effectOnLostAnswer'> {
  const basic = Buffer.from(`${credentials.clientId}:${credentials.clientSecret}`).toString('base64');
  return {
    provider: 'sardine',
    operation,
    url: endpoint(settings.baseUrl, path),
    headers: { authorization: `Basic ${basic}` },
    faultOf,
    effectOnLostAnswer: 'none',
  };
}

/** No error of this API is documented (providers/sardine.md 5); this is what the codes say by themselves. */
function faultOf(status: number): ProviderFault {
  switch (status) {
    case 401:
    case 403:
      return 'credentials';
    case 404:
      return 'not_found';
    case 409:
      return 'conflict';
    default:
      return 'invalid_request';
  }
}
