import { momentInWords } from '../kit/moment-in-words.js';
import { useQuery } from '@tanstack/react-query';

import { tenantsQuery } from '../kit/tenant-select.js';
import { type Place } from './policy.js';

/** A place in words, and whether a change there waits for a second person. */
export function usePlaceFacts({ tenantId, environment }: Place): {
  readonly name: string;
  readonly isTwoPerson: boolean;
} {
  const { data } = useQuery(tenantsQuery);
  const tenant = data?.find(({ id }) => id === tenantId);
  return {
    name: `${tenant?.name ?? tenantId}, ${environment}`,
    isTwoPerson: tenant?.twoPersonApproval === true,
  };
}

/** A time in the reader's own zone, inside a sentence. */
export function momentWords(at: string): string {
  return momentInWords(at);
}
