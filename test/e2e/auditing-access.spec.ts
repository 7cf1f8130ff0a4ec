import { connectDatabase, type Database, Log, SystemClock, SystemIds } from '@gatehouse/platform';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { Sequencer } from '../../libs/core/src/ledger/sequencer.js';
import { type Auditor, createAuditor } from '../support/auditor.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ledgerKeysOf } from '../support/ledger-keys.js';

const OURS = '00000000-0000-0000-0000-000000000000';
const ids = new SystemIds();

let test: TestDatabase;
let database: Database;
let sequencer: Sequencer;
let northwind: string;
let contoso: string;
let auditor: Auditor;
let ofAll: Auditor;
let ofNobody: Auditor;
const made: Auditor[] = [];

beforeAll(async () => {
  test = await createTestDatabase();
  database = await connectDatabase(test.url, { poolSize: 3, log: new Log({ level: 'silent' }) });
  sequencer = new Sequencer(database, ledgerKeysOf(database), new SystemClock());
  northwind = await tenant('Northwind Bank');
  contoso = await tenant('Contoso');
  auditor = await make([northwind]);
  ofAll = await make('all');
  ofNobody = await make([]);
});
afterAll(async () => {
  for (const each of made) await each.close();
  await database.close();
  await test.drop();
});

async function make(tenants: readonly string[] | 'all'): Promise<Auditor> {
  const each = await createAuditor(test, tenants);
  made.push(each);
  return each;
}

/** With a row in every table that a view reads. */
async function tenant(name: string): Promise<string> {
  const id = ids.next();
  const [verification, subject, key, delivery, entry] = [0, 1, 2, 3, 4].map(() => ids.next());
  const values = [id, name, verification, subject, key, delivery, entry];
  await test.pool.query(
    `WITH given AS (SELECT $1::uuid AS t, $2::text AS name, $3::uuid AS v, $4::uuid AS s, $5::uuid AS k, $6::uuid AS d, $7::uuid AS e),
     tenant AS (INSERT INTO tenants (id, name, created_at, updated_at) SELECT t, name, now(), now() FROM given),
     wrapped AS (INSERT INTO tenant_keys (tenant_id, purpose, version, master_key_id, wrapped, created_at)
                 SELECT t, 'data', 1, 'm', '\\x00', now() FROM given),
     key AS (INSERT INTO api_keys (tenant_id, id, environment, name, hash, hint, scopes, created_at)
             SELECT t, k, 'test', 'backend', sha256(t::text::bytea), 'abcd', '{}', now() FROM given),
     policy AS (INSERT INTO routing_policies (tenant_id, environment, version, policy, author, created_at)
                SELECT t, 'test', 1, '{"provider":"sentinel"}', 'admin:' || k, now() FROM given),
     subject AS (INSERT INTO subjects (tenant_id, id, environment, key_version, details_sealed, created_at)
                 SELECT t, s, 'test', 1, '\\x00', now() FROM given),
     verification AS (
       INSERT INTO verifications (tenant_id, id, environment, subject_id, provider, connection_id, policy_version, routing_reason, checks,
                                  document_types, reuse, start_state, facts, status, reason_codes, version, attempt, source, bucket,
                                  identity_sealed, expires_at, created_at, updated_at)
       SELECT t, v, 'test', s, 'sentinel', k, 1, 'default', '{}', '{}', 'never', 'started', '{}', 'rejected', '{}', 2, 1, 'read', 0,
              '\\x00', now(), now(), now() FROM given),
     signal AS (INSERT INTO signals (tenant_id, id, connection_id, environment, provider, verification_id, source, event, authenticity,
                                     dedup_hash, body_sealed, state, bucket, received_at)
                SELECT t, v, k, 'test', 'sentinel', v, 'webhook', 'status', 'signature', '\\x00', '\\x00', 'applied', 0, now() FROM given),
     delivery AS (INSERT INTO webhook_deliveries (tenant_id, id, environment, endpoint_id, event_id, event_type, state, turn, created_at)
                  SELECT t, d, 'test', k, e, 'verification.created', 'delivered', 0, now() FROM given),
     attempt AS (INSERT INTO webhook_attempts (tenant_id, delivery_id, number, at, response_status, duration_ms)
                 SELECT t, d, 1, now(), 204, 5 FROM given),
     told AS (
       SELECT e AS id, 'verification.created' AS kind, v AS verification, 1 AS version, '{"to":"verified","provider":"sentinel"}' AS data FROM given
       UNION ALL SELECT gen_random_uuid(), 'verification.status_changed', v, 2, '{"from":"verified","to":"rejected"}' FROM given
       UNION ALL SELECT gen_random_uuid(), 'verification.rerouted', v, 3, '{"provider":"dentity"}' FROM given
       UNION ALL SELECT gen_random_uuid(), kind, v, NULL, '{}' FROM given, unnest(ARRAY['identity.viewed', 'signal.set_aside', 'verification.erased',
                        'tenant.created', 'authentication.failed', 'audit.queried', 'audit.granted']) kind),
     entry AS (INSERT INTO ledger_entries (tenant_id, id, environment, verification_id, kind, version, actor, data, at)
               SELECT t, told.id, 'test', told.verification, told.kind, told.version, 'key:' || k, told.data::jsonb, now()
                 FROM given, told RETURNING tenant_id, id)
     INSERT INTO ledger_queue SELECT tenant_id, id FROM entry`,
    values,
  );
  await seal();
  return id;
}

async function seal(): Promise<void> {
  while (await sequencer.placeWaiting());
}

async function names(text: string): Promise<readonly string[]> {
  return (await test.pool.query<{ name: string }>(text)).rows.map(({ name }) => name);
}

/** Once each, in their order. */
async function tenantsIn(reader: Auditor, text: string): Promise<readonly unknown[]> {
  return [...new Set((await reader.query(text)).map((row) => row['tenant_id']))].sort();
}

const views = (): Promise<readonly string[]> =>
  names(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'audit'::regnamespace AND relkind = 'v' ORDER BY 1`,
  );

async function readings(of: Auditor, tenantId: string): Promise<readonly string[]> {
  const { rows } = await test.pool.query<{ view: string }>(
    `SELECT data->>'view' AS view FROM ledger_entries
      WHERE tenant_id = $1 AND kind = 'audit.queried' AND data->>'login' = $2 ORDER BY (data->>'number')::int`,
    [tenantId, of.login],
  );
  return rows.map(({ view }) => view);
}

describe('an auditor', () => {
  it.each(['tenants', 'ledger', 'reversals', 'deliveries', 'keys', 'provider_switches', 'access_by_person'])(
    'finds something of the tenant in %s',
    async (view) => {
      expect(await auditor.query(`SELECT * FROM audit.${view}`)).not.toEqual([]);
    },
  );

  it('sees nothing of another tenant in any view', async () => {
    const all = (await views()).filter((view) => view !== 'signing_keys');
    expect(all.length).toBeGreaterThan(20);
    const found = [];
    for (const view of all) {
      const text = `SELECT tenant_id FROM audit.${view}`;
      found.push({ view, ofAll: await tenantsIn(ofAll, text), ofOne: await tenantsIn(auditor, text) });
    }
    expect(found.filter(({ ofAll: seen }) => !seen.includes(contoso))).toEqual([]);
    expect(found.filter(({ ofOne }) => ofOne.join() !== northwind)).toEqual([]);
  });

  it('sees nothing of another tenant through a function', async () => {
    expect(await tenantsIn(auditor, 'SELECT * FROM audit.status_as_of(now())')).toEqual([northwind]);
    expect(await tenantsIn(auditor, 'SELECT * FROM audit.verify()')).toEqual([northwind]);
    expect(await auditor.query('SELECT * FROM audit.verify($1)', [contoso])).toEqual([]);
    expect(await tenantsIn(ofAll, 'SELECT * FROM audit.verify()')).toEqual([OURS, northwind, contoso]);
    // What runs before the policies could tell of rows that are not shown.
    await auditor.query(
      `CREATE FUNCTION pg_temp.tell(uuid) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS
         $$ BEGIN IF $1 <> '${northwind}' THEN RAISE EXCEPTION 'leaked'; END IF; RETURN true; END $$`,
    );
    for (const view of ['current_status', 'ledger', 'deliveries'])
      expect(await auditor.query(`SELECT FROM audit.${view} WHERE pg_temp.tell(tenant_id)`)).not.toEqual([]);
  });

  it('can read no table, sealed or not', async () => {
    const tables = await names(
      `SELECT format('%I.%I', relnamespace::regnamespace, relname) AS name FROM pg_class
        WHERE relkind IN ('r', 'p') AND relnamespace IN ('public'::regnamespace, 'audit'::regnamespace)`,
    );
    expect(tables.length).toBeGreaterThan(20);
    for (const table of tables)
      await expect(ofAll.query(`SELECT count(*) FROM ${table}`)).rejects.toThrow('permission denied');
  });

  it('finds no sealed column, hash or key in a view, nor can the views themselves read one', async () => {
    const secret = `attname ~ 'sealed|wrapped|^hash$|_hash$|hint'`;
    expect(
      await names(
        `SELECT attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
          WHERE c.relnamespace = 'audit'::regnamespace AND c.relkind = 'v' AND ${secret} AND attname <> 'leaf_hash'`,
      ),
    ).toEqual([]);
    const readable = `SELECT c.relname || '.' || attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND attnum > 0
          AND has_column_privilege('gatehouse_audit', c.oid, attnum, 'SELECT')`;
    expect(await names(`${readable} AND c.relname NOT LIKE 'ledger_%' AND ${secret}`)).toEqual([]);
    expect(await names(readable)).toContain('ledger_keys.public_key');
    expect(await names(readable)).not.toContain('ledger_keys.private_sealed');
  });

  it('can change nothing', async () => {
    const writable = await names(
      `SELECT format('%I.%I', relnamespace::regnamespace, relname) AS name FROM pg_class
        WHERE relkind IN ('r', 'v', 'S') AND relnamespace IN ('public'::regnamespace, 'audit'::regnamespace)
          AND has_table_privilege('${ofAll.login}', oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')`,
    );
    expect(writable).toEqual([]);
    for (const attempt of [
      `UPDATE audit.tenants SET tenant_name = 'x'`,
      `DELETE FROM audit.ledger`,
      `INSERT INTO audit.tenants (tenant_name) VALUES ('x')`,
      `SELECT audit.grant_all_tenants('${auditor.login}')`,
      `SELECT audit.revoke_everything('${auditor.login}')`,
      `CALL audit.record('audit.granted', NULL, 'x')`,
      `CALL audit.let_read('subjects', NULL)`,
      'SELECT * FROM audit.readings_without_entry()',
      `SET ROLE gatehouse_audit`,
      `SET SESSION AUTHORIZATION ${ofAll.login}`,
      'CREATE TABLE audit.mine (id int)',
      'CREATE TABLE public.mine (id int)',
    ])
      await expect(auditor.query(attempt)).rejects.toThrow(
        /permission denied|cannot (?:update|delete|insert)/u,
      );
  });

  it('is told what to do when no tenant is granted', async () => {
    await expect(ofNobody.query('SELECT * FROM audit.tenants')).rejects.toMatchObject({
      code: '42501',
      message: `no tenant is granted to the login ${ofNobody.login}`,
      hint: expect.stringContaining('audit.grant_tenant'),
    });
  });
});

describe('audit.status_as_of', () => {
  it('keeps the status of somebody who goes on at another provider', async () => {
    expect(await auditor.query('SELECT status, version, provider FROM audit.status_as_of(now())')).toEqual([
      { status: 'rejected', version: 3, provider: 'dentity' },
    ]);
  });
});

describe('a grant', () => {
  it('begins and ends at once, and is in the ledger', async () => {
    const passing = await make([northwind, contoso]);
    expect(await passing.query('SELECT * FROM audit.tenants')).toHaveLength(2);
    await test.pool.query('SELECT audit.revoke_tenant($1, $2)', [passing.login, contoso]);
    expect(await passing.query('SELECT tenant_id FROM audit.tenants')).toEqual([{ tenant_id: northwind }]);
    await test.pool.query('SELECT audit.revoke_everything($1)', [passing.login]);
    await expect(passing.query('SELECT * FROM audit.tenants')).rejects.toThrow('no tenant is granted');
    const { rows } = await test.pool.query(
      `SELECT tenant_id, kind, actor FROM ledger_entries WHERE data->>'login' = $1 AND kind <> 'audit.queried' ORDER BY id`,
      [passing.login],
    );
    const actor = expect.stringMatching(/^database:/u) as unknown;
    expect(rows).toEqual([
      { tenant_id: northwind, kind: 'audit.granted', actor },
      { tenant_id: contoso, kind: 'audit.granted', actor },
      { tenant_id: contoso, kind: 'audit.revoked', actor },
      { tenant_id: northwind, kind: 'audit.revoked', actor },
    ]);
    expect(
      await ofAll.query('SELECT kind FROM audit.auditor_grants WHERE login = $1 ORDER BY at', [
        passing.login,
      ]),
    ).toHaveLength(4);
  });

  it('of a tenant that was not found is not one of all', async () => {
    const grant = (login: string, whom: string | null): Promise<unknown> =>
      test.pool.query('SELECT audit.grant_tenant($1, $2)', [login, whom]);
    await expect(grant(ofNobody.login, null)).rejects.toThrow('there is no such tenant');
    await expect(grant(ofNobody.login, ids.next())).rejects.toThrow('there is no such tenant');
    await expect(grant('nobody_at_all', northwind)).rejects.toThrow('there is no login nobody_at_all');
    await expect(grant('gatehouse_app', northwind)).rejects.toThrow('gatehouse_app is no auditor');
    await expect(ofNobody.query('SELECT * FROM audit.tenants')).rejects.toThrow('no tenant is granted');
  });
});

describe('a reading', () => {
  afterEach(() => auditor.query('ROLLBACK').catch(() => undefined));

  async function readBy(work: (reader: Auditor) => Promise<unknown>): Promise<readonly string[]> {
    const reader = await make([northwind]);
    await work(reader);
    return readings(reader, northwind);
  }

  it('is one entry per transaction and view, whatever the query is made of', async () => {
    expect(await readBy((reader) => reader.query('SELECT * FROM audit.tenants'))).toEqual(['tenants']);
    expect(
      await readBy((reader) =>
        reader.query(`SELECT * FROM audit.ledger a JOIN audit.ledger b USING (entry_id) LEFT JOIN audit.tenants t ON true
                       WHERE EXISTS (SELECT FROM audit.signals s WHERE s.verification_id = a.verification_id)`),
      ).then((read) => [...read].sort()),
    ).toEqual(['ledger', 'signals', 'tenants']);
    expect(
      await readBy(async (reader) => {
        await reader.query('BEGIN');
        await reader.query('SELECT * FROM audit.tenants');
        await reader.query('SELECT count(*) FROM audit.tenants');
        await reader.query('COMMIT');
        await reader.query('SELECT * FROM audit.tenants');
      }),
    ).toEqual(['tenants', 'tenants']);
  });

  it('is one also when nothing was found', async () => {
    expect(
      await readBy((reader) => reader.query(`SELECT * FROM audit.erasures WHERE kind = 'erasure.none'`)),
    ).toEqual(['erasures']);
    expect(
      await readBy((reader) => reader.query('SELECT * FROM audit.ledger WHERE tenant_id = $1', [contoso])),
    ).toEqual(['ledger']);
  });

  it('of functions too', async () => {
    expect(
      await readBy(async (reader) => {
        await reader.query('SELECT FROM audit.verify()');
        await reader.query('SELECT FROM audit.status_as_of(now())');
      }),
    ).toEqual(['verify', 'status_as_of']);
  });

  it('is written once, before a row is looked at, in every view', async () => {
    for (const view of await views()) {
      const plan = (await auditor.query(`EXPLAIN SELECT * FROM audit.${view}`)).map((line) =>
        String(line['QUERY PLAN']),
      );
      expect({ view, filters: plan.filter((line) => /One-Time Filter/u.test(line)) }).toEqual({
        view,
        filters: [expect.stringMatching(/InitPlan/u)],
      });
    }
  });

  it('cannot be hidden by a setting, and rolled back leaves a gap that the owner sees', async () => {
    const reader = await make([northwind]);
    await reader.query('SELECT FROM audit.tenants');
    await reader.query('BEGIN');
    await reader.query('SELECT FROM audit.ledger');
    await reader.query('ROLLBACK');
    await reader.query('SELECT FROM audit.tenants');
    const { rows } = await test.pool.query(
      'SELECT number FROM audit.readings_without_entry() WHERE login = $1',
      [reader.login],
    );
    expect(rows).toEqual([{ number: '2' }]);
    expect(
      await reader.query('SELECT reading_number FROM audit.auditor_queries WHERE login = $1 ORDER BY 1', [
        reader.login,
      ]),
    ).toEqual([{ reading_number: '1' }, { reading_number: '3' }]);
  });

  it('that cannot be written is refused', async () => {
    await auditor.query('BEGIN READ ONLY');
    await expect(auditor.query('SELECT * FROM audit.tenants')).rejects.toMatchObject({
      code: '25006',
      message: 'the reading of audit.tenants cannot be written to the ledger: this transaction is read-only',
      hint: expect.stringContaining('READ WRITE'),
    });
  });

  it('names nothing but a view or function of the schema', async () => {
    await expect(auditor.query(`SELECT audit.note_read('Ana Ruiz')`)).rejects.toThrow(
      'there is nothing of that name',
    );
  });

  it('is in the ledger of each tenant that was granted; of an auditor of all, in our own', async () => {
    const ofBoth = await make([contoso, northwind]);
    await ofBoth.query('SELECT FROM audit.tenants');
    expect([
      await readings(ofBoth, northwind),
      await readings(ofBoth, contoso),
      await readings(ofBoth, OURS),
    ]).toEqual([['tenants'], ['tenants'], []]);
    const wide = await make('all');
    await wide.query('SELECT FROM audit.tenants');
    expect([await readings(wide, northwind), await readings(wide, OURS)]).toEqual([[], ['tenants']]);
  });

  it('is sealed like everything else', async () => {
    const reader = await make([northwind]);
    await reader.query('SELECT FROM audit.tenants');
    await seal();
    const [entry] = await reader.query('SELECT position FROM audit.auditor_queries WHERE login = $1', [
      reader.login,
    ]);
    expect(Number(entry?.['position'])).toBeGreaterThan(0);
    await seal();
    expect(await ofAll.query('SELECT tenant_id FROM audit.verify() WHERE NOT ok')).toEqual([]);
  });
});
