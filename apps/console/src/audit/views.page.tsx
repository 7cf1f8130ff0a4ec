import { Code, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { type ReactElement } from 'react';

import { type Schemas } from '../api/client.js';
import { DataTable } from '../kit/data-table.js';
import { EmptyState } from '../kit/empty-state.js';
import { LoadMore } from '../kit/load-more.js';
import { Loading } from '../kit/loading.js';
import { Moment } from '../kit/moment.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { ActorName } from './actor-name.js';
import { AuditSection } from './audit-section.js';
import { textsIn } from './entry-data.js';
import { ledgerEntriesQuery } from './ledger-entries.query.js';
import { LedgerFilters } from './ledger-filters.js';
import { kindInWords, type LedgerSearch } from './ledger-search.js';
import { VerificationLink } from './verification-link.js';

const route = getRouteApi('/signed-in/audit/views');

/** Who saw whom: each time that personal data was shown. */
export function ViewsPage(): ReactElement {
  const search = route.useSearch();
  const navigate = useNavigate();
  const hasTenant = search.tenant !== undefined;
  const views = useInfiniteQuery({ ...ledgerEntriesQuery(search, 'personal_data'), enabled: hasTenant });
  const found = views.data?.pages.flatMap(({ data }) => data) ?? [];
  const apply = (wanted: LedgerSearch): void => {
    if (JSON.stringify(wanted) === JSON.stringify(search)) void views.refetch();
    else void navigate({ to: '/audit/views', search: wanted });
  };
  return (
    <AuditSection
      title="Who saw whom"
      lead="Each time that somebody was shown personal data of a tenant’s people: identities, images, reports, and people looked up or listed at a provider. This search is written down as well."
    >
      <LedgerFilters
        key={JSON.stringify(search)}
        applied={search}
        onApply={apply}
        isBusy={views.isRefetching && !views.isFetchingNextPage}
        withKind={false}
      />
      <ProblemNotice error={views.error} onRetry={() => void views.refetch()} />
      {!hasTenant && (
        <EmptyState title="Choose a tenant first">
          Views of personal data are in the ledger of the tenant whose people were looked at.
        </EmptyState>
      )}
      {hasTenant && views.isPending && <Loading what="views" />}
      {found.length > 0 && (
        <DataTable
          label="Views of personal data"
          head={['When', 'Who', 'What', 'Verification', 'Fields', 'Purpose']}
          minWidth={860}
        >
          {found.map((view) => (
            <ViewRow key={view.id} view={view} />
          ))}
        </DataTable>
      )}
      {views.isSuccess && found.length === 0 && (
        <EmptyState title="Nobody is found">
          As far as these filters go, nobody was shown personal data of this tenant’s people.
        </EmptyState>
      )}
      <LoadMore pages={views} what="views" />
    </AuditSection>
  );
}

function ViewRow({ view }: { readonly view: Schemas['AuditEntry'] }): ReactElement {
  const fields = textsIn(view.data, 'fields');
  return (
    <Table.Tr>
      <Table.Td>
        <Moment at={view.at} />
      </Table.Td>
      <Table.Td>
        <ActorName actor={view.actor} tenantId={view.tenantId} />
      </Table.Td>
      <Table.Td>{kindInWords(view.kind)}</Table.Td>
      <Table.Td>
        {view.verificationId === null ? 'of none' : <VerificationLink id={view.verificationId} />}
      </Table.Td>
      <Table.Td>
        <Fields names={fields} />
      </Table.Td>
      <Table.Td>
        <Purpose view={view} />
      </Table.Td>
    </Table.Tr>
  );
}

/** What was shown, by what it is part of: `person.firstName` and `person.lastName` are two of the person. */
function Fields({ names }: { readonly names: readonly string[] }): ReactElement {
  if (names.length === 0) return <>all of it</>;
  const parts = Map.groupBy(names, (name) => name.split('.', 1)[0] ?? name);
  return (
    <>
      {[...parts].map(([part, within]) => (
        <Text key={part} size="sm">
          <strong>{part}</strong> {within.map((name) => name.slice(part.length + 1)).join(', ')}
        </Text>
      ))}
    </>
  );
}

/** Operators are asked for one; a tenant's own key is not. */
function Purpose({ view }: { readonly view: Schemas['AuditEntry'] }): ReactElement {
  const { purpose, ticket } = view.data;
  if (typeof purpose !== 'string') {
    return (
      <Text span size="sm" c="dimmed">
        not asked for
      </Text>
    );
  }
  return (
    <Text span size="sm">
      {purpose}
      {typeof ticket === 'string' && (
        <>
          {' '}
          <Code>{ticket}</Code>
        </>
      )}
    </Text>
  );
}
