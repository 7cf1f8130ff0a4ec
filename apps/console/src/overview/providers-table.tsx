import { Table } from '@mantine/core';
import { type ReactElement } from 'react';

import { type Schemas } from '../api/client.js';
import { DataTable } from '../kit/data-table.js';
import { StatusBadge } from '../kit/status-badge.js';
import { counted, duration, milliseconds, percentage } from '../kit/quantity.js';
import { type Overview } from './figures.js';

const HEAD = [
  'Provider',
  'Begun',
  'Pass rate',
  'Time to a verdict (half, 95 of 100)',
  'Breakers',
  'Calls lately',
  'Failed',
  'Call time (half, 95 of 100)',
  'Reads behind',
];

/** How each provider has been doing: its verdicts in the range, its calls lately. */
export function ProvidersTable({
  overview,
  providers,
}: {
  readonly overview: Overview;
  readonly providers: readonly Schemas['Provider'][];
}): ReactElement {
  return (
    <DataTable label="Providers, in figures" head={HEAD} minWidth={960}>
      {overview.providers.map((figures) => {
        const known = providers.find(({ name }) => name === figures.provider);
        const { timeToVerdict, calls, openConnections, p50Ms, p95Ms } = figures;
        return (
          <Table.Tr key={figures.provider}>
            <Table.Th scope="row">{known?.title ?? figures.provider}</Table.Th>
            <Table.Td>{counted(figures.created)}</Table.Td>
            <Table.Td>{percentage(figures.passRate)}</Table.Td>
            <Table.Td>
              {duration(timeToVerdict?.p50Seconds ?? null)}, {duration(timeToVerdict?.p95Seconds ?? null)}
            </Table.Td>
            <Table.Td>
              {openConnections === 0 ? (
                <StatusBadge status="closed" />
              ) : (
                <>
                  <StatusBadge status="open" /> {counted(openConnections)}
                </>
              )}
            </Table.Td>
            <Table.Td>{counted(calls)}</Table.Td>
            <Table.Td>{percentage(figures.errorRate)}</Table.Td>
            <Table.Td>
              {milliseconds(p50Ms)}, {milliseconds(p95Ms)}
            </Table.Td>
            <Table.Td>{behindWords(known?.readLag)}</Table.Td>
          </Table.Tr>
        );
      })}
    </DataTable>
  );
}

function behindWords(lag: Schemas['ReadLag'] | undefined): string {
  if (lag === undefined) return '–';
  if (lag.due === 0) return 'none';
  return `${counted(lag.due)}, the oldest by ${duration(lag.oldestSeconds)}`;
}
