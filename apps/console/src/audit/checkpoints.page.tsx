import { Box, Button, CopyButton, Group, Table } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type ReactElement } from 'react';

import { api, dataOf, type Schemas } from '../api/client.js';
import { LIVE } from '../api/live.js';
import { counted } from '../kit/quantity.js';
import { DataTable } from '../kit/data-table.js';
import { download } from '../kit/download.js';
import { EmptyState } from '../kit/empty-state.js';
import { LoadMore } from '../kit/load-more.js';
import { Loading } from '../kit/loading.js';
import { Moment } from '../kit/moment.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { TenantField } from '../kit/tenant-field.js';
import { AuditSection } from './audit-section.js';
import { LedgerName } from './ledger-name.js';

const route = getRouteApi('/signed-in/audit/checkpoints');
const PAGE_SIZE = 50;

/** Signed heads, to be kept elsewhere. */
export function CheckpointsPage(): ReactElement {
  const { tenant } = route.useSearch();
  const navigate = route.useNavigate();
  const checkpoints = useInfiniteQuery({
    queryKey: ['audit', 'checkpoints', tenant ?? null],
    queryFn: ({ pageParam, signal }): Promise<Schemas['CheckpointPage']> =>
      dataOf(
        api.GET('/admin/v1/audit-log/checkpoints', {
          params: {
            query: {
              limit: PAGE_SIZE,
              ...(tenant !== undefined && { tenantId: tenant }),
              ...(pageParam !== null && { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    ...LIVE.far,
  });
  const found = checkpoints.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <AuditSection
      title="Checkpoints"
      lead="Signed heads of the ledger. Keep one somewhere else from time to time: with it, nobody can write the past anew or cut it off unseen, whoever owns the database."
    >
      <Group align="flex-end" gap="sm">
        <Box flex="1 1 16rem" maw={360}>
          <TenantField
            value={tenant ?? null}
            onChange={(wanted) => {
              void navigate({ search: wanted === null ? {} : { tenant: wanted }, replace: true });
            }}
            none="The newest of each tenant"
          />
        </Box>
        <Button
          variant="default"
          disabled={found.length === 0}
          onClick={() => {
            const notes = found.map(({ note }) => note).join('\n');
            download('gatehouse-checkpoints.txt', new Blob([notes], { type: 'text/plain' }));
          }}
        >
          Download all that are shown
        </Button>
      </Group>
      <ProblemNotice error={checkpoints.error} onRetry={() => void checkpoints.refetch()} />
      {checkpoints.isPending && <Loading what="checkpoints" />}
      {found.length > 0 && (
        <DataTable label="Checkpoints" head={['Ledger', 'Entries', 'Signed', 'Take along']} minWidth={560}>
          {found.map((checkpoint) => (
            <CheckpointRow key={`${checkpoint.tenantId} ${checkpoint.size}`} checkpoint={checkpoint} />
          ))}
        </DataTable>
      )}
      {checkpoints.isSuccess && found.length === 0 && (
        <EmptyState title="There is no checkpoint yet">
          The first one is signed a moment after the first entry is written.
        </EmptyState>
      )}
      <LoadMore pages={checkpoints} what="checkpoints" />
    </AuditSection>
  );
}

function CheckpointRow({ checkpoint }: { readonly checkpoint: Schemas['Checkpoint'] }): ReactElement {
  const { tenantId, size, note, at } = checkpoint;
  const name = `the checkpoint of ${counted(size)} entries of ${tenantId}`;
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400}>
        <LedgerName tenantId={tenantId} />
      </Table.Th>
      <Table.Td>{counted(size)}</Table.Td>
      <Table.Td>
        <Moment at={at} />
      </Table.Td>
      <Table.Td>
        <Group gap="xs" wrap="nowrap">
          <CopyButton value={note} timeout={3_000}>
            {({ copied, copy }) => (
              <Button size="compact-sm" variant="default" onClick={copy} aria-label={`Copy ${name}`}>
                {copied ? 'Copied' : 'Copy'}
              </Button>
            )}
          </CopyButton>
          <Button
            size="compact-sm"
            variant="default"
            aria-label={`Download ${name}`}
            onClick={() => {
              download(`checkpoint-${tenantId}-${size}.txt`, new Blob([note], { type: 'text/plain' }));
            }}
          >
            Download
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
