import { Accordion, Code, Group, Stack, Table, Text } from '@mantine/core';
import { type ReactElement } from 'react';

import { type Schemas } from '../api/client.js';
import { DataTable } from '../kit/data-table.js';
import { Facts } from '../kit/facts.js';
import { Moment } from '../kit/moment.js';
import { ActorName } from './actor-name.js';
import { changesIn, factsIn } from './entry-data.js';
import { TextLink } from '../kit/text-link.js';
import { LedgerName } from './ledger-name.js';
import { kindInWords, type LedgerSearch } from './ledger-search.js';
import { VerificationLink } from './verification-link.js';

/** Entries of the ledger, each to be opened. */
export function EntryList({
  entries,
  search,
}: {
  readonly entries: readonly Schemas['AuditEntry'][];
  /** What they were found by, which links from an entry narrow. */
  readonly search: LedgerSearch;
}): ReactElement {
  return (
    <Accordion multiple variant="contained" chevronPosition="left" order={2} keepMounted={false}>
      {entries.map((entry) => (
        <Accordion.Item key={entry.id} value={entry.id}>
          <Accordion.Control>
            <Group gap="xs" justify="space-between">
              <Text size="sm" fw={600}>
                {kindInWords(entry.kind)}
              </Text>
              <Group gap="md">
                <Text size="sm" c="dimmed">
                  {entry.position === null ? 'not sealed yet' : `No. ${entry.position}`}
                </Text>
                <Text size="sm">
                  <Moment at={entry.at} />
                </Text>
              </Group>
            </Group>
            <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              {entry.actor}
              {entry.verificationId !== null && ` · ${entry.verificationId}`}
            </Text>
          </Accordion.Control>
          <Accordion.Panel>
            <EntryDetails entry={entry} search={search} />
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

function EntryDetails({
  entry,
  search,
}: {
  readonly entry: Schemas['AuditEntry'];
  readonly search: LedgerSearch;
}): ReactElement {
  const changes = changesIn(entry.data);
  const facts = factsIn(entry.data);
  return (
    <Stack gap="md">
      <Facts
        facts={[
          ['Kind', <Code key="kind">{entry.kind}</Code>],
          ['Actor', <ActorName key="actor" actor={entry.actor} tenantId={entry.tenantId} />],
          ['When, in UTC', entry.at],
          ['Ledger of', <LedgerName key="tenant" tenantId={entry.tenantId} />],
          ['Environment', entry.environment],
          [
            'Verification',
            entry.verificationId === null ? null : (
              <VerificationLink key="verification" id={entry.verificationId} />
            ),
          ],
          ['Entry', <Code key="id">{entry.id}</Code>],
        ]}
      />
      {changes !== null && (
        <DataTable label="What was changed" head={['Member', 'Before', 'After']} minWidth={420}>
          {changes.map(({ path, before, after }) => (
            <Table.Tr key={path}>
              <Table.Th scope="row" fw={400}>
                <Code>{path}</Code>
              </Table.Th>
              <Table.Td>{before}</Table.Td>
              <Table.Td>{after}</Table.Td>
            </Table.Tr>
          ))}
        </DataTable>
      )}
      {facts.length > 0 && (
        <DataTable label="What it says" head={['Member', 'Value']} minWidth={280}>
          {facts.map(([path, value]) => (
            <Table.Tr key={path}>
              <Table.Th scope="row" fw={400}>
                <Code>{path}</Code>
              </Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
            </Table.Tr>
          ))}
        </DataTable>
      )}
      <Group gap="md">
        <TextLink to="/audit" search={{ ...search, actor: entry.actor }}>
          All by this actor
        </TextLink>
        {entry.verificationId !== null && (
          <TextLink
            to="/audit"
            search={{
              ...(search.tenant !== undefined && { tenant: search.tenant }),
              verification: entry.verificationId,
            }}
          >
            All about this verification
          </TextLink>
        )}
      </Group>
    </Stack>
  );
}
