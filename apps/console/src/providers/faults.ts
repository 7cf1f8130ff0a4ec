/** What went wrong in calls to a provider, in plain words. */
const WORDS: Readonly<Record<string, string>> = {
  credentials: 'refused our credentials',
  invalid_request: 'refused the request',
  subject: 'refused the person’s details',
  not_found: 'did not know what was asked for',
  conflict: 'said that the contact is in use',
  rate_limited: 'asked us to slow down',
  unavailable: 'was not there',
  timeout: 'did not answer in time',
  contract: 'answered otherwise than it documents',
};

export function faultInWords(fault: string): string {
  return WORDS[fault] ?? fault;
}

/** Failed calls by what went wrong, the most frequent first; null: none failed. */
export function faultsInWords(faults: Readonly<Record<string, number>>): string | null {
  const failed = Object.entries(faults)
    .filter(([, calls]) => calls > 0)
    .sort(([, a], [, b]) => b - a);
  return failed.length === 0
    ? null
    : failed.map(([fault, calls]) => `${calls}× ${faultInWords(fault)}`).join(', ');
}
