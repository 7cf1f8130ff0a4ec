import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { type Core, Sequencer, tenantScope, type TenantScope } from '@gatehouse/core';
import { type Database } from '@gatehouse/platform';
import pg from 'pg';

import { CLOCK, openGround, quantile } from '../ground.js';
import { OneProvider } from './one-provider.js';

/*
 * What sealing the ledger costs, and whether it keeps up. Verifications are created as fast as sixteen callers can, at a provider that
 * answers at once; without and with the sequencer, and for one tenant and a hundred, in turns in one run on a durable PostgreSQL.
 * Figures are medians.
 */

const CALLERS = 16;
/** As the workers look for what waits. */
const POLL_MS = 500;

interface Round {
  readonly creates: number;
  /** From the entry's time to that of the checkpoint that it is under; null where nothing was sealed. */
  readonly sealedMs: { readonly p50: number; readonly p99: number } | null;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '4' } },
  });
  const rounds = Number(values.rounds);
  const seconds = Number(values.seconds);
  const world = await openWorld();
  try {
    const [one] = await world.tenants(1);
    const hundred = await world.tenants(100);
    if (one === undefined) throw new Error('unreachable');
    // Warm, and nobody's. A database that has just been made has no statistics yet, which autovacuum makes within a minute.
    await round(world, [one], seconds, true);
    await world.analyze();
    const results = { unsealed: [] as Round[], one: [] as Round[], hundred: [] as Round[] };
    for (let n = 0; n < rounds; n += 1) {
      results.unsealed.push(await round(world, [one], seconds, false));
      await seal(world.sequencer);
      results.one.push(await round(world, [one], seconds, true));
      results.hundred.push(await round(world, hundred, seconds, true));
      const last = [results.unsealed, results.one, results.hundred].map((of) =>
        Math.round(of.at(-1)?.creates ?? 0),
      );
      process.stderr.write(`round ${n + 1} of ${rounds}: ${last.join(', ')} creates per second\n`);
    }
    report(results);
  } finally {
    await world.close();
  }
}

function report(results: { unsealed: Round[]; one: Round[]; hundred: Round[] }): void {
  const creates = (of: readonly Round[]): number =>
    Math.round(
      quantile(
        of.map((round) => round.creates),
        0.5,
      ),
    );
  const [unsealed, one, hundred] = [results.unsealed, results.one, results.hundred].map(creates);
  const sealing = (of: readonly Round[]): string =>
    ['p50', 'p99']
      .map((which) => {
        const measured = of.flatMap(({ sealedMs }) =>
          sealedMs === null ? [] : [which === 'p50' ? sealedMs.p50 : sealedMs.p99],
        );
        return `${which} ${Math.round(quantile(measured, 0.5))} ms`;
      })
      .join(', ');
  const cost = ((1 - (one ?? 0) / (unsealed ?? 1)) * 100).toFixed(1);
  process.stdout.write(
    [
      `creates per second, not sealed            ${unsealed}`,
      `creates per second, sealed, one tenant    ${one}  (${cost} % less)`,
      `creates per second, sealed, 100 tenants   ${hundred}`,
      `from entry to signed head, one tenant     ${sealing(results.one)}`,
      `from entry to signed head, 100 tenants    ${sealing(results.hundred)}`,
      '',
    ].join('\n'),
  );
}

interface World {
  readonly core: Core;
  readonly database: Database;
  readonly sequencer: Sequencer;
  tenants(count: number): Promise<readonly TenantScope[]>;
  analyze(): Promise<void>;
  close(): Promise<void>;
}

async function openWorld(): Promise<World> {
  const ground = await openGround();
  const database = await ground.connect(24);
  const core = ground.core(database, new OneProvider());
  await core.ledgerKeys.ensure();
  return {
    core,
    database,
    sequencer: new Sequencer(database, core.ledgerKeys, CLOCK),
    async tenants(count) {
      const scopes: TenantScope[] = [];
      for (let n = 0; n < count; n += 1) {
        const { id } = await core.tenants.create('bench', { name: 'Northwind Bank' });
        await core.connections.put('bench', id, 'test', 'one', { credentials: {}, settings: {} }, null);
        await core.routing.put(
          'bench',
          { tenantId: id, environment: 'test' },
          { policy: POLICY, ifVersion: null },
        );
        scopes.push(tenantScope(id, 'test', 'bench'));
      }
      return scopes;
    },
    async analyze() {
      const owner = new pg.Client({ connectionString: ground.databaseUrl });
      await owner.connect();
      await owner.query('ANALYZE');
      await owner.end();
    },
    close: () => ground.close(),
  };
}

const POLICY = {
  provider: 'one',
  rules: [],
  fallback: [],
  callerMayChoose: false,
  effectiveAt: null,
  guardrail: null,
  note: null,
};

async function round(
  { core, database, sequencer }: World,
  scopes: readonly TenantScope[],
  seconds: number,
  isSealed: boolean,
): Promise<Round> {
  const from = new Date();
  const end = performance.now() + seconds * 1000;
  const state = { isOver: false };
  const sealing = isSealed ? sealUntil(sequencer, state) : Promise.resolve();
  let creates = 0;
  await Promise.all(
    Array.from({ length: CALLERS }, async (_, caller) => {
      for (let n = caller; performance.now() < end; n += 1) {
        const scope = scopes[n % scopes.length];
        if (scope === undefined) throw new Error('unreachable');
        await core.verifications.create(scope, request(), null);
        creates += 1;
      }
    }),
  );
  state.isOver = true;
  await sealing;
  const sealedMs = isSealed ? await sealedWithin(database, scopes, from) : null;
  return { creates: creates / seconds, sealedMs };
}

async function sealUntil(sequencer: Sequencer, state: { isOver: boolean }): Promise<void> {
  while (!state.isOver) {
    await seal(sequencer);
    await delay(POLL_MS);
  }
  await seal(sequencer);
}

async function seal(sequencer: Sequencer): Promise<void> {
  while (await sequencer.placeWaiting());
}

async function sealedWithin(
  database: Database,
  scopes: readonly TenantScope[],
  from: Date,
): Promise<{ p50: number; p99: number }> {
  const [row] = await database.across.query<{ p50: number; p99: number }>(
    {
      name: 'bench_sealed_within',
      text: `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS p50, percentile_cont(0.99) WITHIN GROUP (ORDER BY ms) AS p99
               FROM (SELECT extract(epoch FROM c.at - e.at) * 1000 AS ms
                       FROM ledger_entries e
                       JOIN ledger_leaves l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
                      CROSS JOIN LATERAL (SELECT at FROM ledger_checkpoints c
                                           WHERE c.tenant_id = e.tenant_id AND c.size >= l.position ORDER BY c.size LIMIT 1) c
                      WHERE e.tenant_id = ANY($1) AND e.at >= $2) sealed`,
    },
    [scopes.map(({ tenantId }) => tenantId), from],
  );
  return { p50: Number(row?.p50), p99: Number(row?.p99) };
}

function request(): Parameters<Core['verifications']['create']>[1] {
  return {
    subject: {
      email: `ana.ruiz.${randomBytes(6).toString('hex')}@mail.test`,
      phone: null,
      firstName: 'Ana',
      lastName: 'Ruiz',
      dateOfBirth: null,
      address: null,
    },
    reference: null,
    checks: ['document', 'liveness'],
    documentTypes: [],
    redirectUrl: null,
    reviewRedirectUrl: null,
    reuse: 'never',
    message: null,
    expiresInSeconds: 3600,
    metadata: {},
    provider: null,
  };
}

await main();
