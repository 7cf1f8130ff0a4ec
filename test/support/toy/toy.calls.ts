import { type Connection, type ProviderFault } from '@gatehouse/contract';

import { endpoint } from '../../../libs/providers/src/kit/base-url.js';
import { type StreamCall } from '../../../libs/providers/src/kit/provider-http.js';
import { type ToyCredentials, type ToySettings } from './toy.config.js';

/** What all calls have in common. Nothing reaches the person, and everything may be repeated. */
export function addressed(
  { credentials, settings }: Connection<ToyCredentials, ToySettings>,
  path: string,
): Omit<StreamCall, 'operation' | 'method'> {
  return {
    provider: 'toy',
    url: endpoint(settings.baseUrl, path),
    headers: { authorization: `Bearer ${credentials.apiKey}` },
    faultOf,
    effectOnLostAnswer: 'none',
    repeatable: true,
  };
}

function faultOf(status: number): ProviderFault {
  switch (status) {
    case 401:
      return 'credentials';
    case 404:
      return 'not_found';
    case 409:
      return 'conflict';
    default:
      return 'invalid_request';
  }
}
