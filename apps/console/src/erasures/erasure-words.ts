import { type Schemas } from '../api/client.js';
import { countOf } from '../kit/quantity.js';

type Erasure = Schemas['Erasure'];

export const STATUS_IN_WORDS: Readonly<Record<Erasure['status'], string>> = {
  pending: 'under way',
  held: 'waiting for a legal hold',
  done: 'done here',
};

export const NAMED_BY_IN_WORDS: Readonly<Record<Erasure['namedBy'], string>> = {
  verification: 'a verification',
  email: 'an e-mail address',
  phone: 'a phone number',
  retention: 'retention',
};

/** What providers still hold, in words. */
export function dutiesInWords({ providerCopies }: Pick<Erasure, 'providerCopies'>): string {
  const open = providerCopies.filter(({ state }) => state === 'open').length;
  if (providerCopies.length === 0) return 'no copy known';
  return open === 0 ? 'all erased' : `${countOf(open, 'copy', 'copies')} to be asked for`;
}
