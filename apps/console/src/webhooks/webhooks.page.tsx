import { SegmentedControl, Stack } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactElement } from 'react';

import { Page } from '../kit/page.js';
import { useMay } from '../session/use-session.js';
import { Deliveries } from './deliveries.js';
import { Endpoints } from './endpoints.js';
import { ReplayProgress } from './replay-progress.js';
import { type WebhooksSearch } from './webhooks.routes.js';

const VIEWS = [
  { value: 'deliveries', label: 'Deliveries' },
  { value: 'endpoints', label: 'Endpoints' },
];

export function WebhooksPage(): ReactElement {
  const search: WebhooksSearch = useSearch({ from: '/signed-in/webhooks' });
  const navigate = useNavigate({ from: '/webhooks' });
  const may = useMay();
  const show = (next: WebhooksSearch): void => {
    void navigate({ search: next, replace: true });
  };
  const { view, replayOf, replayId, ...filters } = search;
  const looked = view === undefined ? {} : { view };
  const replay = replayOf === undefined || replayId === undefined ? {} : { replayOf, replayId };
  return (
    <Page title="Webhooks" lead="What is posted to tenants’ backends, and what became of it.">
      {replayOf !== undefined && replayId !== undefined && may('getWebhookReplay') && (
        <ReplayProgress
          key={replayId}
          endpointId={replayOf}
          replayId={replayId}
          onClose={() => {
            show({ ...filters, ...looked });
          }}
        />
      )}
      <Stack gap="md">
        <SegmentedControl
          aria-label="What to look at"
          value={view ?? 'deliveries'}
          data={VIEWS}
          onChange={(chosen) => {
            show({ ...filters, ...replay, ...(chosen === 'endpoints' && { view: 'endpoints' }) });
          }}
        />
        {view === 'endpoints' ? (
          <Endpoints search={search} onSearch={show} />
        ) : (
          <Deliveries search={search} onSearch={show} />
        )}
      </Stack>
    </Page>
  );
}
