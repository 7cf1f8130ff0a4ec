import { Alert, Button, Group, List, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';

import { api, versionedOf } from '../../api/client.js';
import { refresh } from '../../api/live.js';
import { ProblemError } from '../../api/problem.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { tell } from '../../kit/tell.js';
import { useMay } from '../../session/use-session.js';
import { tenantQuery } from '../tenant-queries.js';
import { SettingsFields } from './settings-fields.js';
import { SettingsFacts } from './settings-facts.js';
import { SuspendTenant } from './suspend-tenant.js';
import { changesOnly, differences, type Tenant, type TenantSettings } from './tenant-changes.js';

interface Versioned {
  readonly data: Tenant;
  readonly etag: string;
}

/** All that can be set at a tenant; whoever may not change it reads it. */
export function SettingsTab({
  tenant,
  etag,
}: {
  readonly tenant: Tenant;
  readonly etag: string;
}): ReactElement {
  const may = useMay();
  return may('changeTenant') ? (
    <Stack gap="xl">
      <SettingsForm latest={{ data: tenant, etag }} />
      {may('suspendTenant') && <SuspendTenant tenant={tenant} etag={etag} />}
    </Stack>
  ) : (
    <SettingsFacts tenant={tenant} />
  );
}

function SettingsForm({ latest }: { readonly latest: Versioned }): ReactElement {
  const queries = useQueryClient();
  const [draft, setDraft] = useState<Partial<TenantSettings>>({});
  // What the change was begun from: what comes in meanwhile must not be overwritten unseen.
  const [begun, setBegun] = useState<Versioned | null>(null);
  const [meanwhile, setMeanwhile] = useState<readonly string[] | null>(null);
  const base = begun ?? latest;
  const changes = changesOnly(base.data, draft);
  const isChanged = Object.keys(changes).length > 0;
  const startOver = (): void => {
    setDraft({});
    setBegun(null);
    setMeanwhile(null);
  };
  const saving = useMutation({
    mutationFn: () =>
      versionedOf(
        api.PATCH('/admin/v1/tenants/{id}', {
          params: { path: { id: base.data.id }, header: { 'If-Match': base.etag } },
          body: changes,
        }),
      ),
    onSuccess: async (saved) => {
      queries.setQueryData(tenantQuery(base.data.id).queryKey, saved);
      startOver();
      tell({ message: 'The settings are saved.' });
      await refresh(queries, ['tenants']);
    },
    onError: async (error) => {
      if (!(error instanceof ProblemError) || error.problem.code !== 'stale_version') return;
      const now = await queries.query({ ...tenantQuery(base.data.id), staleTime: 0 });
      setMeanwhile(differences(base.data, now.data));
      setBegun(now);
      saving.reset();
    },
  });
  const errors = saving.error instanceof ProblemError ? saving.error.problem.errors : [];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate();
      }}
    >
      <Stack>
        {meanwhile !== null && (
          <Alert
            color="orange"
            variant="outline"
            role="alert"
            title="Somebody else has changed this tenant meanwhile"
          >
            <Stack gap="xs">
              <Text size="sm">
                Nothing was saved. The form shows how it is now, with your own changes over it. Look at them
                and save again, or discard them.
              </Text>
              {meanwhile.length > 0 && (
                <List size="sm">
                  {meanwhile.map((title) => (
                    <List.Item key={title}>{title}</List.Item>
                  ))}
                </List>
              )}
            </Stack>
          </Alert>
        )}
        <SettingsFields
          value={{ ...base.data, ...draft }}
          errors={errors}
          onChange={(change) => {
            setBegun(base);
            setDraft({ ...draft, ...change });
          }}
        />
        <ProblemNotice error={saving.error} />
        <Group>
          <Button type="submit" loading={saving.isPending} disabled={!isChanged}>
            Save the settings
          </Button>
          <Button
            variant="default"
            disabled={!isChanged}
            onClick={() => {
              saving.reset();
              startOver();
            }}
          >
            Discard the changes
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
