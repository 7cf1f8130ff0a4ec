import { Group, SegmentedControl, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type ReactElement } from 'react';

import { Loading } from '../kit/loading.js';
import { Page } from '../kit/page.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { StatusBadge } from '../kit/status-badge.js';
import { useMay } from '../session/use-session.js';
import { ConnectionsTab } from './connections/connections-tab.js';
import { KeysTab } from './keys/keys-tab.js';
import { SettingsTab } from './settings/settings-tab.js';
import { ENVIRONMENTS, type Environment, TENANT_TABS, type TenantTab } from './tenant-place.js';
import { tenantQuery } from './tenant-queries.js';

const route = getRouteApi('/signed-in/tenants/$tenantId');

const TITLES = {
  settings: 'Settings',
  keys: 'Keys',
  connections: 'Connections',
} as const satisfies Record<TenantTab, string>;

/** One tenant: how it is kept, who may call for it, and whom it has connected. */
export function TenantPage(): ReactElement {
  const { tenantId } = route.useParams();
  const { tab = 'settings', environment = 'test' } = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  const { data, error, refetch } = useQuery(tenantQuery(tenantId));
  const tabs = TENANT_TABS.filter((each) => each !== 'connections' || may('listConnections'));
  const go = (search: { tab: TenantTab; environment: Environment }): void => {
    void navigate({ search, replace: true });
  };
  return (
    <Page
      title={data?.data.name ?? 'Tenant'}
      lead={
        <Group gap="xs">
          {data !== undefined && <StatusBadge status={data.data.status} />}
          <Text size="sm" span style={{ overflowWrap: 'anywhere' }}>
            {tenantId}
          </Text>
        </Group>
      }
    >
      <ProblemNotice error={error} onRetry={() => void refetch()} />
      {data === undefined ? (
        error === null && <Loading what="the tenant" />
      ) : (
        <Tabs
          value={tab}
          onChange={(next) => {
            const chosen = TENANT_TABS.find((known) => known === next);
            if (chosen !== undefined) go({ tab: chosen, environment });
          }}
          keepMounted={false}
        >
          <Tabs.List mb="md">
            {tabs.map((each) => (
              <Tabs.Tab key={each} value={each}>
                {TITLES[each]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {tab !== 'settings' && (
            <SegmentedControl
              mb="md"
              aria-label="Environment"
              data={[...ENVIRONMENTS]}
              value={environment}
              onChange={(next) => {
                const chosen = ENVIRONMENTS.find((known) => known === next);
                if (chosen !== undefined) go({ tab, environment: chosen });
              }}
            />
          )}
          <Tabs.Panel value="settings">
            <SettingsTab tenant={data.data} etag={data.etag} />
          </Tabs.Panel>
          <Tabs.Panel value="keys">
            <KeysTab tenantId={tenantId} environment={environment} />
          </Tabs.Panel>
          <Tabs.Panel value="connections">
            <ConnectionsTab key={environment} tenantId={tenantId} environment={environment} />
          </Tabs.Panel>
        </Tabs>
      )}
    </Page>
  );
}
