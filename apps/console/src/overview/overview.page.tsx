import { Group, Paper, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, type ReactElement, Suspense } from 'react';

import { EmptyState } from '../kit/empty-state.js';
import { Loading } from '../kit/loading.js';
import { Page } from '../kit/page.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { TenantSelect, tenantsQuery } from '../kit/tenant-select.js';
import { TextLink } from '../kit/text-link.js';
import { type Overview } from './figures.js';
import { providersQuery } from '../providers/providers-query.js';
import { overviewQuery } from './overview.query.js';
import { type OverviewSearch, RANGES } from './overview.routes.js';
import { ProvidersTable } from './providers-table.js';
import { Standing } from './standing.js';

const OverviewFigures = lazy(async () => ({
  default: (await import('./overview-figures.js')).OverviewFigures,
}));

/** Where those arrive who have figures: how it goes. The router leads everybody else to the first page of theirs. */
export function OverviewPage(): ReactElement {
  const { days = 30, tenantId }: OverviewSearch = useSearch({ from: '/signed-in/' });
  const navigate = useNavigate({ from: '/' });
  const show = (search: OverviewSearch): void => {
    void navigate({ search, replace: true });
  };
  const { data: overview, error, refetch } = useQuery(overviewQuery(days, tenantId ?? null));
  return (
    <Page title="Overview" lead="Of what began in the range, by where it is now. Days are in UTC.">
      <Group align="flex-end" gap="md">
        <TenantSelect
          value={tenantId ?? null}
          onChange={(chosen) => {
            show({ days, ...(chosen !== null && { tenantId: chosen }) });
          }}
        />
        <SegmentedControl
          aria-label="Time range"
          value={String(days)}
          data={RANGES.map((range) => ({ value: String(range), label: `${range} days` }))}
          onChange={(value) => {
            const range = RANGES.find((known) => String(known) === value);
            if (range !== undefined) show({ days: range, ...(tenantId !== undefined && { tenantId }) });
          }}
        />
      </Group>
      <ProblemNotice error={error} onRetry={() => void refetch()} />
      {overview !== undefined && <Shown overview={overview} />}
      {overview === undefined && error === null && <Loading what="the figures" />}
    </Page>
  );
}

function Shown({ overview }: { readonly overview: Overview }): ReactElement {
  const { data, error } = useQuery(providersQuery);
  const providers = data ?? [];
  return (
    <Stack gap="md">
      <Standing overview={overview} />
      {overview.total.created === 0 ? (
        <NothingBegan />
      ) : (
        data !== undefined && (
          <Suspense fallback={<Loading what="the charts" />}>
            <OverviewFigures overview={overview} providers={providers} />
          </Suspense>
        )
      )}
      <Paper withBorder p="md" component="section" aria-labelledby="providers-heading">
        <Stack gap="sm">
          <Title order={2} size="h4" id="providers-heading">
            Providers
          </Title>
          <Text size="sm" c="dimmed">
            Calls and breakers are of every tenant and of the last minutes, as the server that answered has
            seen them. An open breaker: nobody is sent there for a while.
          </Text>
          <ProblemNotice error={error} />
          <ProvidersTable overview={overview} providers={providers} />
        </Stack>
      </Paper>
    </Stack>
  );
}

function NothingBegan(): ReactElement {
  const { data: tenants } = useQuery(tenantsQuery);
  if (tenants?.length === 0) {
    return (
      <EmptyState
        title="There is no tenant yet"
        action={<TextLink to="/tenants">Go to the tenants</TextLink>}
      >
        Create a tenant, connect a provider, and give its backend a key: then its verifications are counted
        here.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="Nothing began in this range">
      Choose a longer range or another tenant. A tenant whose backend has never called needs a key, a
      connection and a routing policy first.
    </EmptyState>
  );
}
