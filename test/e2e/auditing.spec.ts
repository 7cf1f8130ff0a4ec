import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { fromTypeId, SystemIds, toTypeId } from '@gatehouse/platform';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { toPublicActor } from '../../apps/gateway/src/http/public-actor.js';
import { type Auditor, openAuditor } from '../support/auditor.js';
import { eventually } from '../support/eventually.js';
import {
  type GatewayHarness,
  type GatewayTenant,
  required,
  startGateway,
  text,
} from '../support/gateway-harness.js';
import { begin, connectedTenant, reached, verified } from '../support/verified.js';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.js';

/*
 * docs/AUDITING.md, on a database in which something has happened: its queries are taken from it as they are printed, and run by an
 * auditor who was made as it says.
 */

type Row = Record<string, unknown>;

let harness: GatewayHarness;
let receiver: WebhookReceiver;
let document: string;
let auditor: Auditor;
let told: Story;

/** Of what was opened, the last first. */
const closings: (() => Promise<void>)[] = [];

beforeAll(async () => {
  document = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'AUDITING.md'), 'utf8');
  harness = await startGateway();
  closings.unshift(() => harness.close());
  receiver = await startWebhookReceiver();
  closings.unshift(() => receiver.close());
  told = await story();
  await anotherTenant();
  auditor = await auditorByTheBook(told.tenant.id);
  closings.unshift(() => auditor.close());
});
afterAll(async () => {
  for (const close of closings) await close();
});

interface Story {
  readonly tenant: GatewayTenant;
  /** Verified at Sentinel, looked at twice. */
  readonly seen: string;
  /** Verified, then rejected by the provider. */
  readonly reversed: string;
  /** Between its two verdicts. */
  readonly moment: Date;
  /** A webhook claimed that somebody is verified. */
  readonly liedAbout: string;
  /** Of a key that nobody uses: of others the gateway tells by and by that they were. */
  readonly spareKey: string;
}

async function story(): Promise<Story> {
  const { tenant, account } = await connectedTenant(harness, 'sentinel');
  await endpoint(tenant, '/accepts');
  receiver.answer('/fails', (response) => response.writeHead(500).end());
  await endpoint(tenant, '/fails');
  const spare = { name: 'spare', environment: 'test', scopes: ['verifications:read'] };
  const made = required(await harness.admin('POST', `/tenants/${tenant.id}/api-keys`, spare), 201);

  const seen = await verified(tenant, account);
  required(await tenant.call('GET', `/verifications/${seen.id}/identity`), 200);
  required(await tenant.call('GET', `/verifications/${seen.id}/images`), 200);

  const reversed = await verified(tenant, account);
  const { rows } = await harness.pool.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  const moment = rows[0]?.now ?? new Date(Number.NaN);
  const customer = `/customers/${encodeURIComponent(reversed.person.email)}/status`;
  await account.control('POST', customer, { status: 'rejected' });
  required(await tenant.call('POST', `/verifications/${reversed.id}/refresh`), 200);
  await reached(tenant, reversed.id, 'rejected');

  const liedAbout = await begin(tenant);
  await lie(tenant, liedAbout.person.email, text(account.connection.credentials, 'callbackPassphrase'));

  const dentity = await tenant.connect('dentity');
  const put = { provider: 'dentity', note: 'Sentinel is too strict' };
  required(await harness.admin('PUT', `/tenants/${tenant.id}/routing?environment=test`, put), 200);
  await verified(tenant, dentity);

  await note(tenant, 'verification.erased', 'admin:00000000-0000-7000-8000-000000000001', {});
  await note(tenant, 'authentication.failed', 'unknown', {
    reason: 'not_in_force',
    firstAt: new Date(),
    lastAt: new Date(),
    requests: 3,
  });
  await settled(tenant, liedAbout.id);
  return {
    tenant,
    seen: seen.id,
    reversed: reversed.id,
    moment,
    liedAbout: liedAbout.id,
    spareKey: text(made, 'id'),
  };
}

/** Of whom the auditor must not hear. */
async function anotherTenant(): Promise<void> {
  const { tenant, account } = await connectedTenant(harness, 'sardine');
  const { id } = await verified(tenant, account);
  required(await tenant.call('GET', `/verifications/${id}/identity`), 200);
}

async function endpoint(tenant: GatewayTenant, path: string): Promise<void> {
  required(await tenant.call('POST', '/webhook-endpoints', { url: receiver.origin + path }), 201);
}

async function lie(tenant: GatewayTenant, email: string, passphrase: string): Promise<void> {
  const path = `/tenants/${tenant.id}/connections/sentinel?environment=test`;
  const { pathname } = new URL(text(required(await harness.admin('GET', path), 200), 'webhookUrl'));
  const message = {
    uuid: randomUUID(),
    email,
    newStatus: 6,
    updatedAt: new Date().toISOString(),
    passphrase,
  };
  const headers = { 'content-type': 'application/json' };
  required(await harness.fetch(pathname, { method: 'POST', headers, body: JSON.stringify(message) }), 200);
}

/** An entry of what would be a story of its own, or takes longer than a test. */
async function note(tenant: GatewayTenant, kind: string, actor: string, data: Row): Promise<void> {
  await harness.pool.query(
    `WITH entry AS (INSERT INTO ledger_entries (tenant_id, id, environment, kind, actor, data, at)
                    VALUES ($1, $2, 'test', $3, $4, $5, now()) RETURNING tenant_id, id)
     INSERT INTO ledger_queue SELECT * FROM entry`,
    [uuid('tnt', tenant.id), new SystemIds().next(), kind, actor, JSON.stringify(data)],
  );
}

/** Everything told and sealed, and each endpoint tried for each event. */
async function settled(tenant: GatewayTenant, liedAbout: string): Promise<void> {
  await eventually(async () => {
    const { rows } = await harness.pool.query(
      `SELECT entry_id FROM ledger_queue WHERE tenant_id = $1
       UNION ALL SELECT d.id FROM webhook_deliveries d JOIN webhook_endpoints e ON e.tenant_id = $1 AND e.id = d.endpoint_id
                  WHERE d.tenant_id = $1 AND d.attempts = 0 AND e.failing_since IS NULL
       UNION ALL SELECT id FROM signals WHERE tenant_id = $1 AND state = 'pending'`,
      [uuid('tnt', tenant.id)],
    );
    expect(rows).toEqual([]);
    const contradicted = await harness.pool.query(
      `SELECT FROM ledger_entries WHERE verification_id = $1 AND data ? 'contradictedClaim'`,
      [uuid('ver', liedAbout)],
    );
    expect(contradicted.rowCount).toBe(1);
  });
}

function uuid(prefix: string, id: string): string {
  const found = fromTypeId(prefix, id);
  if (found === null) throw new Error(`${id} is no id`);
  return found;
}

/** The fenced queries of a part of the document, from its heading to the next one. */
function queriesUnder(heading: RegExp): readonly string[] {
  const part = document.split(/^(?=##+ )/mu).find((each) => heading.test(each)) ?? '';
  return [...part.matchAll(/```sql\n(.*?)```/gsu)].map(([, query = '']) => query);
}

/** With values in the places of psql's variables. */
function filled(query: string, values: Readonly<Record<string, string>>): string {
  return query.replace(/:'(\w+)'/gu, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for ${name}`);
    return pg.escapeLiteral(value);
  });
}

async function auditorByTheBook(tenant: string): Promise<Auditor> {
  const login = `northwind_audit_${randomBytes(5).toString('hex')}`;
  const [making = '', ending = ''] = queriesUnder(/^## An auditor's login/u);
  const ours = (query: string): string => filled(query.replaceAll('northwind_audit', login), { tenant });
  await harness.pool.query(ours(making));
  await harness.pool.query(ours(ending));
  await harness.pool.query(ours(making).replace(/^CREATE ROLE.*$/mu, ''));
  return openAuditor({ pool: harness.pool, url: harness.databaseUrl }, login, 'choose-one');
}

async function answers(number: number, more: Readonly<Record<string, string>> = {}): Promise<Row[]> {
  const [query] = queriesUnder(new RegExp(`^### ${number}\\. `, 'u'));
  if (query === undefined) throw new Error(`no query under question ${number}`);
  const moment = told.moment.toISOString();
  return auditor.query(filled(query, { verification: told.seen, moment, environment: 'test', ...more }));
}

describe('the twenty questions', () => {
  it('are twenty, each with one query and a few words', () => {
    const parts = document.split(/^(?=### \d+\. )/mu).slice(1);
    expect(parts.map((part) => Number(/^### (\d+)/u.exec(part)?.[1]))).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    const withoutOne = parts.filter(
      (part) => part.split('```sql').length !== 2 || part.split('```')[2]?.trim() === '',
    );
    expect(withoutOne).toEqual([]);
  });

  it('1: what happened to this verification', async () => {
    const rows = await answers(1);
    expect(rows[0]).toMatchObject({
      kind: 'verification.created',
      actor: expect.stringMatching(/^key:key_/u),
    });
    expect(rows.find(({ status }) => status === 'verified')).toMatchObject({
      signal: 'read',
      source: 'read',
    });
    expect(rows.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['identity.viewed', 'images.listed']),
    );
    const positions = rows.map(({ position }) => Number(position));
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
  });

  it('2: what its status was at that moment', async () => {
    const status = { verification: told.reversed, status: 'verified', provider: 'sentinel' };
    const then = await answers(2, { verification: told.reversed });
    expect(then).toMatchObject([status]);
    expect((then[0]?.['since'] as Date).getTime()).toBeLessThanOrEqual(told.moment.getTime());
    const now = new Date().toISOString();
    expect(await answers(2, { verification: told.reversed, moment: now })).toMatchObject([
      { ...status, status: 'rejected' },
    ]);
    const before = new Date(0).toISOString();
    expect(await answers(2, { moment: before })).toEqual([]);
  });

  it('3: how many were in which status', async () => {
    expect(await answers(3)).toEqual([
      { environment: 'test', provider: 'sentinel', status: 'verified', count: '2' },
    ]);
    expect(await answers(3, { moment: new Date().toISOString() })).toEqual([
      { environment: 'test', provider: 'dentity', status: 'verified', count: '1' },
      { environment: 'test', provider: 'sentinel', status: 'rejected', count: '1' },
      { environment: 'test', provider: 'sentinel', status: 'requires_input', count: '1' },
      { environment: 'test', provider: 'sentinel', status: 'verified', count: '1' },
    ]);
  });

  it('4: which record says something else than the ledger', async () => {
    expect(await answers(4)).toEqual([]);
    const id = uuid('ver', told.seen);
    await harness.pool.query(`UPDATE verifications SET status = 'rejected' WHERE id = $1`, [id]);
    expect(await answers(4)).toEqual([
      { verification_id: id, in_the_record: 'rejected', in_the_ledger: 'verified' },
    ]);
    await harness.pool.query(`UPDATE verifications SET status = 'verified' WHERE id = $1`, [id]);
  });

  it('5: who has seen the person', async () => {
    expect(await answers(5)).toMatchObject([
      { kind: 'identity.viewed', key_name: 'backend', verification: told.seen },
      { kind: 'images.listed', key_name: 'backend', verification: told.seen },
    ]);
    expect(await answers(5, { verification: told.reversed })).toEqual([]);
  });

  it('6: which keys look at personal data', async () => {
    expect(await answers(6)).toMatchObject([
      { key_name: 'backend', accesses: '2', verifications: '1', identity_views: '1', image_views: '1' },
    ]);
  });

  it('7: when the provider was switched, and to what effect', async () => {
    expect(await answers(7)).toMatchObject([
      {
        provider_before: null,
        provider: 'sentinel',
        begun: '3',
        verified: '1',
        rejected: '1',
        pass_rate: '0.5000',
      },
      {
        author: expect.stringMatching(/^admin:adk_/u),
        note: 'Sentinel is too strict',
        provider_before: 'sentinel',
        provider: 'dentity',
        begun: '1',
        pass_rate_before: '0.5000',
        pass_rate: '1.0000',
        entry_id: expect.any(String),
      },
    ]);
  });

  it('8: how the providers did', async () => {
    expect(await answers(8)).toMatchObject([
      { policy_version: 1, provider: 'sentinel', begun: '3', pass_rate: '0.5000' },
      { policy_version: 2, provider: 'dentity', begun: '1', pass_rate: '1.0000' },
    ]);
  });

  it('9: whether the tenant was told', async () => {
    const accepted = (await answers(9)).filter(({ first_success_at }) => first_success_at !== null);
    expect(accepted.map(({ event_type }) => event_type)).toEqual(
      expect.arrayContaining(['verification.created', 'verification.status_changed']),
    );
    const ids = receiver.received
      .filter(({ path }) => path === '/accepts')
      .map(({ headers }) => headers['webhook-id']);
    expect(ids).toEqual(expect.arrayContaining(accepted.map(({ event_type_id }) => event_type_id)));
    expect(accepted[0]).toMatchObject({
      delivery_state: 'delivered',
      response_statuses: [204],
      first_success_status: 204,
    });
  });

  it('10: which events have not arrived', async () => {
    const rows = await answers(10);
    expect(new Set(rows.map(({ endpoint }) => endpoint)).size).toBe(1);
    expect(rows[0]).toMatchObject({ event_type: 'verification.created', delivery_state: 'pending' });
    expect(rows[0]?.['response_statuses']).toContain(500);
  });

  it('11: which verdicts were reversed', async () => {
    expect(await answers(11)).toMatchObject([
      {
        verification: told.reversed,
        status_before: 'verified',
        status: 'rejected',
        signal: 'read',
        source: 'read',
      },
    ]);
  });

  it('12: how long people wait', async () => {
    expect(await answers(12)).toMatchObject([
      { provider: 'dentity', verdicts: '1', verified: '1', median_seconds: expect.any(Number) },
      { provider: 'sentinel', verdicts: '2', verified: '2', rejected: '0' },
    ]);
  });

  it('13: what operators have changed', async () => {
    expect(await answers(13)).toMatchObject([
      { kind: 'connection.created' },
      { kind: 'routing.changed', before: { provider: 'sentinel' }, after: { provider: 'dentity' } },
      { kind: 'verification.erased' },
      { kind: 'audit.granted', actor: expect.stringMatching(/^database:/u) },
      { kind: 'audit.revoked' },
      { kind: 'audit.granted' },
    ]);
  });

  it('14: which signals were not believed', async () => {
    const rows = await answers(14);
    expect(rows.filter(({ contradicted_claim }) => contradicted_claim === 'verified')).toContainEqual(
      expect.objectContaining({ provider: 'sentinel', source: 'read' }),
    );
  });

  it('15: what was erased', async () => {
    expect(await answers(15)).toMatchObject([
      { kind: 'verification.erased', leaf_hash: expect.stringMatching(/^[0-9a-f]{64}$/u) },
    ]);
  });

  it('16: which keys are not used', async () => {
    expect(await answers(16)).toEqual([]);
    const keyId = uuid('key', told.spareKey);
    await harness.pool.query(`UPDATE api_keys SET created_at = now() - interval '91 days' WHERE id = $1`, [
      keyId,
    ]);
    expect(await answers(16)).toMatchObject([
      {
        key: told.spareKey,
        key_name: 'spare',
        created_by: expect.stringMatching(/^admin:adk_/u),
        last_used_at: null,
      },
    ]);
    const used = { keyId, firstAt: new Date(0), lastAt: new Date(), requests: 7 };
    await note(told.tenant, 'api_key.used', 'system', used);
    expect(await answers(16)).toEqual([]);
  });

  it('17: who failed to get in', async () => {
    expect(await answers(17)).toMatchObject([
      { environment: 'test', refusal: 'not_in_force', requests: '3' },
    ]);
  });

  it('18: whether the ledger is whole', async () => {
    expect(await answers(18)).toMatchObject([
      { tenant_name: 'Northwind Bank', ok: true, first_bad_position: null, reason: null },
    ]);
  });

  it('19: whether it is still the same', async () => {
    const [query = ''] = /SELECT tree_size, root, signed_note FROM [^`]*/u.exec(document) ?? [];
    const [kept] = await auditor.query(query);
    const size = String(kept?.['tree_size']);
    expect(await answers(19, { size, root: String(kept?.['root']) })).toMatchObject([{ is_the_same: true }]);
    expect(await answers(19, { size, root: '00'.repeat(32) })).toMatchObject([{ is_the_same: false }]);
  });

  it('20: what auditors have read', async () => {
    const rows = await answers(20);
    expect(new Set(rows.map(({ login }) => login))).toEqual(new Set([auditor.login]));
    expect(rows.map(({ view_read }) => view_read)).toContain('personal_data_access');
    const numbers = rows.map(({ reading_number }) => Number(reading_number)).sort((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });
});

describe('the catalogue', () => {
  const undescribed = `
    SELECT c.relname || coalesce('.' || a.attname, '') AS what
      FROM pg_class c
      LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relnamespace = 'audit'::regnamespace AND c.relkind IN ('v', 'r')
       AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid, 'pg_class') IS NULL)
    UNION ALL
    SELECT proname FROM pg_proc WHERE pronamespace = 'audit'::regnamespace AND obj_description(oid, 'pg_proc') IS NULL`;

  it('explains each view, column and function', async () => {
    expect((await harness.pool.query(undescribed)).rows).toEqual([]);
    await harness.pool.query('CREATE VIEW audit.unexplained AS SELECT 1 AS one');
    expect((await harness.pool.query(undescribed)).rows).toEqual([{ what: 'unexplained.one' }]);
    await harness.pool.query('DROP VIEW audit.unexplained');
  });

  it('has no view that the document does not name', async () => {
    const { rows } = await harness.pool.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'audit'::regnamespace AND relkind = 'v'`,
    );
    expect(rows.map(({ name }) => name).filter((name) => !document.includes(`\`audit.${name}\``))).toEqual(
      [],
    );
  });

  it('writes ids as the API does, and reads them', async () => {
    const uuids = Array.from({ length: 500 }, () => uuidV7(randomBytes(16)));
    uuids.push(uuidV7(Buffer.alloc(16, 0x00)), uuidV7(Buffer.alloc(16, 0xff)));
    expect(
      await auditor.query(
        `SELECT audit.type_id('ver', id) AS id, audit.uuid(audit.type_id('ver', id)) AS uuid FROM unnest($1::uuid[]) id`,
        [uuids],
      ),
    ).toEqual(uuids.map((id) => ({ id: toTypeId('ver', id), uuid: id })));
    for (const id of ['ver_', `ver_8${'z'.repeat(25)}`, `${told.seen}0`, told.seen.toUpperCase(), 'x'])
      await expect(auditor.query('SELECT audit.uuid($1)', [id])).rejects.toThrow('no id of Gatehouse');
  });

  it('names who acted as the API does, whatever somebody has written there', async () => {
    const id = uuidV7(randomBytes(16));
    const actors = [`key:${id}`, `admin:${id}`, 'provider:sentinel', 'system', 'key:nobody'];
    expect(
      await auditor.query('SELECT audit.actor(actor) AS actor FROM unnest($1::text[]) actor', [actors]),
    ).toEqual(actors.map((actor) => ({ actor: actor === 'key:nobody' ? actor : toPublicActor(actor) })));
  });
});

function uuidV7(bytes: Buffer): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/u, '$1-$2-$3-$4-');
}
