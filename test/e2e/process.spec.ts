import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { fromTypeId, stopEmbeddedPostgres } from '@gatehouse/platform';
import pg from 'pg';

import { createSimulator } from '../../apps/simulator/src/simulator.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import {
  type Answer,
  type ConnectedAccount,
  gatewayClient,
  type GatewayClient,
  type GatewayTenant,
  required,
  send,
  text,
} from '../support/gateway-client.js';
import {
  codeOf,
  type Environment,
  type GatewayProcess,
  isAlive,
  killGateways,
  launchGateway,
} from '../support/gateway-process.js';
import { createRequest } from '../support/people.js';
import { openVendorGate, type VendorGate } from '../support/vendor-gate.js';

const MIGRATIONS = join(import.meta.dirname, '..', '..', 'prisma', 'migrations');
const ADMIN_KEY_LINE = /^Admin key, shown this once: (\S+)$/gm;

let testDatabase: TestDatabase;
let pool: pg.Pool;
let simulator: ReturnType<typeof createSimulator>['app'];
let simulatorOrigin: string;
let gate: VendorGate;
/** Of a gateway on the database of this file. */
let environment: Environment;
let adminKey: string;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  pool = new pg.Pool({ connectionString: testDatabase.url, application_name: 'test' });
  simulator = createSimulator({ autoDelayMs: 0 }).app;
  simulatorOrigin = await simulator.listen({ port: 0, host: '127.0.0.1' });
  gate = await openVendorGate(simulatorOrigin);
  adminKey = `gk_admin_${randomBytes(20).toString('hex')}`;
  environment = {
    DATABASE_URL: testDatabase.url,
    MASTER_KEY: newMasterKey(),
    ADMIN_API_KEY: adminKey,
    PORT: '0',
    ALLOW_PRIVATE_NETWORKS: 'true',
  };
});
afterAll(async () => {
  await gate.close();
  await simulator.close();
  await pool.end();
  await testDatabase.drop();
});

let dataDir = '';
beforeEach(async () => {
  // What an interrupted run leaves here, the next one removes (global-setup.js).
  dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  await writeFile(join(dataDir, 'owner'), String(process.pid));
});
afterEach(async () => {
  gate.releaseAll();
  await killGateways();
  await stopEmbeddedPostgres(dataDir);
  await rm(dataDir, { recursive: true });
});

function newMasterKey(): string {
  return randomBytes(32).toString('base64');
}

async function start(more: Environment = {}): Promise<{ gateway: GatewayProcess; origin: string }> {
  const gateway = launchGateway({ ...environment, ...more });
  return { gateway, origin: await gateway.ready };
}

function clientOf(origin: string, key = adminKey): GatewayClient {
  return gatewayClient({ origin, adminKey: key, simulatorOrigin, gate });
}

/** A tenant whose verifications begin at Sentinel. */
async function tenantAtSentinel(
  client: GatewayClient,
): Promise<{ tenant: GatewayTenant; account: ConnectedAccount }> {
  const tenant = await client.tenant();
  const account = await tenant.connect('sentinel');
  await tenant.route('sentinel');
  return { tenant, account };
}

/** Runs a start that is expected to fail; returns the lines on standard error. */
async function refusal(bad: Environment): Promise<readonly string[]> {
  const gateway = launchGateway(bad);
  expect([await gateway.ended, gateway.stdout()]).toEqual([{ code: 1, signal: null }, '']);
  expect(gateway.stderr()).toMatch(/\n$/);
  expect(isAlive(gateway.pid)).toBe(false);
  return gateway.stderr().trimEnd().split('\n');
}

describe('refuses to start with one clear line each and code 1:', () => {
  it('a port that is taken, before anything else is started', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    try {
      expect(await refusal({ PORT: String(port), DATA_DIR: dataDir })).toEqual([
        'PORT: is taken by another program',
      ]);
    } finally {
      other.close();
    }
    expect(await readdir(dataDir)).toEqual(['owner']);
  });

  it('an address of another machine', async () => {
    expect(await refusal({ HOST: '203.0.113.7', PORT: '0', DATA_DIR: dataDir })).toEqual([
      'HOST: is not an address of this machine',
    ]);
  });

  it('every variable that is bad, by its name and without its value', async () => {
    const bad = {
      DATABASE_URL: 'mysql://canary:canary@127.0.0.1/canary',
      DATABASE_POOL_SIZE: 'canary',
      HOST: 'canary canary',
      PORT: '70000',
      PUBLIC_URL: 'https://canary:canary@gateway.test/canary?canary',
      ADMIN_API_KEY: 'gk_admin_canary',
      MASTER_KEY: 'canary',
      MASTER_KEY_TOKEN: 'canary canary',
      MASTER_KEY_PREVIOUS: 'vault-transit://canary',
      MASTER_KEY_PREVIOUS_TOKEN: '/canary',
      ALLOW_PRIVATE_NETWORKS: 'canary',
      LOG_LEVEL: 'canary',
      ROLE: 'canary',
      SHUTDOWN_TIMEOUT: '-1',
    };
    const lines = await refusal({ ...bad, DATA_DIR: dataDir });
    expect(lines.map((line) => /^([A-Z_]+): \S+/.exec(line)?.[1]).sort()).toEqual(Object.keys(bad).sort());
    expect(lines.join('\n')).not.toMatch(/canary|70000|-1\b/);
    expect(await readdir(dataDir)).toEqual(['owner']);
  });

  it('a data folder that is a file', async () => {
    expect(await refusal({ PORT: '0', DATA_DIR: join(dataDir, 'owner') })).toEqual([
      expect.stringMatching(/^DATA_DIR: must be a folder that this user may read and write \(E[A-Z]+\)$/),
    ]);
  });

  it('a database without a master key', async () => {
    const lines = await refusal({ DATABASE_URL: testDatabase.url, PORT: '0' });
    expect(lines).toEqual([expect.stringMatching(/^MASTER_KEY: is required with DATABASE_URL/)]);
    expect(lines.join()).not.toContain(testDatabase.url);
  });

  const unreachable: Record<string, { change: (url: URL) => void; code: string }> = {
    'that nobody serves': {
      change: (url) => {
        // The discard port: of no database.
        url.port = '9';
      },
      code: 'ECONNREFUSED',
    },
    'whose password is wrong': {
      change: (url) => {
        url.password = 'canary';
      },
      code: '28P01',
    },
    'that does not exist': {
      change: (url) => {
        url.pathname = '/canary';
      },
      code: '3D000',
    },
  };
  it.each(Object.keys(unreachable))('a database %s', async (name) => {
    const { change, code } = unreachable[name] ?? { change: () => undefined, code: '' };
    const url = new URL(testDatabase.url);
    change(url);
    expect(await refusal({ ...environment, DATABASE_URL: url.href })).toEqual([
      `DATABASE_URL: the database cannot be reached (${code})`,
    ]);
  });

  it('a master key that is not the one of the database', async () => {
    const { gateway, origin } = await start();
    await clientOf(origin).tenant();
    await gateway.stop('SIGTERM');
    const other = newMasterKey();
    expect(await refusal({ ...environment, MASTER_KEY: other })).toEqual([
      'MASTER_KEY: is not the key that this database was written with',
    ]);
  });
});

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  it('lets the request that is under way finish, takes no new one, and ends with code 0', async () => {
    const { gateway, origin } = await start();
    const { tenant, account } = await tenantAtSentinel(clientOf(origin));
    const hold = account.hold('/clients/encrypt/url');
    let answer: Answer | null = null;
    const answered = tenant.call('POST', '/verifications', createRequest()).then((result) => {
      answer = result;
    });
    await eventually(() => {
      expect(hold.waiting()).toBe(1);
    });

    const ended = gateway.stop(signal);
    await eventually(async () => {
      expect(await connecting(origin)).toBe('ECONNREFUSED');
    });
    // A second signal, of an operator who is in a hurry, changes nothing.
    process.kill(gateway.pid, signal);
    expect([answer, isAlive(gateway.pid)]).toEqual([null, true]);
    hold.release();

    await answered;
    expect(answer).toMatchObject({ status: 201, json: { status: 'requires_input' } });
    expect([await ended, gateway.stderr()]).toEqual([{ code: 0, signal: null }, '']);
  });
});

it('a request that outlasts SHUTDOWN_TIMEOUT is cut off, and the program ends with code 0', async () => {
  const { gateway, origin } = await start({ SHUTDOWN_TIMEOUT: '0' });
  const { tenant, account } = await tenantAtSentinel(clientOf(origin));
  const hold = account.hold('/clients/encrypt/url');
  const answered = tenant.call('POST', '/verifications', createRequest()).catch(() => 'hung up');
  await eventually(() => {
    expect(hold.waiting()).toBe(1);
  });
  expect([await gateway.stop('SIGTERM'), await answered]).toEqual([{ code: 0, signal: null }, 'hung up']);
  hold.release();
});

describe('with the embedded database', () => {
  /** Process id of the server; null when there is none. */
  function postgres(): number | null {
    const file = join(dataDir, 'postgres', 'data', 'postmaster.pid');
    return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : null;
  }

  function adminKeysOf(gateway: GatewayProcess): readonly (string | undefined)[] {
    return [...gateway.stdout().matchAll(ADMIN_KEY_LINE)].map(([, key]) => key);
  }

  it('prints an admin key once, and keeps the data over a stop and over kill -9', async () => {
    const embedded = { PORT: '0', DATA_DIR: dataDir, ALLOW_PRIVATE_NETWORKS: 'true' };
    const first = launchGateway(embedded);
    const origin = await first.ready;
    const [key, ...others] = adminKeysOf(first);
    expect(others).toEqual([]);
    const { tenant } = await tenantAtSentinel(clientOf(origin, key));
    const created = required(await tenant.call('POST', '/verifications', createRequest()), 201);
    const server = postgres() ?? 0;
    expect(isAlive(server)).toBe(true);

    expect([await first.stop('SIGTERM'), first.stderr()]).toEqual([{ code: 0, signal: null }, '']);
    expect([postgres(), isAlive(server)]).toEqual([null, false]);

    /** The same tenant, with the same keys, sees the same record, wherever the gateway now listens. */
    const expectKept = async (gateway: GatewayProcess): Promise<void> => {
      const again = clientOf(await gateway.ready, key);
      expect(adminKeysOf(gateway)).toEqual([]);
      required(await again.admin('GET', `/tenants/${tenant.id}`), 200);
      const kept = await again.fetch(`/v1/verifications/${text(created, 'id')}`, {
        headers: { authorization: `Bearer ${tenant.key}` },
      });
      expect(required(kept, 200)).toEqual(created);
    };
    const second = launchGateway(embedded);
    await expectKept(second);
    const orphan = postgres() ?? 0;
    await second.stop('SIGKILL');
    expect(isAlive(orphan)).toBe(true);

    const third = launchGateway(embedded);
    await expectKept(third);
    expect(postgres()).toBe(orphan);
    expect(await refusal(embedded)).toEqual(['DATA_DIR: is in use by another Gatehouse that runs now']);
    expect(await third.stop('SIGINT')).toEqual({ code: 0, signal: null });
    expect([postgres(), isAlive(orphan)]).toEqual([null, false]);
    expect(third.stderr()).toBe('');

    // Fails after the database was started, and takes it along.
    expect(await refusal({ ...embedded, MASTER_KEY: newMasterKey() })).toEqual([
      'MASTER_KEY: is not the key that this database was written with',
    ]);
    expect(postgres()).toBeNull();
  });
});

describe('on an empty database', () => {
  it('ten gateways that start at once all become ready, and one of them migrates', async () => {
    const empty = await createEmptyDatabase();
    const session = new pg.Client({ connectionString: empty.url });
    try {
      const gateways = Array.from({ length: 10 }, () =>
        launchGateway({
          ...environment,
          ADMIN_API_KEY: '',
          DATABASE_URL: empty.url,
          DATABASE_POOL_SIZE: '3',
        }),
      );
      const origins = await Promise.all(gateways.map((gateway) => gateway.ready));

      const statuses = await Promise.all(
        origins.map(async (origin) => (await clientOf(origin).fetch('/health/ready')).status),
      );
      expect(statuses).toEqual(origins.map(() => 200));
      await session.connect();
      const applied = await session.query<{ name: string; finished: boolean; steps: number }>(
        `SELECT migration_name AS name, finished_at IS NOT NULL AND rolled_back_at IS NULL AS finished,
                applied_steps_count AS steps
           FROM _prisma_migrations ORDER BY migration_name`,
      );
      expect(applied.rows).toEqual(
        (await readdir(MIGRATIONS, { withFileTypes: true }))
          .filter((entry) => entry.isDirectory())
          .map(({ name }) => ({ name, finished: true, steps: 1 }))
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
      );
      const told = gateways.flatMap(
        (gateway) => gateway.stdout().match(/"message":"migration applied"/g) ?? [],
      );
      expect(told).toHaveLength(applied.rows.length);
      // One of them made the first admin key, and it opens the others.
      const keys = gateways.flatMap((gateway) => [...gateway.stdout().matchAll(ADMIN_KEY_LINE)]);
      expect(keys).toHaveLength(1);
      for (const origin of origins)
        required(await clientOf(origin, keys[0]?.[1]).admin('GET', '/tenants'), 200);

      const ends = await Promise.all(gateways.map((gateway) => gateway.stop('SIGTERM')));
      expect(ends).toEqual(gateways.map(() => ({ code: 0, signal: null })));
      expect(gateways.map((gateway) => gateway.stderr())).toEqual(gateways.map(() => ''));
    } finally {
      await killGateways();
      await session.end();
      await empty.drop();
    }
  });
});

it('with ROLE=api answers and does no work; with ROLE=worker works, and answers for its health only', async () => {
  const api = await start({ ROLE: 'api' });
  const client = clientOf(api.origin);
  const { tenant, account } = await tenantAtSentinel(client);
  const requests = Array.from({ length: 8 }, () => createRequest());
  const ids: string[] = [];
  for (const request of requests) {
    ids.push(text(required(await tenant.call('POST', '/verifications', request), 201), 'id'));
  }
  // A read that fails leaves a line in the log of whoever made it.
  const reads = '/customers/statusWithoutImages';
  await account.control('POST', '/faults', {
    on: 'request',
    kind: 'status',
    status: 503,
    path: reads,
    times: 100,
  });
  await pool.query('UPDATE verifications SET due_at = now() WHERE tenant_id = $1', [
    fromTypeId('tnt', tenant.id),
  ]);
  const readBy = (gateway: GatewayProcess): readonly string[] =>
    gateway
      .stdout()
      .split('\n')
      .filter((line) => line.includes('"a provider could not be read"'))
      .map((line) => (JSON.parse(line) as { verificationId: string }).verificationId);

  // All that time the other one has been running, with work to take.
  const worker = await start({ ROLE: 'worker' });
  await eventually(() => {
    expect([...readBy(worker.gateway)].sort()).toEqual(ids.map((id) => fromTypeId('ver', id)).sort());
  });
  expect(readBy(api.gateway)).toEqual([]);

  await account.control('DELETE', '/faults');
  const [request] = requests;
  await account.finish(request?.subject.email ?? '', 'approve');
  // After so many failures the connection is given a rest first.
  await eventually(
    async () => {
      const found = await tenant.call('GET', `/verifications/${ids[0] ?? ''}`);
      expect(required(found, 200)['status']).toBe('verified');
    },
    { timeoutMs: 60_000 },
  );

  // Not through the client: a worker has few of the operations that the document describes.
  const answers = await Promise.all(
    [
      ...['/health/live', '/health/ready'],
      ...[
        '/v1/me',
        '/v1/verifications',
        '/admin/v1/tenants',
        '/openapi.json',
        '/docs',
        '/return/x',
        '/hooks/a/b/c',
      ],
    ].map(async (path) => (await send(worker.origin + path, {})).status),
  );
  expect(answers).toEqual([200, 200, 404, 404, 404, 404, 404, 404, 404]);
  for (const { gateway } of [worker, api]) {
    expect([await gateway.stop('SIGTERM'), gateway.stderr()]).toEqual([{ code: 0, signal: null }, '']);
  }
});

async function connecting(origin: string): Promise<unknown> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  try {
    await once(socket, 'connect');
    return 'connected';
  } catch (error) {
    return codeOf(error);
  } finally {
    socket.destroy();
  }
}
