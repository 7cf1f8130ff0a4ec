import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { fromTypeId } from '@gatehouse/platform';

import { present } from '../support/eventually.js';
import {
  type Answer,
  type GatewayHarness,
  type GatewayTenant,
  required,
  startGateway,
  text,
} from '../support/gateway-harness.js';
import { begin, connectedTenant } from '../support/verified.js';

/*
 * Lists whose statements give PostgreSQL less than was asked for, because it says the same: a page for a page they have to show what is in
 * the list, each once, and keep to bounds to the millisecond.
 */

let harness: GatewayHarness;
let tenant: GatewayTenant;

const MOMENTS = ['2026-03-01T10:00:00.000Z', '2026-03-01T10:00:00.001Z', '2026-03-02T10:00:00.000Z'];
const PER_MOMENT = 3;

beforeAll(async () => {
  harness = await startGateway();
  ({ tenant } = await connectedTenant(harness, 'sentinel'));
  for (const moment of MOMENTS)
    for (let n = 0; n < PER_MOMENT; n += 1) {
      const { id } = await begin(tenant);
      await harness.pool.query('UPDATE verifications SET created_at = $2 WHERE id = $1', [
        fromTypeId('ver', id),
        moment,
      ]);
    }
});
afterAll(() => harness.close());

interface Row extends Readonly<Record<string, unknown>> {
  readonly id: string;
}

type Ask = (query: string) => Promise<Answer>;

const rowsOf = (answer: Answer): readonly Row[] => required(answer, 200)['data'] as readonly Row[];

/** The list's pages of two, one after the other, and where each ended. */
async function paged(
  ask: Ask,
  query: string,
): Promise<{ readonly rows: readonly Row[]; readonly cursors: readonly string[] }> {
  const rows: Row[] = [];
  const cursors: string[] = [];
  for (let cursor = ''; ;) {
    const page = await ask(`?limit=2&${query}${cursor === '' ? '' : `&cursor=${cursor}`}`);
    rows.push(...rowsOf(page));
    if (page.json['nextCursor'] === null) return { rows, cursors };
    cursor = text(page.json, 'nextCursor');
    cursors.push(cursor);
  }
}

describe('verifications', () => {
  const lists: Readonly<Record<string, () => Ask>> = {
    'of a tenant': () => (query) => tenant.call('GET', `/verifications${query}`),
    'of a tenant, for an operator': () => (query) =>
      harness.admin('GET', `/verifications${query}&tenantId=${tenant.id}`),
    'of all': () => (query) => harness.admin('GET', `/verifications${query}`),
  };

  it.each(Object.keys(lists))(
    '%s: are each shown once, until whatever moment they are asked for',
    async (name) => {
      const ask = present(lists[name], name)();
      const all = rowsOf(await ask('?limit=200'));
      expect(all).toHaveLength(MOMENTS.length * PER_MOMENT);
      const { cursors } = await paged(ask, '');
      for (const before of [...MOMENTS, '2026-04-01T00:00:00.000Z']) {
        const expected = all.filter(({ createdAt }) => String(createdAt) < before);
        expect((await paged(ask, `createdBefore=${before}`)).rows).toEqual(expected);
        // Also from where a page of the whole list ended, be it before that moment, at it, or after it.
        for (const [index, cursor] of cursors.entries()) {
          const rest = new Set(all.slice(2 * (index + 1)));
          expect(rowsOf(await ask(`?limit=200&createdBefore=${before}&cursor=${cursor}`))).toEqual(
            expected.filter((row) => rest.has(row)),
          );
        }
      }
    },
  );
});

describe('an operator’s deliveries of a tenant', () => {
  it('are each shown once, newest first, of both environments and whatever state', async () => {
    const owner = await harness.tenant();
    const endpoint = '01a22961-8297-7145-84d6-ef49bb3c55f7';
    await harness.pool.query(
      `INSERT INTO webhook_deliveries (tenant_id, id, environment, endpoint_id, event_id, event_type, state, turn, due_at, created_at)
       SELECT $1, gen_random_uuid(), environment, CASE n WHEN 1 THEN gen_random_uuid() ELSE $3::uuid END, gen_random_uuid(), 'endpoint.test',
              state, 1, CASE state WHEN 'pending' THEN timestamptz '2999-01-01' END, moment
         FROM unnest($2::timestamptz[]) moment, unnest('{test,live}'::text[]) environment,
              unnest('{pending,delivered,failed}'::text[]) state, generate_series(1, 2) n`,
      [fromTypeId('tnt', owner.id), MOMENTS, endpoint],
    );
    const ask: Ask = (query) => harness.admin('GET', `/webhook-deliveries${query}&tenantId=${owner.id}`);
    const all = rowsOf(await ask('?limit=200'));
    expect(all).toHaveLength(MOMENTS.length * 2 * 3 * 2);
    expect(all.map(({ createdAt }) => createdAt)).toEqual(
      all.map(({ createdAt }) => String(createdAt)).sort((a, b) => (a < b ? 1 : -1)),
    );
    expect((await paged(ask, '')).rows).toEqual(all);
    const { endpointId } = present(
      all.find((row) => fromTypeId('whe', String(row['endpointId'])) === endpoint),
      'delivery to the endpoint',
    );
    const ofEndpoint = all.filter((row) => row['endpointId'] === endpointId);
    expect((await paged(ask, `endpointId=${String(endpointId)}`)).rows).toEqual(ofEndpoint);
    for (const state of ['pending', 'delivered', 'failed']) {
      const inState = (row: Row): boolean => row['status'] === state;
      expect((await paged(ask, `status=${state}`)).rows).toEqual(all.filter(inState));
      expect((await paged(ask, `status=${state}&endpointId=${String(endpointId)}`)).rows).toEqual(
        ofEndpoint.filter(inState),
      );
    }
  });
});

describe('the audit log', () => {
  it('has by kind, by actor and by both what is from `since` on and before `until`, to the millisecond', async () => {
    const ask: Ask = (query) => harness.admin('GET', `/audit-log${query}&tenantId=${tenant.id}`);
    const [created] = rowsOf(await ask('?limit=1&kind=verification.created'));
    const by = `actor=${String(created?.['actor'])}`;
    for (const query of ['kind=verification.created', by, `kind=verification.created&${by}`]) {
      const all = rowsOf(await ask(`?limit=200&${query}`));
      expect(all.length).toBeGreaterThanOrEqual(MOMENTS.length * PER_MOMENT);
      expect((await paged(ask, query)).rows).toEqual(all);
      const [since, until] = [String(all.at(-2)?.['at']), String(all.at(1)?.['at'])];
      const expected = all.filter(({ at }) => String(at) >= since && String(at) < until);
      expect((await paged(ask, `${query}&since=${since}&until=${until}`)).rows).toEqual(expected);
      expect(expected.map(({ id }) => id)).toContain(all.at(-2)?.id);
      expect(expected.map(({ id }) => id)).not.toContain(all.at(1)?.id);
    }
  });

  it('has by kind also what has no position yet', async () => {
    // Where no worker is, nobody gives positions.
    const alone = await startGateway({ role: 'api' });
    try {
      const owner = await alone.tenant();
      const ask: Ask = (query) => alone.admin('GET', `/audit-log${query}&tenantId=${owner.id}`);
      // Each look is itself an entry.
      for (let looks = 1; looks <= 3; looks += 1)
        expect(rowsOf(await ask('?limit=200&kind=audit.searched'))).toHaveLength(looks);
      expect((await alone.pool.query('SELECT entry_id FROM ledger_leaves')).rows).toEqual([]);
    } finally {
      await alone.close();
    }
  });
});

describe('the versions of a routing policy', () => {
  it('are each shown once, the newest first', async () => {
    const path = `/tenants/${tenant.id}/routing`;
    for (let n = 0; n < 4; n += 1) await tenant.route('sentinel');
    const ask: Ask = (query) => harness.admin('GET', `${path}/versions${query}&environment=test`);
    const all = rowsOf(await ask('?limit=200')).map(({ version }) => version);
    expect(all.length).toBeGreaterThanOrEqual(5);
    expect(all).toEqual(all.map((_, index) => all.length - index));
    expect((await paged(ask, '')).rows.map(({ version }) => version)).toEqual(all);
  });
});
