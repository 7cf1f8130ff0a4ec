import { queryOptions, useQuery } from '@tanstack/react-query';
import { type ReactElement } from 'react';

import { api, dataOf } from '../api/client.js';
import { useMay, useSession } from '../session/use-session.js';

const adminKeysQuery = queryOptions({
  queryKey: ['admin-keys', 'names'],
  queryFn: async ({ signal }) => (await dataOf(api.GET('/admin/v1/admin-keys', { signal }))).data,
  staleTime: 60_000,
});

/** Who did it: oneself, a key by its name where one may see the keys, or else the actor as the ledger has it. */
export function Author({ actor }: { readonly actor: string }): ReactElement {
  const session = useSession();
  const may = useMay();
  const { data } = useQuery({ ...adminKeysQuery, enabled: may('listAdminKeys') });
  if (isOwn(actor, session.keyId)) return <>you</>;
  return <>{data?.find(({ id }) => isOwn(actor, id))?.name ?? actor}</>;
}

/** Whether an actor is the operator with that key. */
export function isOwn(actor: string, keyId: string): boolean {
  return actor === `admin:${keyId}`;
}
