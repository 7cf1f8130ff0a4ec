import { type Connection, type ProviderFault } from '@gatehouse/contract';

import { endpoint } from '../kit/base-url.js';
import { type DentityCredentials, type DentitySettings } from './dentity.config.js';

export type DentityConnection = Connection<DentityCredentials, DentitySettings>;

/** What all calls to Dentity have in common. */
export interface DentityAddress {
  readonly provider: 'dentity';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly faultOf: (status: number, texts: readonly string[]) => ProviderFault;
}

/** The one error text that is known, exactly (providers/dentity.md 4.1): phone and e-mail belong to different accounts. */
const CONTACT_MISMATCH = 'The phone or email you entered does not match your account';

/** The API key is in a header of every call, of the bulk one too, where it is not listed (providers/dentity.md 3). */
export function addressed({ credentials, settings }: DentityConnection, path: string): DentityAddress {
  return {
    provider: 'dentity',
    url: endpoint(settings.baseUrl, path),
    headers: { 'x-api-key': credentials.apiKey },
    faultOf,
  };
}

/** Only one error is documented, by its text; the rest is what the codes say by themselves. */
function faultOf(status: number, texts: readonly string[]): ProviderFault {
  if (texts.includes(CONTACT_MISMATCH)) return 'subject';
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
