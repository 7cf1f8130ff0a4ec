import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fromTypeId } from '@gatehouse/platform';

import { storedTexts } from '../support/canary/stored-text.js';
import { signer } from '../support/canary/hostile-input.js';
import { eventually, present } from '../support/eventually.js';
import {
  type Answer,
  type GatewayHarness,
  type GatewayTenant,
  required,
  startGateway,
  text,
} from '../support/gateway-harness.js';
import { ordinaryPhone } from '../support/ordinary-phone.js';
import { type Begun, connectedTenant, verified } from '../support/verified.js';
import { PROVIDER_NAMES, type ProviderName, type VendorAccount } from '../support/vendor-accounts.js';

let harness: GatewayHarness;
beforeAll(async () => {
  harness = await startGateway();
});
afterAll(() => harness.close());

interface Person {
  readonly provider: ProviderName;
  readonly tenant: GatewayTenant;
  readonly account: VendorAccount;
  readonly begun: Begun;
  /** What names the person, in clear. */
  readonly names: readonly string[];
}

const mark = (): string => randomBytes(6).toString('hex');

/** Somebody about whom everything is known that can be: seen, read, archived, repeated, and spoken of by strangers. */
async function somebodyKnown(provider: ProviderName): Promise<Person> {
  const { tenant, account } = await connectedTenant(harness, provider);
  required(
    await harness.admin('PATCH', `/tenants/${tenant.id}`, {
      reportArchive: 'encrypted',
      erasureContact: 'privacy@northwind.test',
    }),
    200,
  );
  const [first, last, reference, plan] = [
    `Zoe${mark()}`,
    `Lind${mark()}`,
    `user-${mark()}`,
    `plan-${mark()}`,
  ];
  const person = {
    email: `zoe.${mark()}@mail.test`,
    phone: ordinaryPhone(),
    firstName: first,
    lastName: last,
  };
  const begun = await verified(tenant, account, { reference, metadata: { plan } }, person);
  const repeat = { 'idempotency-key': mark() };
  required(await tenant.call('POST', `/verifications/${begun.id}/refresh`, undefined, repeat), 200);
  const identity = required(await tenant.call('GET', `/verifications/${begun.id}/identity`), 200);
  required(await tenant.call('GET', `/verifications/${begun.id}/images`), 200);
  if (provider === 'dentity') await reportsOf(tenant, begun.id);
  if (provider === 'sentinel') await orphanAbout(tenant, account, person);
  const { documents } = identity as { documents: { number: string | null }[] };
  const numbers = documents.flatMap(({ number }) => (number === null ? [] : [number]));
  return {
    provider,
    tenant,
    account,
    begun,
    names: [person.email, person.phone, first, last, reference, plan, ...numbers],
  };
}

async function reportsOf(tenant: GatewayTenant, id: string): Promise<void> {
  await eventually(async () => {
    const { data } = required(await tenant.call('GET', `/verifications/${id}/events?limit=200`), 200) as {
      data: { type: string }[];
    };
    expect(data.filter(({ type }) => type === 'report.archived')).toHaveLength(2);
  });
}

/** The vendor speaks of another record with the person's e-mail in it, before anybody here asked for that one. */
async function orphanAbout(
  tenant: GatewayTenant,
  account: VendorAccount,
  person: { readonly email: string; readonly phone: string },
): Promise<void> {
  const connection = required(
    await harness.admin('GET', `/tenants/${tenant.id}/connections/sentinel?environment=test`),
    200,
  );
  const { pathname } = new URL(text(connection, 'webhookUrl'));
  const body = { uuid: '0d8c2f9e-1111-4222-8333-944455566677', newStatus: 6, ...person };
  const signed = signer('sentinel', account.connection.credentials)(JSON.stringify(body));
  const answer = await harness.fetch(pathname, {
    method: signed.method,
    body: signed.body,
    headers: { 'content-type': 'application/json', ...signed.headers },
  });
  expect(answer.status).toBe(200);
}

async function erased(tenant: GatewayTenant, body: unknown): Promise<Record<string, unknown>> {
  const asked = required(await harness.admin('POST', `/tenants/${tenant.id}/erasures`, body), 202);
  return eventually(async () => {
    const found = required(
      await harness.admin('GET', `/tenants/${tenant.id}/erasures/${text(asked, 'id')}`),
      200,
    );
    if (found['status'] !== 'done') throw new Error(`it is ${String(found['status'])}`);
    return found;
  });
}

/** The keyed hashes by which the tenant's people are found, and their wrapped keys, as PostgreSQL writes bytes. */
async function hashesOf({ id }: GatewayTenant): Promise<readonly string[]> {
  const { rows } = await harness.pool.query<{ value: string | null }>(
    `SELECT unnest(ARRAY[encode(s.email_hash, 'hex'), encode(s.phone_hash, 'hex'), encode(v.reference_hash, 'hex'),
                         encode(s.key_wrapped, 'hex')]) AS value
       FROM subjects s JOIN verifications v ON v.tenant_id = s.tenant_id AND v.subject_id = s.id WHERE s.tenant_id = $1`,
    [fromTypeId('tnt', id)],
  );
  return rows.flatMap(({ value }) => (value === null ? [] : [value]));
}

/** Columns of the database in which one of the texts stands, in clear or as bytes. */
async function columnsWith(texts: readonly string[]): Promise<readonly string[]> {
  const stored = await storedTexts(harness.databaseUrl);
  const found = stored.filter(({ text: value }) => texts.some((wanted) => value.includes(wanted)));
  return [...new Set(found.map(({ column }) => column))].sort();
}

const GONE = ['/identity', '/images', '/report'] as const;

describe('after an erasure', () => {
  it.each(PROVIDER_NAMES)(
    'of somebody known at %s, nothing yields the person, and the proof stands',
    async (provider) => {
      const { tenant, begun, names } = await somebodyKnown(provider);
      const hashes = await hashesOf(tenant);
      expect(hashes).toHaveLength(4);
      // The search would find what it looks for.
      expect(await columnsWith(hashes)).toEqual([
        'subjects.email_hash',
        'subjects.key_wrapped',
        'subjects.phone_hash',
        'verifications.reference_hash',
      ]);
      const before = required(await tenant.call('GET', `/verifications/${begun.id}`), 200);

      const erasure = await erased(tenant, { email: begun.person.email });
      expect(erasure).toMatchObject({
        status: 'done',
        namedBy: 'email',
        verificationIds: [begun.id],
        progress: {
          verifications: 1,
          verificationsLeft: 0,
          keysDestroyed: 1,
          orphans: provider === 'sentinel' ? 1 : 0,
        },
        providerCopies: [{ provider, state: 'open' }],
      });
      expect(erasure['progress']).toMatchObject({
        answers: 1,
        readings: 1,
        reports: provider === 'dentity' ? 2 : 0,
      });

      expect(await columnsWith([...names, ...hashes])).toEqual([]);
      const tenantId = fromTypeId('tnt', tenant.id);
      const { rows: kept } = await harness.pool.query<{ kept: number }>(
        `SELECT (SELECT count(*) FROM archived_report_parts WHERE tenant_id = $1)
            + (SELECT count(*) FROM readings WHERE tenant_id = $1)
            + (SELECT count(*) FROM signals WHERE tenant_id = $1 AND length(body_sealed) > 0)
            + (SELECT count(*) FROM idempotency_keys WHERE tenant_id = $1 AND response_sealed IS NOT NULL)
            + (SELECT count(*) FROM subjects WHERE tenant_id = $1
                                                 AND num_nonnulls(key_wrapped, details_sealed, email_hash, phone_hash) > 0) AS kept`,
        [tenantId],
      );
      expect(kept).toEqual([{ kept: '0' }]);

      const after = required(await tenant.call('GET', `/verifications/${begun.id}`), 200);
      expect(after).toMatchObject({
        status: 'verified',
        reasonCodes: before['reasonCodes'],
        completedAt: before['completedAt'],
        reference: null,
        metadata: {},
        subject: { email: null, phone: null },
        evidence: { identity: false, images: 0, report: false },
      });
      expect(after['erasedAt']).not.toBeNull();
      for (const path of GONE) {
        const gone = await tenant.call('GET', `/verifications/${begun.id}${path}`);
        expect({ path, status: gone.status, code: gone.json['code'] }).toEqual({
          path,
          status: 410,
          code: 'erased',
        });
      }
      const refused = await Promise.all([
        tenant.call('POST', `/verifications/${begun.id}/link`),
        tenant.call('POST', `/verifications/${begun.id}/retry`),
        tenant.call('PATCH', `/verifications/${begun.id}/contact`, { email: 'new@mail.test' }),
        tenant.call('POST', `/verifications/${begun.id}/refresh`),
        tenant.call('POST', `/verifications/${begun.id}/cancel`),
      ]);
      expect(refused.map(({ json }: Answer) => json['code'])).toEqual(Array(5).fill('erased'));

      const answers = await Promise.all([
        tenant.call('GET', '/verifications'),
        tenant.call('GET', `/verifications?reference=${names[4] ?? ''}`),
        tenant.call('POST', '/verifications/search', { email: begun.person.email }),
        tenant.call('POST', '/verifications/search', { phone: begun.person.phone }),
        tenant.call('GET', `/verifications/${begun.id}/events?limit=200`),
        tenant.call('GET', `/verifications/${begun.id}/explain`),
        tenant.call('GET', '/events'),
      ]);
      const told = answers.map((answer) => (required(answer, 200), answer.text)).join('\n');
      const said = [told, JSON.stringify(erasure), ...harness.logLines()].join('\n');
      expect(names.filter((name) => said.includes(name))).toEqual([]);

      // What was written of it before has the hash that its leaf was made of.
      const { rows: proof } = await harness.pool.query<{ entries: number; intact: number }>(
        `SELECT count(*)::int AS entries, count(*) FILTER (WHERE l.hash = ledger_leaf_hash(ledger_text(e)))::int AS intact
         FROM ledger_entries e JOIN ledger_leaves l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
        WHERE e.tenant_id = $1 AND e.verification_id = $2`,
        [tenantId, fromTypeId('ver', begun.id)],
      );
      const [{ entries, intact } = { entries: 0, intact: -1 }] = proof;
      expect(entries).toBeGreaterThan(3);
      expect(intact).toBe(entries);
    },
  );

  it('callers are told by an event', async () => {
    const { tenant, account } = await connectedTenant(harness, 'dentity');
    const { id } = await verified(tenant, account);
    await erased(tenant, { verificationId: id });
    await eventually(async () => {
      const { data } = required(await tenant.call('GET', '/events'), 200) as {
        data: { type: string; data: Record<string, unknown> }[];
      };
      const event = present(
        data.find(({ type }) => type === 'verification.erased'),
        'event',
      );
      expect(event.data).toMatchObject({ verificationId: id, status: 'verified' });
    });
  });

  it('a provider’s later word is set aside, and the same request finds nobody', async () => {
    const { tenant, account } = await connectedTenant(harness, 'sentinel');
    const { id, person } = await verified(tenant, account);
    await erased(tenant, { email: person.email });
    await account.finish(person.email, 'reject');
    await eventually(async () => {
      const { rows } = await harness.pool.query<{ state_reason: string }>(
        'SELECT state_reason FROM signals WHERE verification_id = $1 ORDER BY received_at DESC LIMIT 1',
        [fromTypeId('ver', id)],
      );
      expect(rows).toEqual([{ state_reason: 'erased' }]);
    });
    expect((await tenant.call('GET', `/verifications/${id}`)).json).toMatchObject({ status: 'verified' });
    expect(await columnsWith([person.email, person.phone])).toEqual([]);
    expect(await erased(tenant, { email: person.email })).toMatchObject({ verificationIds: [] });
  });
});

describe('an operator', () => {
  it('names one thing to erase, and gets the same erasure for the same key', async () => {
    const { tenant, account } = await connectedTenant(harness, 'dentity');
    const { id, person } = await verified(tenant, account);
    const path = `/tenants/${tenant.id}/erasures`;
    for (const body of [
      {},
      { verificationId: id, email: person.email },
      { verificationId: id, environment: 'test' },
      { email: 'not an address' },
    ])
      expect((await harness.admin('POST', path, body)).status).toBe(422);
    const key = { 'idempotency-key': mark() };
    const [first, second] = [
      required(await harness.admin('POST', path, { phone: person.phone }, key), 202),
      required(await harness.admin('POST', path, { phone: person.phone }, key), 202),
    ];
    expect(second['id']).toBe(first['id']);
    const { data } = required(await harness.admin('GET', path), 200) as { data: unknown[] };
    expect(data).toHaveLength(1);
    const missing = { verificationId: 'ver_01kahn4r5sf1trr9gy5vqd2s0x' };
    expect((await harness.admin('POST', path, missing)).status).toBe(404);
  });

  it('holds a verification back, releases it, and closes what a provider was asked for', async () => {
    const { tenant, account } = await connectedTenant(harness, 'dentity');
    const { id } = await verified(tenant, account);
    const at = (path: string): string => `/tenants/${tenant.id}${path}`;
    const hold = required(
      await harness.admin('POST', at('/holds'), { verificationId: id, reason: 'a dispute with Zoe' }),
      201,
    );
    const { id: erasureId } = required(
      await harness.admin('POST', at('/erasures'), { verificationId: id }),
      202,
    );
    const read = async (): Promise<Record<string, unknown>> =>
      required(await harness.admin('GET', at(`/erasures/${String(erasureId)}`)), 200);
    await eventually(async () => {
      expect((await read())['status']).toBe('held');
    });
    expect((await tenant.call('GET', `/verifications/${id}/identity`)).status).toBe(200);
    expect((await harness.admin('DELETE', at(`/holds/${text(hold, 'id')}`))).status).toBe(204);
    const done = await eventually(async () => {
      const found = await read();
      expect(found['status']).toBe('done');
      return found;
    });
    const [copy] = done['providerCopies'] as { id: string }[];
    const path = at(`/erasures/${String(erasureId)}/duties/${copy?.id ?? ''}/done`);
    const closed = required(await harness.admin('POST', path, { note: 'ticket 4711' }), 200);
    expect(closed).toMatchObject({
      providerCopies: [{ state: 'done', way: 'asked', note: 'ticket 4711' }],
      certificates: [{ number: 1 }, { number: 2 }],
    });
    expect((await harness.admin('POST', path, { note: 'again' })).status).toBe(409);
    expect(await columnsWith(['a dispute with Zoe', 'ticket 4711'])).toEqual([]);
  });
});
