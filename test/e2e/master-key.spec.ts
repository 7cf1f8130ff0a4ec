import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import pg from 'pg';

import { createSimulator } from '../../apps/simulator/src/simulator.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import {
  gatewayClient,
  type GatewayClient,
  type GatewayTenant,
  required,
  text,
} from '../support/gateway-client.js';
import {
  type Environment,
  type GatewayProcess,
  killGateways,
  launchGateway,
  unusedPort,
} from '../support/gateway-process.js';
import { createRequest, type CreateRequest } from '../support/people.js';
import { refuseWith, startTransitServer, type TransitServer } from '../support/transit-server.js';
import { openVendorGate, type VendorGate } from '../support/vendor-gate.js';

/*
 * Gateways as processes, with master keys in their environment and at a Vault; between two starts the keys change.
 */

// Several starts in one test, perhaps on a machine that is busy with other things.
jest.setTimeout(180_000);

const AT_VAULT = 'vault:transit/gatehouse';

let testDatabase: TestDatabase;
let pool: pg.Pool;
let simulator: ReturnType<typeof createSimulator>['app'];
let gate: VendorGate;
let transit: TransitServer;
let folder: string;
let client: GatewayClient;
/** Without master keys. */
let environment: Environment;

beforeEach(async () => {
  testDatabase = await createTestDatabase();
  pool = new pg.Pool({ connectionString: testDatabase.url, application_name: 'test' });
  simulator = createSimulator({ autoDelayMs: 0 }).app;
  const simulatorOrigin = await simulator.listen({ port: 0, host: '127.0.0.1' });
  gate = await openVendorGate(simulatorOrigin);
  transit = await startTransitServer();
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-master-key-'));
  const adminKey = `gk_admin_${randomBytes(20).toString('hex')}`;
  // The same address after each start: vendors send their webhooks to where they were told to.
  const port = await unusedPort();
  const origin = `http://127.0.0.1:${port}`;
  client = gatewayClient({ origin, adminKey, simulatorOrigin, gate });
  environment = {
    DATABASE_URL: testDatabase.url,
    ADMIN_API_KEY: adminKey,
    PORT: String(port),
    PUBLIC_URL: origin,
    ALLOW_PRIVATE_NETWORKS: 'true',
  };
});
afterEach(async () => {
  await killGateways();
  await gate.close();
  await simulator.close();
  await transit.close();
  await pool.end();
  await testDatabase.drop();
  await rm(folder, { recursive: true });
});

function localKey(): string {
  return randomBytes(32).toString('base64');
}

/** The token is in a file, where Vault's agent would keep it. */
async function vaultKey(): Promise<Environment> {
  const file = join(folder, 'token');
  await writeFile(file, `${transit.token}\n`);
  return { MASTER_KEY: transit.addKey('gatehouse'), MASTER_KEY_TOKEN: file };
}

async function start(keys: Environment): Promise<GatewayProcess> {
  const gateway = launchGateway({ ...environment, ...keys });
  await gateway.ready;
  return gateway;
}

async function stop(gateway: GatewayProcess): Promise<void> {
  expect([await gateway.stop('SIGTERM'), gateway.stderr()]).toEqual([{ code: 0, signal: null }, '']);
}

/** The lines of a start that is expected to fail. */
async function refusal(keys: Environment): Promise<readonly string[]> {
  const gateway = launchGateway({ ...environment, ...keys });
  expect((await gateway.ended).code).toBe(1);
  return gateway.stderr().trimEnd().split('\n');
}

/** How many tenant keys each master key wraps. */
async function wrappedBy(): Promise<Readonly<Record<string, number>>> {
  const { rows } = await pool.query<{ id: string; count: number }>(
    'SELECT master_key_id AS id, count(*)::int AS count FROM tenant_keys GROUP BY master_key_id',
  );
  return Object.fromEntries(rows.map(({ id, count }) => [id, count]));
}

async function rotations(): Promise<readonly unknown[]> {
  const { rows } = await pool.query<{ data: unknown }>(
    `SELECT data FROM ledger_entries WHERE kind = 'keys.master_rotated'`,
  );
  return rows.map(({ data }) => data);
}

/** A tenant with somebody who is verified, and what it sees of that. */
interface Sealed {
  readonly tenant: GatewayTenant;
  readonly id: string;
  readonly request: CreateRequest;
  readonly seen: unknown;
}

/** Opens keys of every kind: the person's, the tenant's for what it is found by, and the tenant's for its connection. */
async function look(tenant: GatewayTenant, id: string, { subject }: CreateRequest): Promise<unknown> {
  const found = required(
    await tenant.call('POST', '/verifications/search', { email: subject.email.toUpperCase() }),
    200,
  );
  required(await tenant.call('POST', `/verifications/${id}/refresh`), 200);
  return [found, required(await tenant.call('GET', `/verifications/${id}/identity`), 200)];
}

async function sealed(): Promise<Sealed> {
  const tenant = await client.tenant();
  const account = await tenant.connect('sentinel');
  await tenant.route('sentinel');
  const request = createRequest();
  const id = text(required(await tenant.call('POST', '/verifications', request), 201), 'id');
  await account.finish(request.subject.email, 'approve');
  await eventually(async () => {
    expect(required(await tenant.call('GET', `/verifications/${id}`), 200)['status']).toBe('verified');
  });
  return { tenant, id, request, seen: await look(tenant, id, request) };
}

async function expectSeen({ tenant, id, request, seen }: Sealed): Promise<void> {
  expect(withoutTimes(await look(tenant, id, request))).toEqual(withoutTimes(seen));
}

/** What a read changes although nothing has changed. */
function withoutTimes(seen: unknown): unknown {
  const TIMES = ['updatedAt', 'observedAt', 'retrievedAt', 'version'];
  return JSON.parse(JSON.stringify(seen, (key, value: unknown) => (TIMES.includes(key) ? undefined : value)));
}

it('moves from a key of its own to one at Vault: all stays readable, all is re-wrapped, and the old key is needed no more', async () => {
  const old = localKey();
  let gateway = await start({ MASTER_KEY: old });
  const before = await sealed();
  await stop(gateway);
  const [[oldId, keys] = []] = Object.entries(await wrappedBy());
  expect([oldId, keys]).toEqual([expect.stringMatching(/^local:/), 4]);

  const vault = await vaultKey();
  gateway = await start({ ...vault, MASTER_KEY_PREVIOUS: old });
  await expectSeen(before);
  const during = await sealed();
  await eventually(async () => {
    expect(await wrappedBy()).toEqual({ [AT_VAULT]: 6 });
  });
  expect(await rotations()).toEqual([{ rewrapped: 4, masterKeyId: AT_VAULT }]);
  await expectSeen(before);
  expect(gateway.stdout()).not.toContain(transit.token);
  await stop(gateway);

  gateway = await start(vault);
  await expectSeen(before);
  await expectSeen(during);
  await sealed();
  await stop(gateway);
  expect(await refusal({ MASTER_KEY: old })).toEqual([
    'MASTER_KEY: is not the key that this database was written with',
  ]);
});

it('killed in the middle of re-wrapping, goes on where it was, and refuses to do without the old key before its end', async () => {
  const old = localKey();
  let gateway = await start({ MASTER_KEY: old });
  const before = await sealed();
  for (let tenants = 0; tenants < 11; tenants += 1) await client.tenant();
  await stop(gateway);

  const vault = await vaultKey();
  const both = { ...vault, MASTER_KEY_PREVIOUS: old };
  // One for the start, eight for the first step, three within the second one; then Vault hangs.
  let left = 12;
  transit.answer((_, { operation }) => {
    if (operation === 'encrypt') left -= 1;
    return left < 0;
  });
  gateway = await start(both);
  await eventually(() => {
    expect(left).toBe(-5);
  });
  expect((await wrappedBy())[AT_VAULT]).toBe(8);
  expect(await gateway.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
  transit.answer(null);
  expect(await refusal(vault)).toEqual([
    'MASTER_KEY_PREVIOUS: must be the other key that this database was written with; not all is re-wrapped yet',
  ]);

  gateway = await start(both);
  await expectSeen(before);
  await eventually(async () => {
    expect(await wrappedBy()).toEqual({ [AT_VAULT]: 26 });
  });
  expect(await rotations()).toEqual([{ rewrapped: 26, masterKeyId: AT_VAULT }]);
  await stop(gateway);
});

it('with Vault away serves whom it has served before, answers others 503, starts no more, and recovers by itself', async () => {
  const vault = await vaultKey();
  let gateway = await start(vault);
  const known = await sealed();
  transit.answer(refuseWith(503, 'Vault is sealed'));
  await expectSeen(known);
  required(await known.tenant.call('POST', '/verifications', createRequest()), 201);
  const refused = await client.admin('POST', '/tenants', { name: 'Northwind Bank' });
  expect([refused.status, refused.json['code'], refused.headers.get('retry-after')]).toEqual([
    503,
    'overloaded',
    '10',
  ]);
  expect(gateway.stdout()).toContain('"errorName":"MasterKeyUnavailable","errorCode":"sealed"');
  transit.answer(null);
  required(await client.admin('POST', '/tenants', { name: 'Northwind Bank' }), 201);
  await stop(gateway);

  // A process that has unwrapped nothing of the tenant's yet.
  gateway = await start(vault);
  transit.answer(refuseWith(503, 'Vault is sealed'));
  const cold = await known.tenant.call('GET', `/verifications/${known.id}`);
  expect([cold.status, cold.json['code']]).toEqual([503, 'overloaded']);
  transit.answer(null);
  await expectSeen(known);
  await stop(gateway);

  transit.answer(refuseWith(503, 'Vault is sealed'));
  expect(await refusal(vault)).toEqual(['MASTER_KEY: its keeper cannot be used now (sealed)']);
});

it('takes up a renewed token from its file, while it runs', async () => {
  const vault = await vaultKey();
  const gateway = await start(vault);
  transit.revoke(transit.token);
  expect((await client.admin('POST', '/tenants', { name: 'Northwind Bank' })).status).toBe(503);
  await writeFile(vault['MASTER_KEY_TOKEN'] ?? '', transit.newToken());
  required(await client.admin('POST', '/tenants', { name: 'Northwind Bank' }), 201);
  await stop(gateway);
});
