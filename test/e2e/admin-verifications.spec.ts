import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { inventPerson } from '../../apps/simulator/src/kit/people.js';
import { createAuditor } from '../support/auditor.js';
import { eventually, present } from '../support/eventually.js';
import {
  type Answer,
  type GatewayHarness,
  required,
  startGateway,
  text,
} from '../support/gateway-harness.js';
import { IsolationWorld, missingId } from '../support/isolation-world.js';
import { begin, connectedTenant, nameAt, type Somebody, somebody, verified } from '../support/verified.js';

const VERIFIER = join(import.meta.dirname, '..', '..', 'tools', 'verify-ledger.mjs');

type Connected = Awaited<ReturnType<typeof connectedTenant>>;

let harness: GatewayHarness;
let northwind: Connected;
let contoso: Connected;
let seen: Awaited<ReturnType<typeof verified>>;

beforeAll(async () => {
  harness = await startGateway();
  northwind = await connectedTenant(harness, 'sentinel');
  contoso = await connectedTenant(harness, 'dentity');
  seen = await verified(northwind.tenant, northwind.account, { reference: 'user-42' });
});
afterAll(() => harness.close());

const idsIn = (answer: Answer): readonly string[] =>
  (required(answer, 200)['data'] as { id: string }[]).map(({ id }) => id);
const list = (query: string): Promise<Answer> => harness.admin('GET', `/verifications${query}`);

async function inReview({ tenant, account }: Connected): Promise<string> {
  const { id, person } = await begin(tenant);
  await account.finish(nameAt(account.provider, person), 'review');
  expect(required(await harness.admin('POST', `/verifications/${id}/refresh`), 200)).toMatchObject({
    status: 'needs_review',
  });
  return id;
}

async function viewsOf(id: string): Promise<readonly Record<string, unknown>[]> {
  const { data } = required(await harness.admin('GET', `/verifications/${id}/events?limit=200`), 200);
  return (data as Record<string, unknown>[]).filter(({ type }) =>
    /^(?:identity\.viewed|images?\.)/.test(String(type)),
  );
}

describe('the list', () => {
  it('is of all tenants, newest first, masked, and says whose each one is', async () => {
    const other = await begin(contoso.tenant);
    const { data } = required(await list('?limit=200'), 200) as { data: Record<string, unknown>[] };
    const ours = data.filter(({ id }) => id === seen.id || id === other.id);
    expect(ours).toMatchObject([
      { id: other.id, tenantId: contoso.tenant.id },
      { id: seen.id, tenantId: northwind.tenant.id, status: 'verified', reference: 'user-42' },
    ]);
    for (const { person } of [seen, other])
      for (const fact of [person.email, person.phone]) expect(JSON.stringify(data)).not.toContain(fact);
    // Whoever has a person's link can be verified in their place.
    for (const verification of data) expect(verification).not.toHaveProperty('action');
  });

  it('is paged through without a gap or a repetition, also over both environments', async () => {
    const all = idsIn(await list('?limit=200'));
    const paged: string[] = [];
    for (let cursor = ''; ;) {
      const page = required(await list(`?limit=1${cursor}`), 200);
      paged.push(...(page['data'] as { id: string }[]).map(({ id }) => id));
      if (page['nextCursor'] === null) break;
      cursor = `&cursor=${text(page, 'nextCursor')}`;
    }
    expect(paged).toEqual(all);
  });

  it('is narrowed by what holds together', async () => {
    const of = `?tenantId=${northwind.tenant.id}`;
    const past = '2000-01-01T00:00:00Z';
    for (const query of [
      '&status=verified',
      '&provider=sentinel&environment=test',
      '&reference=user-42',
      `&createdAfter=${past}`,
    ]) {
      expect({ query, ids: idsIn(await list(of + query)) }).toMatchObject({
        query,
        ids: expect.arrayContaining([seen.id]),
      });
    }
    for (const query of [
      '&status=canceled',
      '&provider=dentity',
      '&environment=live',
      '&reference=user-43',
      `&createdBefore=${past}`,
    ])
      expect({ query, ids: idsIn(await list(of + query)) }).toEqual({ query, ids: [] });
    expect(idsIn(await list(`?environment=live`))).toEqual([]);
    expect(idsIn(await list(`?createdBefore=${past}`))).toEqual([]);
  });

  it('of no tenant refuses what no index serves, and names the parameter', async () => {
    for (const [query, pointer] of [
      ['status=verified', 'status'],
      ['provider=sentinel', 'provider'],
      ['reference=user-42', 'reference'],
    ] as const) {
      expect(await list(`?${query}`)).toMatchObject({
        status: 422,
        json: { code: 'validation_failed', errors: [{ pointer }] },
      });
    }
    expect((await list(`?tenantId=${missingId('tnt')}`)).status).toBe(404);
  });

  it('of what waits for a review is over all tenants', async () => {
    const waiting = await inReview(northwind);
    const { data } = required(await list('?status=needs_review'), 200) as { data: Record<string, unknown>[] };
    expect(data.map(({ id }) => id)).toContain(waiting);
    expect(new Set(data.map(({ status }) => status))).toEqual(new Set(['needs_review']));
  });

  it('is served by the indexes that were made for it', async () => {
    const plan = async (condition: string): Promise<string> => {
      const client = await harness.pool.connect();
      try {
        // There are few rows here, for which PostgreSQL would read the whole table.
        await client.query('BEGIN');
        await client.query('SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off');
        const { rows } = await client.query<{ 'QUERY PLAN': string }>(
          `EXPLAIN SELECT * FROM unnest(ARRAY['test', 'live']) e(environment) CROSS JOIN LATERAL (
             SELECT * FROM verifications v WHERE v.environment = e.environment ${condition}
              ORDER BY v.created_at DESC, v.id DESC LIMIT 51) v`,
        );
        await client.query('ROLLBACK');
        return rows.map((row) => row['QUERY PLAN']).join('\n');
      } finally {
        client.release();
      }
    };
    expect(await plan('')).toContain('verifications_of_all');
    expect(await plan(`AND v.status = 'needs_review'`)).toContain('verifications_in_review');
  });
});

describe('a search', () => {
  it('finds a tenant’s by e-mail or phone, and nobody else’s', async () => {
    const { email, phone } = seen.person;
    const search = async (tenantId: string, by: object): Promise<readonly string[]> =>
      idsIn(await harness.admin('POST', '/verifications/search', { tenantId, ...by }));
    for (const by of [{ email }, { phone }, { email: email.toUpperCase() }, { email, environment: 'test' }])
      expect(await search(northwind.tenant.id, by)).toEqual([seen.id]);
    expect(await search(northwind.tenant.id, { email, environment: 'live' })).toEqual([]);
    expect(await search(contoso.tenant.id, { email, phone })).toEqual([]);
    const tenantId = missingId('tnt');
    expect((await harness.admin('POST', '/verifications/search', { tenantId, email })).status).toBe(404);
  });
});

describe('a verification', () => {
  it('is read with its timeline and its explanation', async () => {
    const { action, ...own } = required(await northwind.tenant.call('GET', `/verifications/${seen.id}`), 200);
    expect(action).toBeDefined();
    expect(required(await harness.admin('GET', `/verifications/${seen.id}`), 200)).toEqual({
      ...own,
      tenantId: northwind.tenant.id,
    });
    for (const path of ['events', 'explain']) {
      const known = required(await northwind.tenant.call('GET', `/verifications/${seen.id}/${path}`), 200);
      expect(required(await harness.admin('GET', `/verifications/${seen.id}/${path}`), 200)).toEqual(known);
    }
  });

  it('is reached by the roles that its operations name only', async () => {
    const world = new IsolationWorld(harness);
    const expected: Readonly<Record<string, readonly string[]>> = {
      'GET ': ['support', 'approver'],
      'GET /events': ['support', 'approver'],
      'GET /explain': ['support', 'approver'],
      'GET /receipt': ['auditor'],
      'GET /evidence-pack': ['auditor'],
      'POST /identity': ['approver'],
      'POST /images': ['approver'],
      [`POST /images/${missingId('img')}`]: ['approver'],
      'POST /decision': ['approver'],
      'POST /refresh': [],
    };
    for (const role of ['support', 'approver', 'auditor']) {
      const { key } = await world.adminKey(role);
      for (const [operation, roles] of Object.entries(expected)) {
        const [method = '', path = ''] = operation.split(' ');
        const body = method === 'GET' ? undefined : {};
        const answer = await world.call(key, method, `/admin/v1/verifications/${seen.id}${path}`, body);
        expect({ role, operation, isRefused: answer.status === 403 }).toEqual({
          role,
          operation,
          isRefused: !roles.includes(role),
        });
      }
    }
  });

  it('is decided once under an idempotency key, by the operator', async () => {
    const id = await inReview(northwind);
    const body = { decision: 'reject', reason: 'The document is not the person’s.' };
    const headers = { 'idempotency-key': 'decision-1' };
    const decide = (): Promise<Answer> =>
      harness.admin('POST', `/verifications/${id}/decision`, body, headers);
    const first = required(await decide(), 200);
    expect(first).toMatchObject({ id, status: 'rejected', tenantId: northwind.tenant.id });
    const again = await decide();
    expect(required(again, 200)).toEqual(first);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const { data } = required(await harness.admin('GET', `/verifications/${id}/events`), 200) as {
      data: { actor: string; data: Record<string, unknown> }[];
    };
    expect(data.filter((event) => event.data['decision'] === 'reject')).toMatchObject([
      { actor: expect.stringMatching(/^admin:/u) },
    ]);
  });
});

describe('a person', () => {
  it('is shown to who says why, and that is in the ledger, the tenant’s timeline and the auditors’ view', async () => {
    const person = await verified(northwind.tenant, northwind.account);
    const own = `/verifications/${person.id}`;
    const why = { purpose: 'fraud', ticket: 'OPS-1204' };
    const identity = required(await harness.admin('POST', `${own}/identity`, why), 200);
    const images = required(await harness.admin('POST', `${own}/images`, { purpose: 'review' }), 200);
    const [image] = images['data'] as { id: string }[];
    const path = `/admin/v1${own}/images/${present(image, 'image').id}`;
    const bytes = await fetch(harness.origin + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${harness.adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ purpose: 'other', ticket: '#7' }),
    });
    expect(bytes.status).toBe(200);
    expect(bytes.headers.get('cache-control')).toBe('no-store');
    expect((await bytes.arrayBuffer()).byteLength).toBeGreaterThan(100);

    const views = await viewsOf(person.id);
    expect(views).toMatchObject([
      { type: 'image.viewed', data: { purpose: 'other', ticket: '#7', imageId: present(image, 'image').id } },
      { type: 'images.listed', data: { purpose: 'review' } },
      { type: 'identity.viewed', data: { purpose: 'fraud', ticket: 'OPS-1204' } },
    ]);
    for (const { actor } of views) expect(actor).toMatch(/^admin:/u);
    const auditor = await createAuditor({ pool: harness.pool, url: harness.databaseUrl }, 'all');
    try {
      const rows = await auditor.query(
        `SELECT kind, purpose, ticket, actor, 'person.firstName' = ANY(fields) AS name_shown
           FROM audit.personal_data_access WHERE verification = $1 ORDER BY at`,
        [person.id],
      );
      expect(rows).toMatchObject([
        { kind: 'identity.viewed', purpose: 'fraud', ticket: 'OPS-1204', name_shown: true },
        { kind: 'images.listed', purpose: 'review', ticket: null },
        { kind: 'image.viewed', purpose: 'other', ticket: '#7' },
      ]);
    } finally {
      await auditor.close();
    }
    expect(identity['verificationId']).toBe(person.id);
  });

  it('is shown to nobody who does not say why, or says it with a name', async () => {
    const before = await viewsOf(seen.id);
    for (const body of [
      {},
      { purpose: 'curiosity' },
      { purpose: 'other' },
      { purpose: 'support', ticket: 'Ana Ruiz' },
      { purpose: 'support', ticket: 'ana@mail.test' },
      { purpose: 'support', ticket: 'x'.repeat(41) },
    ]) {
      for (const path of ['identity', 'images', `images/${missingId('img')}`]) {
        const answer = await harness.admin('POST', `/verifications/${seen.id}/${path}`, body);
        expect({ body, path, status: answer.status }).toEqual({ body, path, status: 422 });
      }
    }
    expect(await viewsOf(seen.id)).toEqual(before);
  });

  it('is not shown when the view cannot be written down', async () => {
    await harness.pool.query(`CREATE FUNCTION refuse_view() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN IF NEW.kind ~ 'view|listed' THEN RAISE EXCEPTION 'no room'; END IF; RETURN NEW; END $$`);
    const images = required(await harness.admin('POST', `/verifications/${seen.id}/images`, WHY), 200);
    const [image] = images['data'] as { id: string }[];
    await harness.pool.query(
      'CREATE TRIGGER refuse_view BEFORE INSERT ON ledger_entries FOR EACH ROW EXECUTE FUNCTION refuse_view()',
    );
    try {
      for (const path of ['identity', 'images', `images/${present(image, 'image').id}`]) {
        const answer = await harness.admin('POST', `/verifications/${seen.id}/${path}`, WHY);
        expect({ path, status: answer.status }).toEqual({ path, status: 500 });
        expect(Object.keys(answer.json)).not.toContain('person');
        expect(answer.json['data']).toBeUndefined();
      }
    } finally {
      await harness.pool.query('DROP TRIGGER refuse_view ON ledger_entries');
    }
  });

  const WHY = { purpose: 'support', ticket: 'OPS-1' };
});

describe('an evidence pack', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-pack-'));
    const keys = await harness.fetch('/.well-known/gatehouse-ledger-key');
    await writeFile(join(folder, 'key.json'), keys.text);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const packOf = (id: string): Promise<Answer> =>
    eventually(async () => {
      const answer = await harness.admin('GET', `/verifications/${id}/evidence-pack`);
      required(answer, 200);
      return answer;
    });
  const offline = async (pack: unknown): Promise<{ code: number; out: string }> => {
    const file = join(folder, 'pack.json');
    await writeFile(file, JSON.stringify(pack));
    return new Promise((resolve) => {
      const args = [VERIFIER, 'pack', file, '--key', join(folder, 'key.json')];
      execFile(process.execPath, args, (error, out, err) => {
        resolve({ code: Number(error?.code ?? 0), out: out + err });
      });
    });
  };

  /** Whose names are in no base64 by chance, as one of two letters is. */
  const longNamed = (): Somebody => {
    for (;;) {
      const one = somebody();
      const { firstName, lastName } = inventPerson(one.email);
      if (Math.min(firstName.length, lastName.length) >= 5) return one;
    }
  };

  it('verifies offline, tells who has seen the person, holds nothing of them, and is in the ledger', async () => {
    const more = { reference: 'user-of-the-pack', metadata: { plan: 'gold-of-the-pack' } };
    const person = await verified(northwind.tenant, northwind.account, more, longNamed());
    const why = { purpose: 'legal', ticket: 'OPS-9' };
    const shown = required(await harness.admin('POST', `/verifications/${person.id}/identity`, why), 200);
    const answer = await packOf(person.id);
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename="evidence-pack-${person.id}.json"`,
    );
    expect(answer.json).toMatchObject({
      object: 'evidence_pack',
      isComplete: true,
      verification: { id: person.id, status: 'verified', tenantId: northwind.tenant.id },
      views: [{ kind: 'identity.viewed', purpose: 'legal', ticket: 'OPS-9' }],
    });
    expect(await offline(answer.json)).toMatchObject({ code: 0, out: expect.stringContaining('verified') });

    const { firstName, lastName } = shown['person'] as Record<string, string>;
    const { email, phone } = person.person;
    for (const fact of [email, phone, firstName, lastName, 'user-of-the-pack', 'gold-of-the-pack'])
      expect(answer.text).not.toContain(present(fact, 'fact'));
    const { data } = required(await harness.admin('GET', `/verifications/${person.id}/events`), 200);
    expect((data as { type: string }[])[0]).toMatchObject({ type: 'audit.exported' });
  });

  it('that was changed does not', async () => {
    const { json } = await packOf(seen.id);
    const { verification, entries, views } = json as {
      verification: object;
      entries: { entry: string }[];
      views: object[];
    };
    const forged = entries.map((one) => ({ ...one, entry: one.entry.replace('"verified"', '"rejected"') }));
    for (const [what, changed] of [
      ['the status', { ...json, verification: { ...verification, status: 'rejected' } }],
      ['an entry', { ...json, entries: forged }],
      ['a view', { ...json, views: views.map((view) => ({ ...view, purpose: 'review' })) }],
      ['every entry left out', { ...json, entries: [], views: [] }],
      ['the newest entries left out', { ...json, entries: entries.slice(0, 2), views: [] }],
    ] as const)
      expect({ what, code: (await offline(changed)).code }).toEqual({ what, code: 1 });
  });

  it('of somebody erased has the certificate, and still verifies', async () => {
    const { id } = await verified(northwind.tenant, northwind.account);
    const erasures = `/tenants/${northwind.tenant.id}/erasures`;
    const asked = required(await harness.admin('POST', erasures, { verificationId: id }), 202);
    await eventually(async () => {
      const erasure = required(await harness.admin('GET', `${erasures}/${text(asked, 'id')}`), 200);
      expect(erasure['status']).toBe('done');
    });
    const { json } = await packOf(id);
    expect(json).toMatchObject({
      verification: { erasedAt: expect.any(String) },
      erasures: [{ id: asked['id'], status: 'done', certificates: [{ number: 1 }] }],
    });
    expect(await offline(json)).toMatchObject({ code: 0 });
  });
});

it('a verification that there is not is not found, by every operation', async () => {
  const id = missingId('ver');
  for (const [method, path, body] of [
    ['GET', '', undefined],
    ['GET', '/events', undefined],
    ['GET', '/explain', undefined],
    ['GET', '/receipt', undefined],
    ['GET', '/evidence-pack', undefined],
    ['POST', '/identity', { purpose: 'review' }],
    ['POST', '/images', { purpose: 'review' }],
    ['POST', `/images/${missingId('img')}`, { purpose: 'review' }],
    ['POST', '/decision', { decision: 'approve', reason: 'fine' }],
    ['POST', '/refresh', undefined],
  ] as const) {
    const answer = await harness.admin(method, `/verifications/${id}${path}`, body);
    expect({ path, status: answer.status, code: answer.json['code'] }).toEqual({
      path,
      status: 404,
      code: 'not_found',
    });
  }
});
