import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { eventually } from '../support/eventually.js';
import {
  type GatewayHarness,
  type GatewayTenant,
  required,
  startGateway,
  text,
} from '../support/gateway-harness.js';
import { begin, connectedTenant } from '../support/verified.js';

let harness: GatewayHarness;
beforeAll(async () => {
  harness = await startGateway();
});
afterAll(() => harness.close());

interface Feed {
  readonly data: readonly { readonly type: string; readonly data: Record<string, unknown> }[];
  readonly nextCursor: string;
  readonly hasMore: boolean;
}

async function read(tenant: GatewayTenant, query: string): Promise<Feed> {
  return required(await tenant.call('GET', `/events?${query}`), 200) as unknown as Feed;
}

it('is read on from a cursor for ever, page by page, and is told as soon as something happens', async () => {
  const { tenant } = await connectedTenant(harness, 'sentinel');
  const begun: string[] = [];
  for (let n = 0; n < 3; n += 1) begun.push((await begin(tenant)).id);
  await eventually(async () => {
    expect((await read(tenant, 'type=verification.created')).data).toHaveLength(3);
  });
  const seen: Feed['data'][number][] = [];
  let cursor = '';
  for (let hasMore = true; hasMore;) {
    const page = await read(tenant, `limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`);
    expect(page.data.length).toBeLessThanOrEqual(1);
    seen.push(...page.data);
    ({ nextCursor: cursor, hasMore } = page);
  }
  const created = seen.filter(({ type }) => type === 'verification.created');
  expect(created.map(({ data }) => data['verificationId'])).toEqual(begun);

  const waiting = read(tenant, `cursor=${cursor}&type=verification.created&wait=30`);
  const { id } = await begin(tenant);
  const next = await waiting;
  expect(next.data).toMatchObject([{ type: 'verification.created', data: { verificationId: id } }]);
  expect(await read(tenant, `cursor=${next.nextCursor}&type=routing.rolled_back`)).toMatchObject({
    data: [],
    hasMore: false,
  });
});

it('has a cursor before its first event, which belongs to one tenant and environment', async () => {
  const tenant = await harness.tenant();
  const first = await read(tenant, 'wait=1');
  expect(first).toMatchObject({ data: [], hasMore: false });
  expect(await read(tenant, `cursor=${first.nextCursor}`)).toMatchObject({ data: [] });

  const other = await harness.tenant();
  const live = required(
    await harness.admin('POST', `/tenants/${tenant.id}/api-keys`, {
      name: 'live',
      environment: 'live',
      scopes: ['verifications:read'],
    }),
    201,
  );
  for (const key of [other.key, text(live, 'key')]) {
    const answer = await harness.fetch(`/v1/events?cursor=${first.nextCursor}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(answer).toMatchObject({ status: 422, json: { code: 'validation_failed' } });
  }
  for (const query of ['wait=31', 'wait=-1', 'cursor=MTIuMDE5']) {
    expect((await tenant.call('GET', `/events?${query}`)).status).toBe(422);
  }
});

it('answers whoever waits when the gateway stops', async () => {
  const stopping = await startGateway();
  const tenant = await stopping.tenant();
  const waiting = tenant.call('GET', '/events?wait=30');
  // On another connection: the one that waits was accepted before it.
  await tenant.call('GET', '/events');
  await stopping.close();
  const answer = await waiting;
  expect(answer).toMatchObject({ status: 200, json: { data: [], hasMore: false } });
  expect(stopping.logLines().filter((line) => line.includes('cut off'))).toEqual([]);
});
