import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { eventually } from '../../support/eventually.js';
import { type FaultProxy, openFaultProxy } from '../../support/fault-proxy.js';
import {
  type GatewayHarness,
  type GatewayTenant,
  required,
  startGateway,
} from '../../support/gateway-harness.js';
import { begin, connectedTenant, somebody, verified } from '../../support/verified.js';
import { openServer, type Server } from './server.js';

/* The short forms of `npm run chaos -- --only restart`, `--only cut-off` and `--only audit`: docs/CHAOS.md. */

let server: Server;
/** Between the gateway and the server. */
let network: FaultProxy;
let harness: GatewayHarness;
let connected: Awaited<ReturnType<typeof connectedTenant>>;
let tenant: GatewayTenant;

beforeAll(async () => {
  server = await openServer();
  const pool = new pg.Pool({ connectionString: server.url, max: 4 });
  // The server is crashed under it; the next query opens another session.
  pool.on('error', () => undefined);
  network = await openFaultProxy({ host: '127.0.0.1', port: server.port });
  const url = new URL(server.url);
  url.port = String(network.port);
  harness = await startGateway({}, { database: { url: url.href, pool, drop: () => pool.end() } });
  connected = await connectedTenant(harness, 'sentinel');
  ({ tenant } = connected);
}, 60_000);

afterAll(async () => {
  await harness.close();
  await network[Symbol.asyncDispose]();
  await server.close();
});

function createWith(key: string, subject: object): ReturnType<GatewayTenant['call']> {
  return tenant.call('POST', '/verifications', { subject }, { 'idempotency-key': key });
}

async function countOfVerifications(): Promise<number> {
  const { rows } = await harness.pool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM verifications',
  );
  return rows[0]?.count ?? 0;
}

describe('a PostgreSQL that crashes', () => {
  it('is answered for with 503, and has all that was acknowledged when it is back', async () => {
    const begun = [await begin(tenant), await begin(tenant), await begin(tenant)];
    const subject = somebody();
    const before = required(await createWith('crash-before', subject), 201);
    const other = somebody();
    await server.crash();

    const away = [
      await createWith('crash-during', other),
      await tenant.call('GET', `/verifications/${begun[0]?.id}`),
    ];
    expect(away.map(({ status, json }) => [status, json['code']])).toEqual([
      [503, 'overloaded'],
      [503, 'overloaded'],
    ]);
    expect(away.map(({ headers }) => headers.get('retry-after'))).toEqual(['1', '1']);

    await server.start();
    const during = await eventually(async () => required(await createWith('crash-during', other), 201));
    expect(required(await createWith('crash-before', subject), 201)).toEqual(before);
    const listed = required(await tenant.call('GET', '/verifications?limit=200'), 200)['data'] as {
      id: string;
    }[];
    const expected = [...begun.map(({ id }) => id), before['id'], during['id']];
    expect(listed.map(({ id }) => id).toSorted()).toEqual(expected.toSorted());
  });
});

describe('a network that is cut between us and PostgreSQL', () => {
  it.each([
    [
      'resets its connections',
      () => {
        network.reset();
      },
    ],
    [
      'ends the streams of the server',
      () => {
        network.halfClose();
      },
    ],
  ])('%s: new ones are opened, by themselves', async (what, cut) => {
    const subject = somebody();
    cut();
    await eventually(async () => required(await createWith(what, subject), 201));
  });

  it('swallows everything: nobody is answered, and all are when it no longer does', async () => {
    network.suffer({ kind: 'blackhole' });
    let isAnswered = false;
    const sent = createWith('swallowed', somebody()).finally(() => {
      isAnswered = true;
    });
    // As long as many creates would take, and without the database.
    for (let n = 0; n < 50; n += 1) expect((await harness.fetch('/health/live')).status).toBe(200);
    expect(isAnswered).toBe(false);
    network.suffer(null);
    required(await sent, 201);
  });
});

describe('a ledger that takes nothing', () => {
  it('lets nothing be created and nobody be looked at, until it does again', async () => {
    const { id } = await verified(tenant, connected.account);
    const before = await countOfVerifications();
    const subject = somebody();
    await harness.pool.query('REVOKE INSERT ON ledger_entries FROM gatehouse_app, gatehouse_system');

    const refused = [
      await createWith('ledger', subject),
      await tenant.call('GET', `/verifications/${id}/identity`),
    ];
    expect(refused.map(({ status, json }) => [status, json['code']])).toEqual([
      [503, 'overloaded'],
      [503, 'overloaded'],
    ]);
    expect(refused[1]?.text).not.toMatch(/mail\.test|\+1415555/);
    expect(await countOfVerifications()).toBe(before);

    await harness.pool.query('GRANT INSERT ON ledger_entries TO gatehouse_app, gatehouse_system');
    required(await createWith('ledger', subject), 201);
    required(await tenant.call('GET', `/verifications/${id}/identity`), 200);
    expect(await countOfVerifications()).toBe(before + 1);
  });
});
