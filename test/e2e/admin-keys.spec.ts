import { randomBytes, randomUUID } from 'node:crypto';

import { fromTypeId, gatewayConfig, LocalMasterKey, Log } from '@gatehouse/platform';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { createGateway, type Gateway } from '../../apps/gateway/src/gateway.js';
import { eventually, present } from '../support/eventually.js';
import {
  type Answer,
  type GatewayHarness,
  required,
  send,
  startGateway,
  text,
} from '../support/gateway-harness.js';
import { missingId } from '../support/isolation-world.js';

const ROLES = ['admin', 'support', 'auditor', 'approver'] as const;

const MASTER_KEY = randomBytes(32);

let harness: GatewayHarness;
/** No key is configured here: the gateway has made the first one itself. */
let first: string;

beforeAll(async () => {
  harness = await startGateway({ adminApiKey: null }, { masterKey: Buffer.from(MASTER_KEY) });
  first = present(harness.gateway.newAdminKey, 'first key');
});
afterAll(() => harness.close());

interface Call {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly origin?: string;
}

function call(
  key: string,
  method: string,
  path: string,
  { body, headers, origin }: Call = {},
): Promise<Answer> {
  return send(`${origin ?? harness.origin}/admin/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

interface Operator {
  readonly id: string;
  readonly key: string;
}

async function operator(role: string, name: string = role): Promise<Operator> {
  const created = required(await call(first, 'POST', '/admin-keys', { body: { name, role } }), 201);
  return { id: text(created, 'id'), key: text(created, 'key') };
}

type Listed = Readonly<Record<string, unknown>>;

async function list(key = first, origin = harness.origin): Promise<readonly Listed[]> {
  const answer = required(await call(key, 'GET', '/admin-keys', { origin }), 200);
  expect(answer['nextCursor']).toBeNull();
  return answer['data'] as Listed[];
}

async function listed(id: string): Promise<Listed> {
  return present(
    (await list()).find((each) => each['id'] === id),
    `key ${id} in the list`,
  );
}

interface Entry {
  readonly kind: string;
  readonly tenant_id: string;
  readonly actor: string;
  readonly data: unknown;
}

/** What the ledger has on one admin key, or on one tenant. */
function entriesOn(uuid: string): Promise<Entry[]> {
  const statement = {
    name: 'test_entries_on',
    text: `SELECT kind, tenant_id, actor, data FROM ledger_entries WHERE data->>'keyId' = $1 OR tenant_id::text = $1 ORDER BY id`,
  };
  return harness.database.across.query<Entry>(statement, [uuid]);
}

function uuidOf(id: string, prefix = 'adk'): string {
  return present(fromTypeId(prefix, id), `UUID in ${id}`);
}

describe('a new admin key', () => {
  it.each(ROLES)('with the role %s is told once and never again', async (role) => {
    const answer = await call(first, 'POST', '/admin-keys', { body: { name: 'Dana', role } });
    const { key, ...facts } = required(answer, 201);
    expect(key).toMatch(/^gk_admin_\w{40,}$/);
    expect(facts).toEqual({
      id: expect.stringMatching(/^adk_[0-9a-z]{26}$/),
      name: 'Dana',
      role,
      hint: String(key).slice(-4),
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      revokedAt: null,
    });
    expect(await listed(String(facts['id']))).toEqual(facts);
  });

  it('is created once under one idempotency key', async () => {
    const request = {
      body: { name: 'Noor', role: 'approver' },
      headers: { 'idempotency-key': randomUUID() },
    };
    const created = required(await call(first, 'POST', '/admin-keys', request), 201);
    expect(required(await call(first, 'POST', '/admin-keys', request), 201)).toEqual(created);
    expect((await list()).filter(({ name }) => name === 'Noor')).toHaveLength(1);
  });

  it.each([
    ['no name', { role: 'approver' }, '/name'],
    ['an empty name', { name: '', role: 'approver' }, '/name'],
    ['a name of 101 characters', { name: 'a'.repeat(101), role: 'approver' }, '/name'],
    ['the name of the configured key', { name: 'ADMIN_API_KEY', role: 'approver' }, '/name'],
    ['no role', { name: 'Dana' }, '/role'],
    ['a role that nobody knows', { name: 'Dana', role: 'owner' }, '/role'],
    ['a key of the caller’s own', { name: 'Dana', role: 'admin', key: `gk_admin_${'a'.repeat(40)}` }, '/key'],
  ])('is refused with %s', async (_what, body, pointer) => {
    const before = await list();
    const answer = await call(first, 'POST', '/admin-keys', { body });
    expect(required(answer, 422)).toMatchObject({ code: 'validation_failed', errors: [{ pointer }] });
    expect(await list()).toEqual(before);
  });
});

describe('a role', () => {
  it.each([
    ['admin', { tenants: 200, providers: 200, create: 201 }],
    ['support', { tenants: 200, providers: 200, create: 403 }],
    ['auditor', { tenants: 403, providers: 403, create: 403 }],
    ['approver', { tenants: 200, providers: 200, create: 403 }],
  ])('%s opens what it is for and nothing else', async (role, expected) => {
    const { key } = await operator(role);
    const tenants = await call(key, 'GET', '/tenants');
    const providers = await call(key, 'GET', '/providers');
    const create = await call(key, 'POST', '/tenants', { body: { name: 'Northwind Bank' } });
    expect({ tenants: tenants.status, providers: providers.status, create: create.status }).toEqual(expected);
  });

  it.each(['support', 'auditor', 'approver'])('%s has no say over admin keys', async (role) => {
    const { id, key } = await operator(role);
    const answers = [
      await call(key, 'GET', '/admin-keys'),
      await call(key, 'POST', '/admin-keys', { body: { name: 'Dana', role: 'admin' } }),
      await call(key, 'DELETE', `/admin-keys/${id}`),
    ];
    expect(answers.map(({ status, json }) => [status, json['code']])).toEqual(
      answers.map(() => [403, 'insufficient_scope']),
    );
    expect(await listed(id)).toMatchObject({ revokedAt: null });
  });
});

describe('the ledger', () => {
  it('tells two operators apart', async () => {
    const operators = [await operator('admin'), await operator('admin')];
    const actors: string[] = [];
    for (const { key } of operators) {
      const tenant = required(await call(key, 'POST', '/tenants', { body: { name: 'Northwind Bank' } }), 201);
      const entries = await entriesOn(uuidOf(text(tenant, 'id'), 'tnt'));
      actors.push(...entries.map(({ actor }) => actor));
    }
    expect(actors).toEqual(operators.map(({ id }) => `admin:${uuidOf(id)}`));
  });

  it('says who created and who revoked a key, without its name', async () => {
    const admin = await operator('admin');
    const created = required(
      await call(admin.key, 'POST', '/admin-keys', { body: { name: 'Dana Haddad', role: 'approver' } }),
      201,
    );
    const uuid = uuidOf(text(created, 'id'));
    const path = `/admin-keys/${text(created, 'id')}`;
    // Revoked already, the second time: nothing happens, so nothing is recorded.
    for (const status of [204, 204]) required(await call(first, 'DELETE', path), status);
    const [firstKey] = (await list()).filter(({ name }) => name === 'first key');
    const system = '00000000-0000-0000-0000-000000000000';
    const data = { keyId: uuid, role: 'approver' };
    expect(await entriesOn(uuid)).toEqual([
      { kind: 'admin_key.created', tenant_id: system, actor: `admin:${uuidOf(admin.id)}`, data },
      {
        kind: 'admin_key.revoked',
        tenant_id: system,
        actor: `admin:${uuidOf(String(firstKey?.['id']))}`,
        data,
      },
    ]);
  });
});

describe('revoking', () => {
  it('is in force with the next request', async () => {
    const { id, key } = await operator('support');
    required(await call(key, 'GET', '/tenants'), 200);
    required(await call(first, 'DELETE', `/admin-keys/${id}`), 204);
    expect((await call(key, 'GET', '/tenants')).json).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect(await listed(id)).toMatchObject({ revokedAt: expect.stringMatching(/^\d{4}-/) });
  });

  it('of what is no admin key is 404', async () => {
    const tenant = required(await call(first, 'POST', '/tenants', { body: { name: 'Northwind Bank' } }), 201);
    for (const id of [missingId('adk'), text(tenant, 'id'), 'adk_', 'first key']) {
      const answer = await call(first, 'DELETE', `/admin-keys/${encodeURIComponent(id)}`);
      expect({ id, status: answer.status }).toEqual({ id, status: 404 });
    }
  });
});

describe('the last key with the role admin', () => {
  let alone: GatewayHarness;
  let key: string;
  let id: string;

  beforeAll(async () => {
    alone = await startGateway({ adminApiKey: null });
    key = present(alone.gateway.newAdminKey, 'first key');
    id = String((await list(key, alone.origin))[0]?.['id']);
  });
  afterAll(() => alone.close());

  const at = (by: string, method: string, path: string, body?: unknown): Promise<Answer> =>
    call(by, method, path, { origin: alone.origin, body });
  const another = async (role: string): Promise<Operator> => {
    const created = required(await at(key, 'POST', '/admin-keys', { name: role, role }), 201);
    return { id: text(created, 'id'), key: text(created, 'key') };
  };

  it('stays, whatever other roles and whatever revoked keys there are', async () => {
    await another('approver');
    const former = await another('admin');
    required(await at(key, 'DELETE', `/admin-keys/${former.id}`), 204);
    const answer = await at(key, 'DELETE', `/admin-keys/${id}`);
    expect(required(answer, 409)).toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining('last one with the role admin'),
    });
    required(await at(key, 'GET', '/admin-keys'), 200);
  });

  it('stays when the last two revoke each other at the same moment', async () => {
    const other = await another('admin');
    const pool = new pg.Pool({ connectionString: alone.databaseUrl, application_name: 'test' });
    const session = await pool.connect();
    // Holds both requests after they were admitted, before either has written.
    await session.query('BEGIN');
    await session.query('SELECT id FROM admin_keys FOR UPDATE');
    const answers = Promise.all([
      at(key, 'DELETE', `/admin-keys/${other.id}`),
      at(other.key, 'DELETE', `/admin-keys/${id}`),
    ]);
    await eventually(async () => {
      const { rows } = await pool.query(
        `SELECT pid FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'gatehouse' AND wait_event_type = 'Lock'`,
      );
      expect(rows).toHaveLength(2);
    });
    await session.query('ROLLBACK');
    session.release();
    expect((await answers).map(({ status }) => status).sort()).toEqual([204, 409]);
    const { rows } = await pool.query(
      `SELECT id FROM admin_keys WHERE role = 'admin' AND revoked_at IS NULL`,
    );
    await pool.end();
    expect(rows).toHaveLength(1);
  });
});

describe('the key of ADMIN_API_KEY', () => {
  const newKey = (): string => `gk_admin_${randomBytes(20).toString('hex')}`;

  /** Another start on the same database. */
  async function start(adminApiKey: string | null): Promise<Gateway & { readonly origin: string }> {
    const gateway = await createGateway({
      config: { ...gatewayConfig({ PORT: '0' }), publicUrl: 'http://127.0.0.1:0', role: 'api', adminApiKey },
      database: harness.database,
      masterKeys: { current: new LocalMasterKey(Buffer.from(MASTER_KEY)), previous: null },
      log: new Log({ level: 'silent' }),
    });
    return { ...gateway, origin: `http://127.0.0.1:${gateway.port}` };
  }

  async function during<T>(
    adminApiKey: string | null,
    run: (origin: string, made: string | null) => Promise<T>,
  ): Promise<T> {
    const gateway = await start(adminApiKey);
    try {
      return await run(gateway.origin, gateway.newAdminKey);
    } finally {
      await gateway.stop();
    }
  }

  async function idOfConfigured(origin: string): Promise<string> {
    const found = (await list(first, origin)).filter(
      ({ name, revokedAt }) => name === 'ADMIN_API_KEY' && revokedAt === null,
    );
    expect(found).toHaveLength(1);
    return String(found[0]?.['id']);
  }

  it('cannot be revoked while it is configured, and can when it no longer is', async () => {
    const configured = newKey();
    const id = await during(configured, async (origin) => {
      const found = await idOfConfigured(origin);
      const answer = await call(first, 'DELETE', `/admin-keys/${found}`, { origin });
      expect(required(answer, 409)).toMatchObject({
        code: 'conflict',
        detail: expect.stringContaining('ADMIN_API_KEY'),
      });
      required(await call(configured, 'GET', '/tenants', { origin }), 200);
      return found;
    });
    await during(null, async (origin, made) => {
      expect(made).toBeNull();
      required(await call(configured, 'GET', '/tenants', { origin }), 200);
      required(await call(first, 'DELETE', `/admin-keys/${id}`, { origin }), 204);
      expect((await call(configured, 'GET', '/tenants', { origin })).status).toBe(401);
    });
  });

  it('may be one that was created here: it is then an admin’s, and goes when the value changes', async () => {
    const { id, key } = await operator('approver');
    required(await call(first, 'DELETE', `/admin-keys/${id}`), 204);
    await during(key, async (origin) => {
      expect(await idOfConfigured(origin)).toBe(id);
      required(await call(key, 'GET', '/admin-keys', { origin }), 200);
    });
    const later = newKey();
    await during(later, async (origin) => {
      expect((await call(key, 'GET', '/tenants', { origin })).status).toBe(401);
      required(await call(later, 'GET', '/admin-keys', { origin }), 200);
      // Others have nothing to do with it.
      required(await call(first, 'GET', '/admin-keys', { origin }), 200);
    });
  });

  it('is not needed to get back in: without any admin’s key in force a start makes one', async () => {
    await operator('approver');
    const statement = {
      name: 'test_revoke_admins',
      text: `UPDATE admin_keys SET revoked_at = now() WHERE role = 'admin'`,
    };
    await harness.database.across.query(statement);
    await during(null, async (origin, made) => {
      required(await call(present(made, 'new first key'), 'GET', '/admin-keys', { origin }), 200);
    });
  });
});
