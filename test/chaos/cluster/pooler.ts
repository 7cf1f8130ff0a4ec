import { setTimeout as delay } from 'node:timers/promises';

import { connectDatabase, Log } from '@gatehouse/platform';

import { hasPgBouncer, openPgBouncer } from '../../support/pgbouncer.js';
import { check, type Check } from '../invariants/check.js';
import { recovered, RECOVERED_MS, untilAllGood } from '../recovery.js';
import { after, STORE_WAS_AWAY, underPressure } from './pressure.js';
import { type Scenario } from './scenario.js';
import { openServer } from './server.js';

const BEFORE = 16;
const DOWN_MS = 1_000;
const STARTS = 5;
/** Word for word: a start that fails for any other reason shows nothing. */
const REFUSAL =
  'DATABASE_URL: its sessions are shared with others, as by a pooler in transaction mode; set DATABASE_SESSIONS=shared, or use one in session mode, or none';

export const pooler: Scenario = {
  name: 'pgbouncer',
  what: 'gateways work through a PgBouncer that is killed and comes back, in session mode and in transaction mode, where one that takes its sessions for its own is refused',
  missing: async () => ((await hasPgBouncer()) ? null : 'no pgbouncer here'),
  run: async (say) => [...(await killed('session', say)), ...(await killed('transaction', say))],
};

/** What holds where the pooler dies; each check says in which mode. */
async function killed(
  mode: 'session' | 'transaction',
  say: (line: string) => void,
): Promise<readonly Check[]> {
  await using stack = new AsyncDisposableStack();
  const server = stack.adopt(await openServer(), (opened) => opened.close());
  const pooling = stack.adopt(await openPgBouncer(server.url, mode), (opened) => opened.close());
  const refused = mode === 'transaction' ? [await refusesTransactions(pooling.url)] : [];
  const settings: Readonly<Record<string, string>> =
    mode === 'transaction' ? { DATABASE_SESSIONS: 'shared', MIGRATION_DATABASE_URL: server.url } : {};
  const found = await underPressure({
    databaseUrl: pooling.url,
    gateways: [settings, settings],
    expected: [STORE_WAS_AWAY],
    say,
    async trouble({ probes }, soFar) {
      await after(BEFORE, soFar);
      const died = performance.now();
      await pooling.kill();
      say(`PgBouncer is dead (${mode} mode)`);
      await delay(DOWN_MS);
      await pooling.start();
      const ms = await untilAllGood(probes, died);
      return [recovered([{ what: 'the death of PgBouncer', ms }], RECOVERED_MS)];
    },
  });
  return [...refused, ...found.map((one) => ({ ...one, what: `${mode} mode: ${one.what}` }))];
}

/** Its sessions would see each other's tenants: none of the starts may succeed. */
async function refusesTransactions(url: string): Promise<Check> {
  const unlike: string[] = [];
  for (let start = 1; start <= STARTS; start += 1) {
    try {
      const database = await connectDatabase(url, { poolSize: 10, log: new Log({ level: 'warn' }) });
      await database.close();
      unlike.push(`start ${start}: sessions that are shared were taken`);
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      if (said !== REFUSAL) unlike.push(`start ${start}: refused with other words: ${said}`);
    }
  }
  return check('a pooler in transaction mode is refused at the start, in so many words', STARTS, unlike);
}
