import { Code, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement } from 'react';

import { api, dataOf } from '../api/client.js';
import { useMay } from '../session/use-session.js';

const KEPT_MS = 60_000;

/** Who acted: a key by its name, for roles that may know the names, and by its id. */
export function ActorName({
  actor,
  tenantId,
}: {
  readonly actor: string;
  readonly tenantId: string;
}): ReactElement {
  const may = useMay();
  const [kind, id = ''] = actor.split(':', 2);
  const operators = useQuery({
    queryKey: ['audit', 'operators'],
    queryFn: ({ signal }) => dataOf(api.GET('/admin/v1/admin-keys', { signal })),
    enabled: kind === 'admin' && may('listAdminKeys'),
    staleTime: KEPT_MS,
  });
  const keys = useQuery({
    queryKey: ['audit', 'keys', tenantId],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/admin/v1/tenants/{id}/api-keys', { params: { path: { id: tenantId } }, signal })),
    enabled: kind === 'key' && may('listApiKeys'),
    staleTime: KEPT_MS,
  });
  const named = (kind === 'admin' ? operators : keys).data?.data.find((key) => key.id === id);
  return (
    <Text span size="sm">
      {named !== undefined && `${named.name} `}
      <Code style={{ overflowWrap: 'anywhere', whiteSpace: 'normal' }}>{actor}</Code>
    </Text>
  );
}
