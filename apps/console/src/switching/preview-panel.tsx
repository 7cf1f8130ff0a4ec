import { Alert, Button, Group, Select, Stack, Table, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';

import { api, dataOf, type Schemas } from '../api/client.js';
import { DataTable } from '../kit/data-table.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { counted } from '../kit/quantity.js';
import { type Place, type Policy } from './policy.js';
import { previewSentence } from './preview-words.js';
import { at } from './routing-queries.js';
import { useProviderTitle } from './use-provider-title.js';

const DAYS = [
  { value: '1', label: 'Last day' },
  { value: '7', label: 'Last 7 days' },
  { value: '30', label: 'Last 30 days' },
  { value: '90', label: 'Last 90 days' },
];

/** Tries a policy on what was asked lately: in a sentence, and as numbers. */
export function PreviewPanel({
  place,
  policy,
  isReady = true,
  onRefused,
}: {
  readonly place: Place;
  readonly policy: Policy;
  /** Whether the policy is whole, so that it can be tried. */
  readonly isReady?: boolean;
  readonly onRefused?: (error: Error, sent: Policy) => void;
}): ReactElement {
  const title = useProviderTitle();
  const [days, setDays] = useState('7');
  const trying = useMutation({
    mutationFn: async (sent: Policy) => ({
      sent,
      preview: await dataOf(
        api.POST('/admin/v1/tenants/{id}/routing/preview', {
          params: at(place),
          body: { policy: sent, days: Number(days) },
        }),
      ),
    }),
    onError: (error, sent) => {
      onRefused?.(error, sent);
    },
  });
  return (
    <Stack gap="sm">
      <Group align="flex-end" gap="sm">
        <Select
          label="Try it on"
          data={DAYS}
          allowDeselect={false}
          value={days}
          onChange={(value) => {
            if (value !== null) setDays(value);
          }}
          w={160}
        />
        <Button
          variant="default"
          loading={trying.isPending}
          disabled={!isReady}
          onClick={() => {
            trying.mutate(policy);
          }}
        >
          Preview
        </Button>
      </Group>
      <ProblemNotice error={trying.error} />
      <div role="status">
        {trying.data !== undefined && (
          <Stack gap="sm">
            {trying.data.sent !== policy && (
              <Alert color="orange" variant="outline" title="Of the policy before your last change">
                Preview again to see what this one would do.
              </Alert>
            )}
            <Text fw={600}>{previewSentence(trying.data.preview, title)}</Text>
          </Stack>
        )}
      </div>
      {trying.data !== undefined && <Numbers preview={trying.data.preview} title={title} />}
    </Stack>
  );
}

function Numbers({
  preview: { examined, moves, unserved },
  title,
}: {
  readonly preview: Schemas['RoutingPreview'];
  readonly title: (provider: string) => string;
}): ReactElement | null {
  if (moves.length === 0 && unserved.length === 0) return null;
  const share = (verifications: number): string => `${((100 * verifications) / examined).toFixed(1)} %`;
  return (
    <DataTable label="The preview in numbers" head={['What', 'Verifications', 'Share']} minWidth={320}>
      {moves.map(({ from, to, verifications }) => (
        <Table.Tr key={`${from} ${to}`}>
          <Table.Td>
            {title(from)} <span aria-hidden="true">→</span>
            <span className="visually-hidden">to</span> {title(to)}
          </Table.Td>
          <Table.Td>{counted(verifications)}</Table.Td>
          <Table.Td>{share(verifications)}</Table.Td>
        </Table.Tr>
      ))}
      {unserved.map(({ provider, why, detail, verifications }) => (
        <Table.Tr key={`${provider} ${why} ${detail}`}>
          <Table.Td>Served by nobody: {detail}</Table.Td>
          <Table.Td>{counted(verifications)}</Table.Td>
          <Table.Td>{share(verifications)}</Table.Td>
        </Table.Tr>
      ))}
    </DataTable>
  );
}
