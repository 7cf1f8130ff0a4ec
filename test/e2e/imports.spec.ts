import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually } from '../support/eventually.js';
import {
  type GatewayHarness,
  type GatewayTenant,
  required,
  startGateway,
  text,
} from '../support/gateway-harness.js';
import { connectedTenant, begin, reached, statusOf, verified } from '../support/verified.js';

let harness: GatewayHarness;
beforeAll(async () => {
  harness = await startGateway();
});
afterAll(() => harness.close());

const connected = (switches: Record<string, unknown> = {}): ReturnType<typeof connectedTenant> =>
  connectedTenant(harness, 'sentinel', switches);

async function finished(tenant: GatewayTenant, id: string): Promise<Record<string, unknown>> {
  return eventually(
    async () => {
      const found = required(await tenant.call('GET', `/imports/${id}`), 200);
      if (found['status'] === 'running') throw new Error(`at ${JSON.stringify(found)}`);
      return found;
    },
    { timeoutMs: 20_000 },
  );
}

async function everybody(tenant: GatewayTenant): Promise<readonly Record<string, unknown>[]> {
  const all: Record<string, unknown>[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const page = required(await tenant.call('GET', `/verifications?limit=200${query}`), 200);
    all.push(...(page['data'] as Record<string, unknown>[]));
    cursor = page['nextCursor'] as string | null;
  }
  return all;
}

const referenceOf = (record: Record<string, unknown>): unknown =>
  (record['provider'] as Record<string, unknown>)['reference'];

describe('an import', () => {
  it.each(['descending', 'ascending'])(
    'adopts everybody whom the provider holds, once, listed %s',
    async (listOrder) => {
      const { tenant, account } = await connected({ listOrder });
      await account.control('POST', '/customers', { count: 250 });
      const begun = required(await tenant.call('POST', '/imports', {}), 202);
      expect(begun).toMatchObject({ object: 'import', provider: 'sentinel', status: 'running', adopted: 0 });
      expect(await finished(tenant, text(begun, 'id'))).toMatchObject({
        status: 'done',
        total: 250,
        adopted: 250,
        known: 0,
        failure: null,
      });
      const all = await everybody(tenant);
      expect(all).toHaveLength(250);
      expect(new Set(all.map(referenceOf)).size).toBe(250);
      expect(all.every(({ importId }) => importId === begun['id'])).toBe(true);
      expect(all[0]).toMatchObject({
        status: 'verified',
        evidence: { identity: true },
        provider: { name: 'sentinel', source: 'read' },
      });
      // They are people like others: their identity, and whatever becomes of them.
      const id = text(all[0] ?? {}, 'id');
      const identity = required(await tenant.call('GET', `/verifications/${id}/identity`), 200);
      const { email } = identity['person'] as { email: string };
      await account.control('POST', `/customers/${encodeURIComponent(email)}/draft`, {
        reason: 'document_expired',
      });
      await reached(tenant, id, 'requires_input');
    },
  );

  it('stays verified when it is read again', async () => {
    const { tenant, account } = await connected();
    await account.control('POST', '/customers', { count: 1 });
    const { id } = required(await tenant.call('POST', '/imports', {}), 202);
    await finished(tenant, String(id));
    const [adopted] = await everybody(tenant);
    const path = `/verifications/${text(adopted ?? {}, 'id')}`;
    expect(required(await tenant.call('POST', `${path}/refresh`), 200)).toMatchObject({ status: 'verified' });
  });

  it('repeated, adopts only who is new, and leaves alone whom we verified', async () => {
    const { tenant, account } = await connected();
    const { id: own } = await verified(tenant, account);
    await account.control('POST', '/customers', { count: 20 });
    const first = required(await tenant.call('POST', '/imports', {}), 202);
    expect(await finished(tenant, text(first, 'id'))).toMatchObject({ adopted: 20, known: 1 });
    await account.control('POST', '/customers', { count: 5 });
    const second = required(await tenant.call('POST', '/imports', {}), 202);
    expect(await finished(tenant, text(second, 'id'))).toMatchObject({ adopted: 5, known: 21 });
    expect(await everybody(tenant)).toHaveLength(26);
    expect(await statusOf(tenant, own)).toMatchObject({ importId: null });
  });

  it('takes nobody’s result away who is being verified meanwhile', async () => {
    const { tenant, account } = await connected();
    const { id, person } = await begin(tenant);
    await account.control('POST', '/customers', { count: 3 });
    await account.control('POST', '/faults', { on: 'webhook', kind: 'lost', times: 100 });
    await account.finish(person.email, 'approve');
    const begun = required(await tenant.call('POST', '/imports', {}), 202);
    await finished(tenant, text(begun, 'id'));
    required(await tenant.call('POST', `/verifications/${id}/refresh`), 200);
    await reached(tenant, id, 'verified');
  });

  it('begins once for one key, and one at a time', async () => {
    const { tenant, account } = await connected();
    await account.control('POST', '/customers', { count: 5 });
    // The import is in the middle of its call for as long as the others are tried.
    const hold = account.hold('listWithDoc');
    const key = { 'idempotency-key': 'import-1' };
    const first = required(await tenant.call('POST', '/imports', {}, key), 202);
    await eventually(() => {
      expect(hold.waiting()).toBe(1);
    });
    const replayed = await tenant.call('POST', '/imports', {}, key);
    expect(replayed.headers.get('idempotent-replayed')).toBe('true');
    expect(replayed.json['id']).toBe(first['id']);
    expect(await tenant.call('POST', '/imports', {})).toMatchObject({
      status: 409,
      json: { code: 'conflict' },
    });
    hold.release();
    expect(await finished(tenant, text(first, 'id'))).toMatchObject({ status: 'done', adopted: 5 });
  });

  it('gets over a provider that stumbles, and says why it ended where it cannot', async () => {
    const { tenant, account } = await connected();
    await account.control('POST', '/customers', { count: 150 });
    await account.control('POST', '/faults', {
      on: 'request',
      kind: 'status',
      status: 503,
      path: 'listWithDoc',
      times: 4,
    });
    const begun = required(await tenant.call('POST', '/imports', {}), 202);
    expect(await finished(tenant, text(begun, 'id'))).toMatchObject({ status: 'done', adopted: 150 });
    await account.control('POST', '/faults', { on: 'request', kind: 'html', path: 'listWithDoc', times: 50 });
    const broken = required(await tenant.call('POST', '/imports', {}), 202);
    expect(await finished(tenant, text(broken, 'id'))).toMatchObject({
      status: 'failed',
      failure: 'provider_contract_broken',
    });
  });

  it('is nothing that other providers can do, and another tenant’s is nothing at all', async () => {
    const { tenant } = await connected();
    const begun = required(await tenant.call('POST', '/imports'), 202);
    const stranger = await harness.tenant();
    expect((await stranger.call('GET', `/imports/${text(begun, 'id')}`)).status).toBe(404);
    await stranger.connect('dentity');
    await stranger.route('dentity');
    expect(await stranger.call('POST', '/imports', {})).toMatchObject({
      status: 409,
      json: { code: 'capability_unsupported', supportedBy: ['sentinel'] },
    });
  });
});
