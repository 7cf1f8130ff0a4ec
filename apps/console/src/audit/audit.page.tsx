import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { type ReactElement } from 'react';

import { EmptyState } from '../kit/empty-state.js';
import { LoadMore } from '../kit/load-more.js';
import { Loading } from '../kit/loading.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { AuditSection } from './audit-section.js';
import { EntryList } from './entry-list.js';
import { ledgerEntriesQuery } from './ledger-entries.query.js';
import { LedgerFilters } from './ledger-filters.js';
import { type LedgerSearch } from './ledger-search.js';

const route = getRouteApi('/signed-in/audit');

/** Everything that the ledger tells. */
export function AuditPage(): ReactElement {
  const search = route.useSearch();
  const navigate = useNavigate();
  const entries = useInfiniteQuery(ledgerEntriesQuery(search, null));
  const found = entries.data?.pages.flatMap(({ data }) => data) ?? [];
  const apply = (wanted: LedgerSearch): void => {
    // The same search again is wanted anew.
    if (JSON.stringify(wanted) === JSON.stringify(search)) void entries.refetch();
    else void navigate({ to: '/audit', search: wanted });
  };
  return (
    <AuditSection
      title="Audit"
      lead="What happened, by whom, newest first. Each search is written into the ledger as well, so this page does not renew itself."
    >
      <LedgerFilters
        key={JSON.stringify(search)}
        applied={search}
        onApply={apply}
        isBusy={entries.isRefetching && !entries.isFetchingNextPage}
        withKind
      />
      <ProblemNotice error={entries.error} onRetry={() => void entries.refetch()} />
      {entries.isPending && <Loading what="entries" />}
      {found.length > 0 && <EntryList entries={found} search={search} />}
      {entries.isSuccess && found.length === 0 && (
        <EmptyState title="Nothing is found">
          No entry fits these filters. Take one away, or choose the tenant that it is about.
        </EmptyState>
      )}
      <LoadMore pages={entries} what="entries" />
    </AuditSection>
  );
}
