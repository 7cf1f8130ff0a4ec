import { Group, Progress, Select, Stack, Table, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';

import { api, dataOf, type Schemas } from '../api/client.js';
import { LIVE, refresh } from '../api/live.js';
import { ConfirmButton } from '../kit/confirm-button.js';
import { counted } from '../kit/quantity.js';
import { DataTable } from '../kit/data-table.js';
import { EmptyState } from '../kit/empty-state.js';
import { Facts } from '../kit/facts.js';
import { LoadMore } from '../kit/load-more.js';
import { Loading } from '../kit/loading.js';
import { Moment } from '../kit/moment.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { StatusBadge } from '../kit/status-badge.js';
import { TenantField } from '../kit/tenant-field.js';
import { useMay } from '../session/use-session.js';
import { AuditSection } from './audit-section.js';
import { LedgerName, NO_TENANT } from './ledger-name.js';

const PAGE_SIZE = 50;
type Level = Schemas['KeyRotation']['level'];

const LEVELS: Readonly<Record<Level, string>> = {
  tenant: 'Tenants’ data keys',
  subject: 'Each person’s key',
};
const PHASES: Readonly<Record<Schemas['KeyRotation']['phase'], string>> = {
  begin: 'beginning',
  move: 'moving to the new key',
  check: 'checking that nothing is left',
  destroy: 'done; the old key is destroyed after a day',
  offer: 'making new keys',
  switch: 'switching to the new keys',
  reseal: 'encrypting anew',
};

/** Keys that are replaced, and how far that is. */
export function KeysPage(): ReactElement {
  const may = useMay();
  const master = useQuery({
    queryKey: ['audit', 'master-key'],
    queryFn: ({ signal }) => dataOf(api.GET('/admin/v1/keys/master', { signal })),
    ...LIVE.far,
  });
  const rotations = useInfiniteQuery({
    queryKey: ['audit', 'rotations'],
    queryFn: ({ pageParam, signal }): Promise<Schemas['KeyRotationPage']> =>
      dataOf(
        api.GET('/admin/v1/keys/rotations', {
          params: { query: { limit: PAGE_SIZE, ...(pageParam !== null && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    ...LIVE.close,
  });
  const found = rotations.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <AuditSection
      title="Keys"
      lead="The keys under which people’s data is sealed, and the replacing of them. No key is ever shown."
    >
      <Title order={2} size="h4">
        Master key
      </Title>
      <ProblemNotice error={master.error} onRetry={() => void master.refetch()} />
      {master.data !== undefined && (
        <Facts
          facts={[
            ['In use', master.data.masterKeyId],
            ['Keys under it', counted(master.data.wrapped)],
            [
              'Keys under another',
              master.data.left === 0 ? 'none: an older master key is not needed' : counted(master.data.left),
            ],
          ]}
        />
      )}
      <Group justify="space-between">
        <Title order={2} size="h4">
          Rotations
        </Title>
        {may('rotateKeys') && <Rotate />}
      </Group>
      <ProblemNotice error={rotations.error} onRetry={() => void rotations.refetch()} />
      {rotations.isPending && <Loading what="rotations" />}
      {found.length > 0 && (
        <DataTable
          label="Rotations of keys"
          head={['Whose', 'Keys', 'Status', 'Progress', 'Begun', 'Done']}
          minWidth={860}
        >
          {found.map((rotation) => (
            <RotationRow key={rotation.id} rotation={rotation} />
          ))}
        </DataTable>
      )}
      {rotations.isSuccess && found.length === 0 && (
        <EmptyState title="No key has been replaced yet">
          Replace keys once a year, when somebody leaves who could have seen one, or when you are asked to
          show that you can.
        </EmptyState>
      )}
      <LoadMore pages={rotations} what="rotations" />
    </AuditSection>
  );
}

function RotationRow({ rotation }: { readonly rotation: Schemas['KeyRotation'] }): ReactElement {
  const { moved, total, failed } = rotation.progress;
  const isDone = rotation.status === 'done';
  const share = isDone ? 100 : total === null || total === 0 ? 0 : Math.min(100, (moved / total) * 100);
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400}>
        <LedgerName tenantId={rotation.tenantId ?? NO_TENANT} />
      </Table.Th>
      <Table.Td>{LEVELS[rotation.level]}</Table.Td>
      <Table.Td>
        <StatusBadge status={rotation.status} />
      </Table.Td>
      <Table.Td>
        <Stack gap={4}>
          <Progress.Root size="sm" miw={140}>
            <Progress.Section value={share} aria-label={`Moved to the new key, ${rotation.id}`} />
          </Progress.Root>
          <Text size="sm">
            {counted(moved)}
            {total !== null && ` of ${counted(total)}`}
            {!isDone && `, ${PHASES[rotation.phase]}`}
            {failed > 0 && `; ${counted(failed)} do not open and stay under the old key: see the log`}
          </Text>
        </Stack>
      </Table.Td>
      <Table.Td>
        <Moment at={rotation.createdAt} />
      </Table.Td>
      <Table.Td>
        <Moment at={rotation.completedAt} />
      </Table.Td>
    </Table.Tr>
  );
}

function Rotate(): ReactElement {
  const queries = useQueryClient();
  const [tenant, setTenant] = useState<string | null>(null);
  const [level, setLevel] = useState<Level>('tenant');
  return (
    <ConfirmButton
      label="Replace keys …"
      title="Replace keys?"
      confirmLabel="Replace them"
      onConfirm={async () => {
        await dataOf(
          api.POST('/admin/v1/keys/rotate', {
            params: {},
            body: { level, ...(tenant !== null && { tenantId: tenant }) },
          }),
        );
        await refresh(queries, ['audit', 'rotations']);
      }}
    >
      <TenantField value={tenant} onChange={setTenant} none="All tenants" />
      <Select
        label="Keys"
        data={Object.entries(LEVELS).map(([value, label]) => ({ value, label }))}
        allowDeselect={false}
        value={level}
        onChange={(value) => {
          setLevel(value === 'subject' ? 'subject' : 'tenant');
        }}
      />
      <Text size="sm">
        New keys are made, and what the old ones seal is moved to them in the background. Everything stays
        readable and writable meanwhile. An old data key is destroyed a day after the end at the earliest. It
        cannot be called off; receipts, certificates and the ledger do not change.
      </Text>
    </ConfirmButton>
  );
}
