import { Table } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type ReactElement } from 'react';

import { api, dataOf, type Schemas } from '../api/client.js';
import { LIVE } from '../api/live.js';
import { counted } from '../kit/quantity.js';
import { DataTable } from '../kit/data-table.js';
import { EmptyState } from '../kit/empty-state.js';
import { LoadMore } from '../kit/load-more.js';
import { Loading } from '../kit/loading.js';
import { Moment } from '../kit/moment.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { StatusBadge } from '../kit/status-badge.js';
import { TextLink } from '../kit/text-link.js';
import { useMay } from '../session/use-session.js';
import { BeginErasure } from './begin-erasure.js';
import { dutiesInWords, NAMED_BY_IN_WORDS } from './erasure-words.js';
import { ErasuresSection } from './erasures-section.js';

const route = getRouteApi('/signed-in/erasures');
const PAGE_SIZE = 50;

/** The erasures of a tenant. */
export function ErasuresPage(): ReactElement {
  const { tenant } = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  return (
    <ErasuresSection
      title="Erasures"
      lead="People who were taken out, because they asked or because retention was over, and the proof of it."
      tenantId={tenant ?? null}
      onTenant={(wanted) => {
        void navigate({ search: wanted === null ? {} : { tenant: wanted }, replace: true });
      }}
      whyTenant="Erasures belong to the tenant whose people they take out."
      action={(tenantId) => may('requestErasure') && <BeginErasure tenantId={tenantId} />}
    >
      {(tenantId) => <Erasures tenantId={tenantId} />}
    </ErasuresSection>
  );
}

function Erasures({ tenantId }: { readonly tenantId: string }): ReactElement {
  const may = useMay();
  const erasures = useInfiniteQuery({
    queryKey: ['erasures', tenantId],
    queryFn: ({ pageParam, signal }): Promise<Schemas['ErasurePage']> =>
      dataOf(
        api.GET('/admin/v1/tenants/{id}/erasures', {
          params: {
            path: { id: tenantId },
            query: { limit: PAGE_SIZE, ...(pageParam !== null && { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    ...LIVE.close,
  });
  const found = erasures.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <>
      <ProblemNotice error={erasures.error} onRetry={() => void erasures.refetch()} />
      {erasures.isPending && <Loading what="erasures" />}
      {found.length > 0 && (
        <DataTable
          label="Erasures"
          head={['Begun', 'Erasure', 'Named by', 'Status', 'Verifications', 'At providers']}
          minWidth={860}
        >
          {found.map((erasure) => (
            <Table.Tr key={erasure.id}>
              <Table.Td>
                <Moment at={erasure.createdAt} />
              </Table.Td>
              <Table.Td>
                <TextLink
                  to="/erasures/$tenantId/$erasureId"
                  params={{ tenantId, erasureId: erasure.id }}
                  ff="monospace"
                >
                  {erasure.id}
                </TextLink>
              </Table.Td>
              <Table.Td>{NAMED_BY_IN_WORDS[erasure.namedBy]}</Table.Td>
              <Table.Td>
                <StatusBadge status={erasure.status} />
              </Table.Td>
              <Table.Td>{counted(erasure.verificationIds.length)}</Table.Td>
              <Table.Td>{dutiesInWords(erasure)}</Table.Td>
            </Table.Tr>
          ))}
        </DataTable>
      )}
      {erasures.isSuccess && found.length === 0 && (
        <EmptyState title="Nobody has been erased yet">
          {may('requestErasure')
            ? 'When a person asks to be forgotten, begin it with “Erase somebody”. Retention begins its own by the days that the tenant has set.'
            : 'An operator with the role admin begins one when a person asks to be forgotten; retention begins its own.'}
        </EmptyState>
      )}
      <LoadMore pages={erasures} what="erasures" />
    </>
  );
}
