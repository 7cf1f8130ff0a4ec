import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';

import { providersQuery } from '../providers/providers-query.js';

/** A provider as people know it; its name where the list does not have it, or not yet. */
export function useProviderTitle(): (name: string) => string {
  const { data } = useQuery(providersQuery);
  return useCallback((name) => data?.find((provider) => provider.name === name)?.title ?? name, [data]);
}
