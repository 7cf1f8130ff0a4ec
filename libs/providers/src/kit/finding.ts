import { type Finding, ProviderError, type ProviderFault } from '@gatehouse/contract';

const WORDS: Readonly<Record<ProviderFault, string>> = {
  credentials: 'The provider refused the credentials.',
  invalid_request: 'The provider refused the request of the check.',
  subject: 'The provider refused the request of the check.',
  not_found: 'The provider does not know this path; check the base URL.',
  conflict: 'The provider refused the request of the check.',
  rate_limited: 'The provider asked us to slow down; try again later.',
  unavailable: 'The provider could not be reached or failed; check the base URL.',
  timeout: 'The provider did not answer in time.',
  contract: 'What answered does not speak as documented; check the base URL.',
};

/** The outcome of one call as a finding: `worked` and what the call adds to it, or what went wrong in plain words. */
export async function finding(what: string, worked: string, call: () => Promise<string>): Promise<Finding> {
  try {
    return { ok: true, what, detail: [worked, await call()].join(' ').trim() };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { ok: false, what, detail: WORDS[error.fault] };
  }
}
