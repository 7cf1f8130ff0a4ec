import { randomBytes } from 'node:crypto';

import { fromTypeId, gatewayConfig, LocalMasterKey, Log } from '@gatehouse/platform';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createGateway } from '../../apps/gateway/src/gateway.js';
import { present } from '../support/eventually.js';
import {
  type Answer,
  type GatewayHarness,
  required,
  startGateway,
  text,
} from '../support/gateway-harness.js';
import { MovableClock } from '../support/movable-clock.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const MASTER_KEY = randomBytes(32);
const FROM_CONSOLE = { 'x-gatehouse-console': '1' };

const clock = new MovableClock();
let harness: GatewayHarness;

beforeAll(async () => {
  harness = await startGateway({}, { clock, masterKey: Buffer.from(MASTER_KEY) });
});
afterAll(() => harness.close());

interface Operator {
  readonly id: string;
  readonly uuid: string;
  readonly key: string;
}

async function operator(role = 'admin', name = 'Dana Haddad'): Promise<Operator> {
  const created = required(await harness.admin('POST', '/admin-keys', { name, role }), 201);
  const id = text(created, 'id');
  return { id, uuid: present(fromTypeId('adk', id), 'UUID'), key: text(created, 'key') };
}

function asAdmin(method: string, path: string, headers: Record<string, string>): Promise<Answer> {
  return harness.fetch(`/admin/v1${path}`, { method, headers });
}

interface Session {
  readonly cookie: string;
  /** Calls `/admin/v1` as the console does. */
  call(method: string, path: string): Promise<Answer>;
}

async function signIn(key: string): Promise<Session> {
  const answer = await asAdmin('POST', '/session', { authorization: `Bearer ${key}` });
  required(answer, 201);
  const [cookie = ''] = cookieOf(answer).split(';');
  return { cookie, call: (method, path) => asAdmin(method, path, { ...FROM_CONSOLE, cookie }) };
}

function cookieOf(answer: Answer): string {
  const cookies = answer.headers.getSetCookie();
  expect(cookies).toHaveLength(1);
  return cookies[0] ?? '';
}

async function statusOf(session: Session): Promise<number> {
  return (await session.call('GET', '/session')).status;
}

interface Entry {
  readonly kind: string;
  readonly actor: string;
  readonly data: Readonly<Record<string, unknown>>;
}

function entriesOn({ uuid }: Operator): Promise<Entry[]> {
  const statement = {
    name: 'test_session_entries',
    text: `SELECT kind, actor, data FROM ledger_entries WHERE kind LIKE 'admin_session.%' AND data->>'keyId' = $1 ORDER BY id`,
  };
  return harness.database.across.query<Entry>(statement, [uuid]);
}

describe('signing in', () => {
  it.each(['admin', 'support', 'auditor', 'approver'])(
    'as %s tells who acts, and until when',
    async (role) => {
      const { id, key } = await operator(role, 'Noor');
      const answer = await asAdmin('POST', '/session', { authorization: `Bearer ${key}` });
      const facts = { keyId: id, name: 'Noor', role, expiresAt: expect.stringMatching(/^\d{4}-/) };
      expect(required(answer, 201)).toEqual(facts);
      const inTwelveHours = clock.now().getTime() + 12 * HOUR * 1000;
      expect(Math.abs(Date.parse(text(answer.json, 'expiresAt')) - inTwelveHours)).toBeLessThan(
        MINUTE * 1000,
      );
      const [cookie = ''] = cookieOf(answer).split(';');
      const shown = await asAdmin('GET', '/session', { ...FROM_CONSOLE, cookie });
      expect(required(shown, 200)).toEqual(answer.json);
    },
  );

  it('sets a cookie that scripts cannot read and no other site can send, for /admin/v1 alone', async () => {
    const { key } = await operator();
    const answer = await asAdmin('POST', '/session', { authorization: `Bearer ${key}` });
    const [pair = '', ...attributes] = cookieOf(answer).split('; ');
    expect(pair).toMatch(/^gatehouse_session=[0-9a-z]{52}$/);
    expect(attributes.sort()).toEqual(['HttpOnly', 'Path=/admin/v1', 'SameSite=Strict']);
  });

  it('sets one for https alone where the gateway is reached by https', async () => {
    const gateway = await createGateway({
      config: {
        ...gatewayConfig({ PORT: '0' }),
        publicUrl: 'https://gatehouse.example',
        role: 'api',
        adminApiKey: harness.adminKey,
      },
      database: harness.database,
      masterKeys: { current: new LocalMasterKey(Buffer.from(MASTER_KEY)), previous: null },
      log: new Log({ level: 'silent' }),
    });
    try {
      const headers = { authorization: `Bearer ${harness.adminKey}` };
      const url = `http://127.0.0.1:${gateway.port}/admin/v1/session`;
      const begun = await fetch(url, { method: 'POST', headers });
      const ended = await fetch(url, { method: 'DELETE', headers });
      for (const { headers: sent } of [begun, ended])
        expect(sent.getSetCookie().map((cookie) => cookie.split('; ').includes('Secure'))).toEqual([true]);
    } finally {
      await gateway.stop();
    }
  });

  it('is refused without a key, with a tenant’s, and with a session', async () => {
    const tenant = await harness.tenant();
    const session = await signIn((await operator()).key);
    const answers = [
      await asAdmin('POST', '/session', FROM_CONSOLE),
      await asAdmin('POST', '/session', { authorization: `Bearer ${tenant.key}` }),
      await session.call('POST', '/session'),
    ];
    expect(answers.map(({ status, json }) => [status, json['code']])).toEqual([
      [401, 'unauthenticated'],
      [403, 'insufficient_scope'],
      [401, 'unauthenticated'],
    ]);
    expect(answers.flatMap(({ headers }) => headers.getSetCookie())).toEqual([]);
  });
});

describe('a session', () => {
  it('acts with the role of its key, and for the ledger as its key', async () => {
    const { uuid, key } = await operator('support');
    const session = await signIn(key);
    required(await session.call('GET', '/tenants'), 200);
    expect((await session.call('GET', '/admin-keys')).json).toMatchObject({ code: 'insufficient_scope' });
    const admin = await operator('admin');
    const { cookie } = await signIn(admin.key);
    const created = await harness.fetch('/admin/v1/tenants', {
      method: 'POST',
      headers: { ...FROM_CONSOLE, cookie, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Northwind Bank' }),
    });
    const tenantId = fromTypeId('tnt', text(required(created, 201), 'id'));
    const { rows } = await harness.pool.query(
      `SELECT actor FROM ledger_entries WHERE kind = 'tenant.created' AND tenant_id = $1`,
      [tenantId],
    );
    expect(rows).toEqual([{ actor: `admin:${admin.uuid}` }]);
    expect(uuid).not.toBe(admin.uuid);
  });

  it('is nobody in a request that the console did not make', async () => {
    const { cookie } = await signIn((await operator()).key);
    for (const headers of [{}, { 'x-gatehouse-console': '0' }, { 'x-gatehouse-console': '' }]) {
      const answer = await asAdmin('GET', '/tenants', { ...headers, cookie });
      expect(answer.json).toMatchObject({ status: 401, code: 'unauthenticated' });
    }
  });

  it('is not what counts when a key is sent too, whatever that key is worth', async () => {
    const { cookie } = await signIn((await operator('admin', 'in the cookie')).key);
    const { id, key } = await operator('auditor', 'in the header');
    const both = (authorization: string): Promise<Answer> =>
      asAdmin('GET', '/session', { ...FROM_CONSOLE, cookie, authorization });
    expect(required(await both(`Bearer ${key}`), 200)).toMatchObject({ keyId: id, expiresAt: null });
    for (const worthless of ['Bearer gk_admin_unknown', 'Basic YTpi', 'Bearer'])
      expect((await both(worthless)).status).toBe(401);
  });

  it('opens nothing of a tenant’s', async () => {
    const { cookie } = await signIn((await operator()).key);
    const headers = { ...FROM_CONSOLE, cookie };
    for (const path of ['/v1/me', '/v1/verifications', '/v1/events'])
      expect((await harness.fetch(path, { headers })).status).toBe(401);
  });

  it('is not made up: neither by what was never a session nor by what is stored of one', async () => {
    await signIn((await operator()).key);
    const { rows } = await harness.pool.query<{ hash: Buffer }>('SELECT hash FROM admin_sessions');
    const values = [...rows.map(({ hash }) => hash.toString('hex')), '', 'a'.repeat(52), 'x'.repeat(4_000)];
    for (const value of values) {
      const answer = await asAdmin('GET', '/session', {
        ...FROM_CONSOLE,
        cookie: `gatehouse_session=${value}`,
      });
      expect(answer.status).toBe(401);
    }
  });

  it('ends after an hour without a request', async () => {
    const session = await signIn((await operator()).key);
    clock.forward(59 * MINUTE);
    expect(await statusOf(session)).toBe(200);
    clock.forward(59 * MINUTE);
    expect(await statusOf(session)).toBe(200);
    clock.forward(61 * MINUTE);
    const answer = await session.call('GET', '/session');
    expect(answer.json).toMatchObject({ status: 401, detail: 'The session has ended. Sign in again.' });
  });

  it('ends after twelve hours, however busy it is', async () => {
    const session = await signIn((await operator()).key);
    for (let half = 1; half < 24; half += 1) {
      clock.forward(30 * MINUTE);
      expect({ half, status: await statusOf(session) }).toEqual({ half, status: 200 });
    }
    clock.forward(31 * MINUTE);
    expect(await statusOf(session)).toBe(401);
  });

  it('ends with its key, at once, and stays so when the key comes back', async () => {
    const { id, uuid, key } = await operator();
    const session = await signIn(key);
    required(await harness.admin('DELETE', `/admin-keys/${id}`), 204);
    expect(await statusOf(session)).toBe(401);
    await harness.pool.query('UPDATE admin_keys SET revoked_at = NULL WHERE id = $1', [uuid]);
    expect(await statusOf(session)).toBe(401);
  });

  it('is written down once a minute at most, however much is asked of it', async () => {
    const { uuid, key } = await operator();
    const session = await signIn(key);
    const written = async (): Promise<unknown> => {
      const { rows } = await harness.pool.query(
        'SELECT xmin::text, last_seen_at FROM admin_sessions WHERE admin_key_id = $1',
        [uuid],
      );
      return rows;
    };
    const before = await written();
    for (let request = 0; request < 3; request += 1) expect(await statusOf(session)).toBe(200);
    expect(await written()).toEqual(before);
    clock.forward(2 * MINUTE);
    await Promise.all([statusOf(session), statusOf(session)]);
    const after = await written();
    expect(after).not.toEqual(before);
    expect(await statusOf(session)).toBe(200);
    expect(await written()).toEqual(after);
  });
});

describe('signing out', () => {
  it('ends this session, clears the cookie, and leaves others alone', async () => {
    const { key } = await operator();
    const [here, there] = [await signIn(key), await signIn(key)];
    const answer = await here.call('DELETE', '/session');
    required(answer, 204);
    const [pair, ...attributes] = cookieOf(answer).split('; ');
    expect(pair).toBe('gatehouse_session=');
    expect(attributes).toEqual(expect.arrayContaining(['Path=/admin/v1', 'Max-Age=0']));
    expect([await statusOf(here), await statusOf(there)]).toEqual([401, 200]);
  });

  it('everywhere ends every session of the key and none of another, and the key stays in force', async () => {
    const { key } = await operator();
    const other = await signIn((await operator()).key);
    const sessions = [await signIn(key), await signIn(key), await signIn(key)];
    required(await present(sessions[0], 'session').call('DELETE', '/sessions'), 204);
    for (const session of sessions) expect(await statusOf(session)).toBe(401);
    expect(await statusOf(other)).toBe(200);
    expect(await statusOf(await signIn(key))).toBe(200);
  });

  it('works with the key as well, for who lost the browser', async () => {
    const { key } = await operator();
    const session = await signIn(key);
    const headers = { authorization: `Bearer ${key}` };
    required(await asAdmin('DELETE', '/session', headers), 204);
    expect(await statusOf(session)).toBe(200);
    required(await asAdmin('DELETE', '/sessions', headers), 204);
    expect(await statusOf(session)).toBe(401);
  });
});

describe('the ledger', () => {
  it('says who signed in and out, and nothing that would let somebody in', async () => {
    const dana = await operator('auditor');
    const [one, , three] = [await signIn(dana.key), await signIn(dana.key), await signIn(dana.key)];
    required(await one.call('DELETE', '/session'), 204);
    required(await three.call('DELETE', '/sessions'), 204);
    // There is nothing left to end.
    required(await asAdmin('DELETE', '/sessions', { authorization: `Bearer ${dana.key}` }), 204);
    const entries = await entriesOn(dana);
    const facts = { keyId: dana.uuid, role: 'auditor' };
    const created = { ...facts, sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/) };
    expect(entries.map(({ kind, data }) => [kind, data])).toEqual([
      ['admin_session.created', created],
      ['admin_session.created', created],
      ['admin_session.created', created],
      ['admin_session.ended', { ...facts, sessionId: entries[0]?.data['sessionId'] }],
      ['admin_session.ended', { ...facts, everywhere: true, sessions: 2 }],
    ]);
    expect(new Set(entries.map(({ actor }) => actor))).toEqual(new Set([`admin:${dana.uuid}`]));
  });

  it('and the log hold neither the cookie nor its hash', async () => {
    const session = await signIn((await operator()).key);
    required(await session.call('GET', '/tenants'), 200);
    required(await session.call('DELETE', '/session'), 204);
    expect((await session.call('GET', '/tenants')).status).toBe(401);
    const token = session.cookie.slice('gatehouse_session='.length);
    const { rows } = await harness.pool.query<{ hash: string }>(
      `SELECT encode(hash, 'hex') AS hash FROM admin_sessions WHERE hash = sha256($1::bytea)`,
      [Buffer.from(token)],
    );
    const { hash } = present(rows[0], 'session');
    const told = await harness.pool.query<{ entry: string }>('SELECT l::text AS entry FROM ledger_entries l');
    const texts = [...told.rows.map(({ entry }) => entry), ...harness.logLines()];
    expect(texts.length).toBeGreaterThan(10);
    for (const secret of [token, hash]) expect(texts.filter((line) => line.includes(secret))).toEqual([]);
  });
});

describe('what is over', () => {
  it('goes with the next sign-in', async () => {
    const { uuid, key } = await operator();
    await signIn(key);
    clock.forward(13 * HOUR);
    await signIn(key);
    const { rows } = await harness.pool.query('SELECT id FROM admin_sessions WHERE admin_key_id = $1', [
      uuid,
    ]);
    expect(rows).toHaveLength(1);
  });
});
