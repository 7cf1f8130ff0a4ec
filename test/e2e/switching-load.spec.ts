import { randomBytes } from 'node:crypto';

import { fromTypeId } from '@gatehouse/platform';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import pg from 'pg';

import { createSimulator } from '../../apps/simulator/src/simulator.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually, present } from '../support/eventually.js';
import {
  gatewayClient,
  type GatewayClient,
  type GatewayTenant,
  required,
  text,
} from '../support/gateway-client.js';
import { killGateways, launchGateway } from '../support/gateway-process.js';
import { withoutGate } from '../support/vendor-gate.js';

// For a machine that is busy with other things.
jest.setTimeout(240_000);

const CALLERS = 32;
/** By hand with 100, which took 72 s here: 2,845 verifications, none failed, none elsewhere, all verified where they began. */
const SWITCHES = 20;
const ROUTE = ['sentinel', 'dentity'] as const;

let database: TestDatabase;
let pool: pg.Pool;
let simulator: ReturnType<typeof createSimulator>['app'];
/** Two processes on one database. */
let first: GatewayClient;
let second: GatewayClient;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url, application_name: 'test' });
  simulator = createSimulator({ autoDelayMs: 0 }).app;
  const simulatorOrigin = await simulator.listen({ port: 0, host: '127.0.0.1' });
  const adminKey = `gk_admin_${randomBytes(20).toString('hex')}`;
  const environment = {
    DATABASE_URL: database.url,
    MASTER_KEY: randomBytes(32).toString('base64'),
    ADMIN_API_KEY: adminKey,
    PORT: '0',
    ALLOW_PRIVATE_NETWORKS: 'true',
  };
  const client = async (): Promise<GatewayClient> => {
    const origin = await launchGateway(environment).ready;
    return gatewayClient({ origin, adminKey, simulatorOrigin, gate: withoutGate(simulatorOrigin) });
  };
  // One after the other: the first makes the tables.
  first = await client();
  second = await client();
});
afterAll(async () => {
  await killGateways();
  await simulator.close();
  await pool.end();
  await database.drop();
});

/** Somebody who is verified at once, without a button. */
function approved(number: number): Record<string, unknown> {
  // Below 900, where the twins' numbers that act by themselves begin.
  const last = String(number % 900).padStart(3, '0');
  const phone = `+1415${2000 + Math.floor(number / 900)}${last}`;
  return { email: `ana.ruiz.${number}+approve@mail.test`, phone };
}

/** The same tenant, called at the other process. */
function at(client: GatewayClient, { key }: GatewayTenant): GatewayTenant['call'] {
  return (method, path, body) =>
    client.fetch(`/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
}

async function connected(): Promise<GatewayTenant> {
  const tenant = await first.tenant();
  await tenant.connect('sentinel');
  await tenant.connect('dentity');
  await tenant.route('sentinel');
  return tenant;
}

interface Version {
  readonly version: number;
  readonly at: string;
  readonly policy: { readonly provider: string };
}

async function versionsOf(tenant: GatewayTenant): Promise<ReadonlyMap<number, Version>> {
  const path = `/tenants/${tenant.id}/routing/versions?environment=test&limit=200`;
  const { data } = required(await first.admin('GET', path), 200) as { data: Version[] };
  return new Map(data.map((version) => [version.version, version]));
}

interface Recorded {
  readonly id: string;
  readonly provider: string;
  readonly status: string;
  readonly policy_version: number;
  readonly routing_reason: string;
}

async function recorded(tenant: GatewayTenant): Promise<readonly Recorded[]> {
  const { rows } = await pool.query<Recorded>(
    `SELECT id, provider, status, policy_version, routing_reason FROM verifications WHERE tenant_id = $1 ORDER BY id`,
    [fromTypeId('tnt', tenant.id)],
  );
  return rows;
}

it('a switch at one process is followed by the other within a second', async () => {
  const tenant = await connected();
  const call = at(second, tenant);
  const decided = async (number: number): Promise<{ createdAt: string; version: unknown }> => {
    const created = required(await call('POST', '/verifications', { subject: approved(number) }), 201);
    const explained = required(await call('GET', `/verifications/${text(created, 'id')}/explain`), 200);
    const { policyVersion } = explained['routing'] as Record<string, unknown>;
    return { createdAt: text(created, 'createdAt'), version: policyVersion };
  };
  expect(await decided(0)).toMatchObject({ version: 1 });
  await tenant.route('dentity');
  const before: string[] = [];
  let number = 1;
  await eventually(async () => {
    number += 1;
    const { createdAt, version } = await decided(number);
    if (version === 1) before.push(createdAt);
    expect(version).toBe(2);
  });
  const switched = present((await versionsOf(tenant)).get(2), 'second version');
  const late = before.filter((createdAt) => Date.parse(createdAt) - Date.parse(switched.at) > 1000);
  expect(late).toEqual([]);
});

it('a connection that one process finds failing is left alone by the other', async () => {
  const tenant = await first.tenant();
  const sentinel = await tenant.connect('sentinel');
  await tenant.connect('dentity');
  const policy = { provider: 'sentinel', fallback: ['dentity'] };
  required(await first.admin('PUT', `/tenants/${tenant.id}/routing?environment=test`, policy), 200);
  await sentinel.control('POST', '/faults', { on: 'request', kind: 'html', status: 200, times: 500 });
  const create = at(first, tenant);
  for (let number = 0; number < 6; number += 1)
    required(await create('POST', '/verifications', { subject: approved(8000 + number) }), 201);
  const call = at(second, tenant);
  let tries = 0;
  await eventually(async () => {
    tries += 1;
    const made = required(await call('POST', '/verifications', { subject: approved(8010) }), 201);
    const explained = required(await call('GET', `/verifications/${text(made, 'id')}/explain`), 200);
    expect(explained['routing']).toMatchObject({
      skipped: [{ provider: 'sentinel', why: 'unhealthy' }],
      attempts: [],
    });
  });
  // From five failures on it would have found out by itself.
  expect(tries).toBeLessThan(5);
});

it('nobody changes sides by coming again, at whichever process', async () => {
  const tenant = await connected();
  const policy = { provider: 'sentinel', rules: [{ when: { percent: 50 }, provider: 'dentity' }] };
  required(await first.admin('PUT', `/tenants/${tenant.id}/routing?environment=test`, policy), 200);
  const people = Array.from({ length: 24 }, (_, index) => approved(9000 + index));
  const sides = async (client: GatewayClient): Promise<readonly unknown[]> => {
    const call = at(client, tenant);
    const found: unknown[] = [];
    for (const subject of people) {
      const { provider } = required(await call('POST', '/verifications', { subject }), 201);
      found.push((provider as { name: string }).name);
    }
    return found;
  };
  const before = await sides(first);
  expect(new Set(before)).toEqual(new Set(['sentinel', 'dentity']));
  expect(await sides(second)).toEqual(before);
});

it('switches under load fail nobody, send nobody elsewhere, and each ends where it began', async () => {
  const tenant = await connected();
  const calls = [at(first, tenant), at(second, tenant)];
  let created = 0;
  let isOver = false;
  let number = 100;
  const caller = async (index: number): Promise<void> => {
    const call = present(calls[index % calls.length], 'process');
    while (!isOver) {
      number += 1;
      required(await call('POST', '/verifications', { subject: approved(number) }), 201);
      created += 1;
    }
  };
  const admin = async (): Promise<void> => {
    for (let count = 1; count <= SWITCHES; count += 1) {
      await tenant.route(present(ROUTE[count % ROUTE.length], 'provider'));
    }
    isOver = true;
  };
  await Promise.all([admin(), ...Array.from({ length: CALLERS }, (_, index) => caller(index))]);

  const versions = await versionsOf(tenant);
  expect(versions.size).toBe(SWITCHES + 1);
  const began = await recorded(tenant);
  expect(began).toHaveLength(created);
  const elsewhere = began.filter(
    ({ policy_version, routing_reason, provider }) =>
      routing_reason !== 'default' || provider !== versions.get(policy_version)?.policy.provider,
  );
  expect(elsewhere).toEqual([]);
  // It was not one policy all the time, or this shows nothing.
  expect(new Set(began.map(({ policy_version }) => policy_version)).size).toBeGreaterThan(5);
  const ended = await eventually(
    async () => {
      const found = await recorded(tenant);
      expect(found.filter(({ status }) => status !== 'verified')).toEqual([]);
      return found;
    },
    { timeoutMs: 120_000 },
  );
  expect(ended.map(({ id, provider }) => [id, provider])).toEqual(
    began.map(({ id, provider }) => [id, provider]),
  );
});
