import { randomUUID } from 'node:crypto';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { fromTypeId } from '@gatehouse/platform';

import { eventually, present } from '../support/eventually.js';
import {
  type Answer,
  type ConnectedAccount,
  type GatewayClient,
  type GatewayTenant,
  required,
  text,
} from '../support/gateway-client.js';
import { openProcessWorld, type ProcessWorld } from '../support/process-world.js';
import { expectSoundHistory } from '../support/history.js';
import { type CreateRequest, createRequest, personAt } from '../support/people.js';
import { lockRow } from '../support/row-lock.js';
import { PROVIDER_NAMES, type ProviderName } from '../support/vendor-accounts.js';
import { answersOf, countAt } from '../support/vendor-journal.js';
import { type VendorGate } from '../support/vendor-gate.js';

/*
 * The gateway is killed (SIGKILL) at points that matter, and started again on the same database. To be at a point for sure, the test
 * holds what the gateway waits for next: its call to the vendor at the gate, or its next row in the database.
 */

let world: ProcessWorld;
let pool: ProcessWorld['pool'];
let gate: VendorGate;
let client: GatewayClient;

beforeAll(async () => {
  world = await openProcessWorld();
  ({ pool, client } = world);
  gate = present(world.gate, 'gate');
});
afterAll(() => world.close());

beforeEach(async () => {
  await world.start();
});
afterEach(() => {
  gate.releaseAll();
  expect(world.gateway?.stderr()).toBe('');
});

interface Row {
  readonly id: string;
  readonly start_state: string;
  readonly status: string;
  readonly is_leased: boolean;
}

class Story {
  readonly key = randomUUID();
  readonly request: CreateRequest = createRequest();

  constructor(
    readonly provider: ProviderName,
    readonly tenant: GatewayTenant,
    readonly account: ConnectedAccount,
  ) {}

  create(): Promise<Answer> {
    return this.tenant.call('POST', '/verifications', this.request, { 'idempotency-key': this.key });
  }

  /** A create whose answer nobody gets: resolves with what the caller sees of it. */
  createInVain(): Promise<'hung up' | Answer> {
    return this.create().catch(() => 'hung up' as const);
  }

  get(id: string): Promise<Answer> {
    return this.tenant.call('GET', `/verifications/${id}`);
  }

  /** The one verification of this tenant. */
  async row(): Promise<Row> {
    const { rows } = await pool.query<Row>(
      `SELECT id, start_state, status, due_at > now() + interval '10 seconds' AS is_leased
         FROM verifications WHERE tenant_id = $1`,
      [fromTypeId('tnt', this.tenant.id)],
    );
    expect(rows).toHaveLength(1);
    return present(rows[0], 'verification');
  }

  async isVerified(id: string): Promise<void> {
    await eventually(async () => {
      expect(required(await this.get(id), 200)['status']).toBe('verified');
    });
  }

  async pass(): Promise<void> {
    await this.account.finish(personAt(this.provider, this.request), 'approve');
  }
}

/** A tenant of its own at a vendor that says nothing by itself. */
async function begin(provider: ProviderName): Promise<Story> {
  const tenant = await client.tenant();
  const account = await tenant.connect(provider, provider === 'dentity' ? { deliveryEvents: false } : {});
  await tenant.route(provider);
  return new Story(provider, tenant, account);
}

async function started(provider: ProviderName): Promise<{ story: Story; id: string; rowId: string }> {
  const story = await begin(provider);
  const id = text(required(await story.create(), 201), 'id');
  return { story, id, rowId: (await story.row()).id };
}

/** What time would do: the worker's lease on the row is over. */
async function leaseOfRowEnds(id: string): Promise<void> {
  await pool.query('UPDATE verifications SET due_at = now() WHERE id = $1', [id]);
}
/** Before this very moment, which the gateway, who goes by what the database told it last, may not have come to. */
async function leaseOfKeyEnds(tenant: GatewayTenant): Promise<void> {
  await pool.query(
    `UPDATE idempotency_keys SET locked_until = now() - interval '1 second' WHERE tenant_id = $1`,
    [fromTypeId('tnt', tenant.id)],
  );
}

/** The call that ends a start. */
const LAST_CALL: Record<ProviderName, string> = {
  sentinel: '/clients/encrypt/url',
  sardine: '/identity/consents/widget',
  dentity: '/verification',
};
const READ_CALL: Record<ProviderName, string> = {
  sentinel: '/customers/statusWithoutImages/clientAuth',
  sardine: '/identity/entities/',
  dentity: '/status',
};

/** Kills the gateway when the vendor has answered and nothing of it is committed; returns the row as it was left. */
async function crashBeforeCommit(story: Story): Promise<Row> {
  const hold = story.account.hold(LAST_CALL[story.provider]);
  const answer = story.createInVain();
  await eventually(() => {
    expect(hold.waiting()).toBe(1);
  });
  const row = await story.row();
  expect(row.start_state).toBe('starting');
  const lock = await lockRow(pool, 'SELECT id FROM verifications WHERE id = $1', [row.id]);
  hold.release();
  await lock.isWaitedFor();
  await eventually(async () => {
    expect(await answersOf(story.account, LAST_CALL[story.provider])).toEqual([200]);
  });
  await world.crash();
  await lock.endWithWaiter();
  expect(await answer).toBe('hung up');
  expect((await story.row()).start_state).toBe('starting');
  return row;
}

/** The caller's retry, first while the key is still taken, then when its lease is over: carried out once, then replayed. */
async function retry(story: Story): Promise<Answer> {
  const early = await story.create();
  expect(required(early, 409)['code']).toBe('idempotency_in_progress');
  expect(Number(early.headers.get('retry-after'))).toBeGreaterThan(0);

  await leaseOfKeyEnds(story.tenant);
  const retried = await story.create();
  required(retried, 201);
  expect(retried.headers.get('idempotent-replayed')).toBeNull();
  const replayed = await story.create();
  expect(replayed.headers.get('idempotent-replayed')).toBe('true');
  expect([replayed.status, replayed.text]).toEqual([201, retried.text]);
  return retried;
}

async function expectUsableLink(verification: Record<string, unknown>): Promise<void> {
  const { url } = verification['action'] as { url: string };
  const page = await fetch(url);
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<form')]);
}

describe('killed between the provider’s answer and our commit', () => {
  it.each(['sentinel', 'sardine'] as const)('a start at %s is found again and finished', async (provider) => {
    const story = await begin(provider);
    const row = await crashBeforeCommit(story);

    await world.start();
    await leaseOfRowEnds(row.id);
    await eventually(async () => {
      expect((await story.row()).start_state).toBe('started');
    });
    const retried = await retry(story);

    expect((await story.row()).id).toBe(fromTypeId('ver', text(retried.json, 'id')));
    expect(retried.json).toMatchObject({ status: 'requires_input', reasonCodes: ['awaiting_user'] });
    await expectUsableLink(retried.json);
    expect(await answersOf(story.account, '/identity/entities')).toEqual(provider === 'sardine' ? [201] : []);
    if (provider === 'sardine') expect(await countAt(story.account)).toBe(1);

    await story.pass();
    if (provider === 'sardine')
      await story.tenant.call('POST', `/verifications/${text(retried.json, 'id')}/refresh`);
    await story.isVerified(text(retried.json, 'id'));
    expect(await expectSoundHistory(pool, row.id)).toContain('verified');
  });

  it('a start at Dentity is not repeated, and the webhook brings it back', async () => {
    const story = await begin('dentity');
    const row = await crashBeforeCommit(story);

    await world.start();
    await leaseOfRowEnds(row.id);
    await eventually(async () => {
      expect(await story.row()).toMatchObject({ start_state: 'unknown', status: 'error' });
    });
    const retried = await retry(story);

    const id = text(retried.json, 'id');
    expect(fromTypeId('ver', id)).toBe(row.id);
    expect(retried.json).toMatchObject({ status: 'error', reasonCodes: ['provider_unavailable'] });
    expect(await countAt(story.account)).toBe(1);

    await story.pass();
    await story.isVerified(id);
    expect(await answersOf(story.account, '/verification')).toEqual([200]);
    expect(await countAt(story.account)).toBe(1);
    const statuses = await expectSoundHistory(pool, row.id);
    expect(statuses.slice(0, 2)).toEqual(['requires_input', 'error']);
    expect(statuses.at(-1)).toBe('verified');
  });

  it('the caller’s own retry finishes it before any worker does', async () => {
    const story = await begin('sardine');
    const row = await crashBeforeCommit(story);

    await world.start();
    const retried = await retry(story);

    expect(fromTypeId('ver', text(retried.json, 'id'))).toBe(row.id);
    await expectUsableLink(retried.json);
    expect((await story.row()).start_state).toBe('started');
    expect(await countAt(story.account)).toBe(1);
    await expectSoundHistory(pool, row.id);
  });
});

it('killed before the provider was reached, a start that cannot be repeated says that its outcome is unknown', async () => {
  const story = await begin('dentity');
  const hold = story.account.hold(LAST_CALL.dentity);
  const answer = story.createInVain();
  await eventually(() => {
    expect(hold.waiting()).toBe(1);
  });
  const row = await story.row();
  await world.crash();
  await eventually(() => {
    expect(hold.waiting()).toBe(0);
  });
  hold.release();
  expect(await answer).toBe('hung up');

  await world.start();
  await leaseOfRowEnds(row.id);
  await eventually(async () => {
    expect(await story.row()).toMatchObject({ start_state: 'unknown', status: 'error' });
  });
  expect((await retry(story)).json).toMatchObject({ status: 'error', reasonCodes: ['provider_unavailable'] });
  expect(await countAt(story.account)).toBe(0);
  await expectSoundHistory(pool, row.id);
});

it.each(['sentinel', 'dentity'] as const)(
  'killed between the storing and the applying of a webhook of %s, it is applied once',
  async (provider) => {
    const { story, id, rowId } = await started(provider);
    const lock = await lockRow(pool, 'SELECT id FROM verifications WHERE id = $1', [rowId]);
    await story.pass();
    await lock.isWaitedFor();
    const sent = await eventually(async () => {
      const { data } = (await story.account.control('GET', '/webhooks')) as {
        data: { state: string; responseStatus: number | null }[];
      };
      expect(data.map((webhook) => webhook.responseStatus)).toEqual(data.map(() => 200));
      return data.length;
    });
    await world.crash();
    await lock.endWithWaiter();
    expect(await story.row()).toMatchObject({ status: 'requires_input' });
    await pool.query('UPDATE signals SET due_at = now() WHERE verification_id = $1 AND due_at IS NOT NULL', [
      rowId,
    ]);

    await world.start();
    await story.isVerified(id);

    const statuses = await expectSoundHistory(pool, rowId);
    expect(statuses.filter((status) => status === 'verified')).toHaveLength(1);
    const signals = await pool.query<{ state: string }>(
      'SELECT state FROM signals WHERE verification_id = $1',
      [rowId],
    );
    expect(sent).toBeGreaterThan(0);
    expect(signals.rows).toHaveLength(sent);
    expect(signals.rows).toContainEqual({ state: 'applied' });
  },
);

it.each(PROVIDER_NAMES)('killed during a scheduled read of %s, it is read again', async (provider) => {
  const { story, id, rowId } = await started(provider);
  // Sardine has no webhooks to lose.
  if (provider !== 'sardine') {
    await story.account.control('POST', '/faults', { on: 'webhook', kind: 'lost', times: 10 });
  }
  await story.pass();
  const hold = story.account.hold(READ_CALL[provider]);
  await leaseOfRowEnds(rowId);
  await eventually(() => {
    expect(hold.waiting()).toBe(1);
  });
  await world.crash();
  await eventually(() => {
    expect(hold.waiting()).toBe(0);
  });
  hold.release();
  expect(await story.row()).toMatchObject({ status: 'requires_input', is_leased: true });

  await world.start();
  await leaseOfRowEnds(rowId);
  await story.isVerified(id);
  const statuses = await expectSoundHistory(pool, rowId);
  expect(statuses.filter((status) => status === 'verified')).toHaveLength(1);
});
