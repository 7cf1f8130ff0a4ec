import { Group, Input, SegmentedControl, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type ReactElement } from 'react';

import { EmptyState } from '../kit/empty-state.js';
import { Loading } from '../kit/loading.js';
import { Page } from '../kit/page.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { TenantSelect } from '../kit/tenant-select.js';
import { useMay } from '../session/use-session.js';
import { History } from './history.js';
import { InForce } from './in-force.js';
import { type Place } from './policy.js';
import { PolicyEditor } from './policy-editor.js';
import { Proposals } from './proposals.js';
import { versionsQuery } from './routing-queries.js';
import { ScheduledNotice } from './scheduled-notice.js';

const route = getRouteApi('/signed-in/switching');

/** Which provider a tenant's new verifications go to: seen, tried, switched, decided and taken back. */
export function SwitchingPage(): ReactElement {
  const { tenantId, environment } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page title="Switching" lead="Which provider new verifications go to">
      <Group align="flex-end" gap="md">
        <TenantSelect
          required
          value={tenantId ?? null}
          onChange={(chosen) => {
            if (chosen !== null) void navigate({ search: (search) => ({ ...search, tenantId: chosen }) });
          }}
        />
        <div>
          <Input.Label id="switching-environment" component="div">
            Environment
          </Input.Label>
          <div>
            <SegmentedControl
              aria-labelledby="switching-environment"
              data={[
                { value: 'live', label: 'Live' },
                { value: 'test', label: 'Test' },
              ]}
              value={environment ?? 'live'}
              onChange={(value) => {
                void navigate({ search: (search) => ({ ...search, environment: value }) });
              }}
            />
          </div>
        </div>
      </Group>
      {tenantId === undefined ? (
        <EmptyState title="Choose a tenant">
          Each tenant has a policy of its own in each environment. It says which provider a new verification
          goes to.
        </EmptyState>
      ) : (
        <PlacePanel
          key={`${tenantId} ${environment ?? 'live'}`}
          place={{ tenantId, environment: environment ?? 'live' }}
        />
      )}
    </Page>
  );
}

function PlacePanel({ place }: { readonly place: Place }): ReactElement {
  const may = useMay();
  const { view = 'form' } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: versions, error, refetch } = useQuery(versionsQuery(place));
  return (
    <Stack gap="lg">
      <ProblemNotice
        error={error}
        onRetry={() => {
          void refetch();
        }}
      />
      {versions === undefined && error === null && <Loading what="the policy" />}
      {versions !== undefined && (
        <>
          {versions.inForce !== null && <InForce version={versions.inForce} />}
          <ScheduledNotice place={place} versions={versions} />
          <Proposals place={place} versions={versions} />
          {may('putRoutingPolicy') && (
            <PolicyEditor
              place={place}
              versions={versions}
              view={view}
              onView={(chosen) => {
                void navigate({ search: (search) => ({ ...search, view: chosen }), replace: true });
              }}
            />
          )}
          <History place={place} versions={versions} />
        </>
      )}
    </Stack>
  );
}
