import { type Figures, medianOf } from '../figures.js';
import { type Table } from './table.js';

/** What one core carries and what each verification takes, worked out from what was measured; a line for all that was. */
export function capacityOf({ creates, reads, webhooks, footprint }: Figures): readonly Table[] {
  const atOnce = creates?.get(0);
  const loads = [
    [
      'verifications begun',
      medianOf(atOnce, 'ours', ({ serverUs }) => serverUs),
      medianOf(atOnce, 'ours', ({ databaseUs }) => databaseUs),
    ],
    [
      'verifications read',
      medianOf(reads, 'ours', ({ serverUs }) => serverUs),
      medianOf(reads, 'ours', ({ databaseUs }) => databaseUs),
    ],
    [
      'webhooks taken, applied, looked into, delivered',
      webhooks?.serverUs ?? null,
      webhooks?.databaseUs ?? null,
    ],
  ] as const;
  const cores = loads.flatMap(([title, serverUs, databaseUs]) =>
    serverUs === null || databaseUs === null ? [] : [[title, perSecond(serverUs), perSecond(databaseUs)]],
  );
  const tables: Table[] = [];
  if (cores.length > 0)
    tables.push({
      title: 'What one core carries, each second',
      rows: [['', 'of Gatehouse', 'of PostgreSQL'], ...cores],
    });
  if (footprint !== null)
    tables.push({
      title: 'What it takes',
      rows: [
        ['', ''],
        ['disk for a verification that begins, with its indexes, kB', footprint.storedKb.toFixed(1)],
        ['write-ahead log for it, kB', footprint.loggedKb.toFixed(1)],
        ['memory of a process, idle, MB', footprint.idleMb.toFixed(0)],
        ['memory of a process under load, MB', footprint.loadedMb.toFixed(0)],
      ],
    });
  return tables;
}

function perSecond(microseconds: number): string {
  return (1e6 / microseconds).toFixed(0);
}
