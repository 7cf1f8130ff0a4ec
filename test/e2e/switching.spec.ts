import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually } from '../support/eventually.js';
import {
  type Answer,
  type GatewayHarness,
  type GatewayTenant,
  required,
  startGateway,
  text,
} from '../support/gateway-harness.js';
import { type ConnectedAccount } from '../support/gateway-client.js';
import { IsolationWorld } from '../support/isolation-world.js';
import { type ProviderName } from '../support/vendor-accounts.js';
import { somebody } from '../support/verified.js';

let harness: GatewayHarness;
beforeAll(async () => {
  harness = await startGateway();
});
afterAll(() => harness.close());
afterEach(() => {
  harness.gate.releaseAll();
});

interface World {
  readonly tenant: GatewayTenant;
  readonly accounts: Readonly<Record<ProviderName, ConnectedAccount>>;
}

async function connected(): Promise<World> {
  const tenant = await harness.tenant();
  const [sentinel, sardine, dentity] = await Promise.all([
    tenant.connect('sentinel'),
    tenant.connect('sardine'),
    tenant.connect('dentity'),
  ]);
  return { tenant, accounts: { sentinel, sardine, dentity } };
}

const routingOf = ({ id }: GatewayTenant, rest = ''): string =>
  `/tenants/${id}/routing${rest}?environment=test`;

function put(
  tenant: GatewayTenant,
  policy: Record<string, unknown>,
  headers?: Record<string, string>,
): ReturnType<GatewayHarness['admin']> {
  return harness.admin('PUT', routingOf(tenant), policy, headers);
}

/** A new verification's provider and how it came to be asked. */
async function routed(
  tenant: GatewayTenant,
  request: Record<string, unknown> = {},
): Promise<{ provider: unknown; routing: Record<string, unknown>; id: string }> {
  const created = required(
    await tenant.call('POST', '/verifications', { subject: somebody(), ...request }),
    201,
  );
  const id = text(created, 'id');
  const explained = required(await tenant.call('GET', `/verifications/${id}/explain`), 200);
  return {
    id,
    provider: explained['provider'],
    routing: explained['routing'] as Record<string, unknown>,
  };
}

describe('a provider', () => {
  it('shows how its verifications end, and how long that takes', async () => {
    const { tenant, accounts } = await connected();
    required(await put(tenant, { provider: 'dentity' }), 200);
    const before = await outcomes('dentity');
    for (const ending of ['approve', 'reject'] as const) {
      const who = somebody();
      const { id } = await routed(tenant, { subject: who });
      await accounts.dentity.finish(who.email, ending);
      await eventually(async () => {
        expect(required(await tenant.call('GET', `/verifications/${id}`), 200)['completedAt']).not.toBeNull();
      });
    }
    const after = await outcomes('dentity');
    expect(after.sample).toBe(before.sample + 2);
    const passed = ({ sample, passRate }: Outcomes): number => Math.round(sample * (passRate ?? 0));
    expect(passed(after)).toBe(passed(before) + 1);
    expect(after.timeToVerdict?.p50Seconds).toBeGreaterThan(0);
    expect(after.timeToVerdict?.p95Seconds).toBeGreaterThanOrEqual(
      after.timeToVerdict?.p50Seconds ?? Infinity,
    );
  });
});

interface Outcomes {
  readonly sample: number;
  readonly passRate: number | null;
  readonly timeToVerdict: { readonly p50Seconds: number; readonly p95Seconds: number } | null;
}

async function outcomes(provider: ProviderName): Promise<Outcomes> {
  const { data } = required(await harness.admin('GET', '/providers'), 200);
  const found = (data as { name: string; outcomes: Outcomes }[]).find(({ name }) => name === provider);
  if (found === undefined) throw new Error(`${provider} is not listed`);
  return found.outcomes;
}

describe('a policy', () => {
  it('sends people where its rules say, and says which', async () => {
    const { tenant } = await connected();
    const policy = {
      provider: 'sentinel',
      rules: [
        { when: { checks: ['ssn'] }, provider: 'sardine' },
        { when: { country: ['US'], metadata: { plan: 'gold' } }, provider: 'dentity' },
      ],
      note: 'social security numbers go to Sardine',
    };
    required(await put(tenant, policy), 200);
    expect(await routed(tenant)).toMatchObject({
      provider: 'sentinel',
      routing: { policyVersion: 1, reason: 'default', rule: null, skipped: [], attempts: [] },
    });
    expect(await routed(tenant, { checks: ['ssn'] })).toMatchObject({
      provider: 'sardine',
      routing: { reason: 'rule', rule: 0 },
    });
    const american = { ...somebody(), address: { country: 'US' } };
    expect(await routed(tenant, { subject: american, metadata: { plan: 'gold' } })).toMatchObject({
      provider: 'dentity',
      routing: { reason: 'rule', rule: 1 },
    });
    expect(await routed(tenant, { subject: american })).toMatchObject({ provider: 'sentinel' });
    const read = required(await harness.admin('GET', routingOf(tenant)), 200);
    expect(read).toMatchObject({ ...policy, fallback: [], callerMayChoose: false, effectiveAt: null });
    // What is read can be put back.
    required(await put(tenant, read), 200);
  });

  it('passes over whoever cannot do what is asked', async () => {
    const { tenant } = await connected();
    required(await put(tenant, { provider: 'sentinel', fallback: ['dentity', 'sardine'] }), 200);
    expect(await routed(tenant, { checks: ['ssn'] })).toMatchObject({
      provider: 'sardine',
      routing: {
        reason: 'fallback',
        skipped: [
          { provider: 'sentinel', why: 'unsupported' },
          { provider: 'dentity', why: 'unsupported' },
        ],
      },
    });
  });

  it.each([
    [
      'a provider that is not connected',
      { provider: 'sentinel', fallback: ['dentity'] },
      409,
      { code: 'provider_not_configured', provider: 'dentity' },
    ],
    [
      'a rule that sends a provider what it cannot do',
      { provider: 'sentinel', rules: [{ when: { checks: ['ssn'] }, provider: 'sentinel' }] },
      422,
      { code: 'validation_failed', errors: [{ pointer: '/rules/0/provider' }] },
    ],
    [
      'a share of more than all',
      { provider: 'sentinel', rules: [{ when: { percent: 101 }, provider: 'sentinel' }] },
      422,
      { errors: [{ pointer: '/rules/0/when/percent' }] },
    ],
    [
      'a country that is none',
      { provider: 'sentinel', rules: [{ when: { country: ['XX'] }, provider: 'sentinel' }] },
      422,
      { errors: [{ pointer: '/rules/0/when/country' }] },
    ],
    [
      'a condition that nobody knows',
      { provider: 'sentinel', rules: [{ when: { age: 18 }, provider: 'sentinel' }] },
      422,
      { errors: [{ pointer: '/rules/0/when/age' }] },
    ],
    ['no provider', { rules: [] }, 422, { errors: [{ pointer: '/provider' }] }],
  ])('is refused with %s, and nothing changes', async (_what, policy, status, problem) => {
    const tenant = await harness.tenant();
    await tenant.connect('sentinel');
    await tenant.route('sentinel');
    expect(await put(tenant, policy)).toMatchObject({ status, json: problem });
    const { data } = required(await harness.admin('GET', routingOf(tenant, '/versions')), 200);
    expect(data).toMatchObject([{ version: 1, author: expect.stringMatching(/^admin:adk_/) as unknown }]);
  });

  it('is refused where a provider that is new to it does not pass its check', async () => {
    const { tenant, accounts } = await connected();
    await tenant.route('sentinel');
    await accounts.dentity.control('POST', '/faults', {
      on: 'request',
      kind: 'status',
      status: 503,
      times: 50,
    });
    expect(await put(tenant, { provider: 'dentity' })).toMatchObject({
      status: 422,
      json: { errors: [{ pointer: '/provider' }] },
    });
    // As a way out it may be away now.
    required(await put(tenant, { provider: 'sentinel', fallback: ['dentity'] }), 200);
  });

  it('comes into force when it says', async () => {
    const { tenant } = await connected();
    await tenant.route('sentinel');
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    const later = await put(tenant, { provider: 'sardine', effectiveAt: soon });
    required(later, 200);
    expect(await routed(tenant)).toMatchObject({ provider: 'sentinel', routing: { policyVersion: 1 } });
    const read = await harness.admin('GET', routingOf(tenant));
    expect(read).toMatchObject({ status: 200, json: { provider: 'sentinel' } });
    // The newest version, so that nobody overlooks it.
    expect(read.headers.get('etag')).toBe('"2"');
    const { data } = required(await harness.admin('GET', routingOf(tenant, '/versions')), 200);
    expect(data).toMatchObject([
      { version: 2, state: 'scheduled' },
      { version: 1, state: 'in_force' },
    ]);
    required(await put(tenant, { provider: 'sardine', effectiveAt: '2026-01-01T00:00:00Z' }), 200);
    expect(await routed(tenant)).toMatchObject({ provider: 'sardine', routing: { policyVersion: 3 } });
  });

  it('goes back to an earlier version, which stays as it was', async () => {
    const { tenant } = await connected();
    required(await put(tenant, { provider: 'sentinel', note: 'to begin with' }), 200);
    required(await put(tenant, { provider: 'sardine', note: 'a trial' }), 200);
    const rollBack = (): Promise<Answer> =>
      harness.admin(
        'POST',
        routingOf(tenant, '/rollback'),
        { version: 1 },
        { 'if-match': '"2"', 'idempotency-key': 'back' },
      );
    const back = await rollBack();
    const again = await rollBack();
    expect([again.status, again.text]).toEqual([back.status, back.text]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const elsewhere = routingOf(tenant, '/rollback').replace('=test', '=live');
    const other = await harness.admin('POST', elsewhere, { version: 1 }, { 'idempotency-key': 'back' });
    expect(other.json['code']).toBe('idempotency_key_reused');
    expect(back).toMatchObject({ status: 200, json: { provider: 'sentinel', note: 'Back to version 1' } });
    expect(back.headers.get('etag')).toBe('"3"');
    expect(await routed(tenant)).toMatchObject({ provider: 'sentinel', routing: { policyVersion: 3 } });
    const page = required(await harness.admin('GET', `${routingOf(tenant, '/versions')}&limit=2`), 200);
    expect(page['data']).toMatchObject([
      { version: 3, state: 'in_force' },
      { version: 2, state: 'superseded', note: 'a trial' },
    ]);
    const cursor = text(page, 'nextCursor');
    const rest = required(
      await harness.admin('GET', `${routingOf(tenant, '/versions')}&limit=2&cursor=${cursor}`),
      200,
    );
    expect(rest).toMatchObject({ data: [{ version: 1, note: 'to begin with' }], nextCursor: null });
    for (const [version, status] of [
      [9, 404],
      [0, 422],
    ])
      expect((await harness.admin('POST', routingOf(tenant, '/rollback'), { version })).status).toBe(status);
    const stale = await harness.admin(
      'POST',
      routingOf(tenant, '/rollback'),
      { version: 2 },
      { 'if-match': '"2"' },
    );
    expect(stale.status).toBe(412);
  });

  it('lets each verification end where it began', async () => {
    const { tenant, accounts } = await connected();
    await tenant.route('sentinel');
    const who = somebody();
    const { id } = await routed(tenant, { subject: who });
    await tenant.route('dentity');
    expect(await routed(tenant)).toMatchObject({ provider: 'dentity' });
    await accounts.sentinel.finish(who.email, 'approve');
    const ended = await eventually(async () => {
      const found = required(await tenant.call('GET', `/verifications/${id}`), 200);
      expect(found['status']).toBe('verified');
      return found;
    });
    expect(ended).toMatchObject({ provider: { name: 'sentinel' } });
  });
});

describe('a preview', () => {
  const preview = (
    tenant: GatewayTenant,
    policy: Record<string, unknown>,
  ): ReturnType<GatewayHarness['admin']> =>
    harness.admin('POST', routingOf(tenant, '/preview'), { policy, days: 30 });

  it('tells who would have gone elsewhere, and whom nobody could have served', async () => {
    const { tenant } = await connected();
    const policy = { provider: 'sentinel', rules: [{ when: { checks: ['ssn'] }, provider: 'sardine' }] };
    required(await put(tenant, policy), 200);
    for (const request of [{}, { metadata: { plan: 'gold' } }, { checks: ['ssn'] }])
      await routed(tenant, request);
    expect(required(await preview(tenant, policy), 200)).toEqual({
      object: 'routing_preview',
      days: 30,
      examined: 3,
      isComplete: true,
      unreadable: 0,
      moved: 0,
      moves: [],
      unserved: [],
    });
    const gold = {
      provider: 'sentinel',
      rules: [{ when: { metadata: { plan: 'gold' } }, provider: 'dentity' }],
    };
    expect(required(await preview(tenant, gold), 200)).toMatchObject({
      moved: 1,
      moves: [{ from: 'sentinel', to: 'dentity', verifications: 1 }],
      unserved: [{ provider: 'sentinel', why: 'unsupported', verifications: 1 }],
    });
    expect(required(await preview(tenant, { ...gold, fallback: ['sardine'] }), 200)).toMatchObject({
      moved: 1,
      unserved: [],
    });
    // Nothing has changed.
    const { data } = required(await harness.admin('GET', routingOf(tenant, '/versions')), 200);
    expect(data).toHaveLength(1);
  });

  it('says what is not connected, and of whom a caller’s choice would be refused', async () => {
    const tenant = await harness.tenant();
    await tenant.connect('sentinel');
    required(await put(tenant, { provider: 'sentinel', callerMayChoose: true }), 200);
    await routed(tenant, { provider: 'sentinel' });
    await routed(tenant);
    expect(required(await preview(tenant, { provider: 'dentity' }), 200)).toMatchObject({
      examined: 2,
      moved: 0,
      unserved: expect.arrayContaining([
        expect.objectContaining({ provider: 'sentinel', why: 'choice_not_allowed', verifications: 1 }),
        expect.objectContaining({ provider: 'dentity', why: 'not_connected', verifications: 1 }),
      ]) as unknown,
    });
  });

  it('looks at more than one page of them, in one environment', async () => {
    const { tenant } = await connected();
    required(await put(tenant, { provider: 'sentinel' }), 200);
    // Beyond one read of the preview.
    await Promise.all(
      Array.from({ length: 255 }, () => tenant.call('POST', '/verifications', { subject: somebody() })),
    );
    const { examined, moved } = required(await preview(tenant, { provider: 'sardine' }), 200);
    expect({ examined, moved }).toEqual({ examined: 255, moved: 255 });
    const live = `/tenants/${tenant.id}/routing/preview?environment=live`;
    expect(
      required(await harness.admin('POST', live, { policy: { provider: 'sardine' } }), 200),
    ).toMatchObject({
      examined: 0,
    });
  });
});

describe('a guardrail', () => {
  it('puts the version before in force again where too few pass, and says so', async () => {
    const { tenant, accounts } = await connected();
    required(await put(tenant, { provider: 'sentinel' }), 200);
    // Accepted and never in force yet: nothing to go back to.
    const later = new Date(Date.now() + 3_600_000).toISOString();
    required(await put(tenant, { provider: 'sardine', effectiveAt: later }), 200);
    required(await put(tenant, { provider: 'sardine' }), 200);
    const guardrail = { passRate: 0.8, minimumSample: 3 };
    const guarded = required(await put(tenant, { provider: 'dentity', guardrail }), 200);
    expect(guarded).toMatchObject({ guardrail: { ...guardrail, errorRate: null } });
    // In force before, but nobody can be sent there any more.
    const sardine = `/tenants/${tenant.id}/connections/sardine?environment=test`;
    expect((await harness.admin('DELETE', sardine)).status).toBe(204);
    for (let n = 0; n < 3; n += 1) {
      const who = somebody();
      const { id } = await routed(tenant, { subject: who });
      await accounts.dentity.finish(who.phone, 'reject');
      await eventually(async () => {
        expect(required(await tenant.call('GET', `/verifications/${id}`), 200)['status']).toBe('rejected');
      });
    }
    const lookNow = {
      name: 'test_look_now',
      text: 'UPDATE routing_policies SET due_at = now() WHERE due_at IS NOT NULL',
    };
    const versions = await eventually(async () => {
      // It looks every 15 seconds; the test does not wait for it.
      await harness.database.across.query(lookNow);
      const { data } = required(await harness.admin('GET', routingOf(tenant, '/versions')), 200);
      expect(data).toHaveLength(5);
      return data;
    });
    expect(versions).toMatchObject([
      {
        version: 5,
        state: 'in_force',
        author: 'system:guardrail',
        policy: { provider: 'sentinel' },
        note: 'Guardrail of version 4: pass_rate is 0.000, its limit 0.8',
      },
      { version: 4, state: 'superseded' },
      { version: 3, state: 'superseded' },
      { version: 2, state: 'superseded' },
      { version: 1, state: 'superseded' },
    ]);
    expect(await routed(tenant)).toMatchObject({ provider: 'sentinel', routing: { policyVersion: 5 } });
    const entries = await harness.database.across.query<{ data: unknown }>({
      name: 'test_rolled_back',
      text: "SELECT data FROM ledger_entries WHERE kind = 'routing.rolled_back'",
    });
    expect(entries).toMatchObject([
      { data: { of: 'pass_rate', is: 0, limit: 0.8, sample: 3, policyVersion: 4, backTo: 1 } },
    ]);
    await eventually(async () => {
      const feed = required(await tenant.call('GET', '/events?type=routing.rolled_back'), 200);
      expect(feed['data']).toMatchObject([
        {
          type: 'routing.rolled_back',
          data: {
            environment: 'test',
            policyVersion: 4,
            backTo: 1,
            breach: 'pass_rate',
            is: 0,
            limit: 0.8,
            sample: 3,
          },
        },
      ]);
    });
  });
});

describe('two persons', () => {
  async function proposed(): Promise<{ tenant: GatewayTenant; second: string }> {
    const { tenant } = await connected();
    await tenant.route('sentinel');
    required(await harness.admin('PATCH', `/tenants/${tenant.id}`, { twoPersonApproval: true }), 200);
    const proposal = required(await put(tenant, { provider: 'dentity', note: 'cheaper' }), 202);
    expect(proposal).toMatchObject({ version: 2, state: 'proposed', policy: { provider: 'dentity' } });
    return { tenant, second: (await new IsolationWorld(harness).adminKey('approver')).key };
  }
  const decide = (
    tenant: GatewayTenant,
    key: string,
    decision: 'approve' | 'reject',
    version = 2,
  ): ReturnType<IsolationWorld['call']> =>
    new IsolationWorld(harness).call(
      key,
      'POST',
      `/admin/v1${routingOf(tenant, `/versions/${version}/${decision}`)}`,
    );

  it('put a policy in force: one proposes and another approves', async () => {
    const { tenant, second } = await proposed();
    expect(await routed(tenant)).toMatchObject({ provider: 'sentinel' });
    expect(await decide(tenant, harness.adminKey, 'approve')).toMatchObject({
      status: 409,
      json: { code: 'conflict' },
    });
    expect(required(await decide(tenant, second, 'approve'), 200)).toMatchObject({
      version: 2,
      state: 'in_force',
    });
    expect(await routed(tenant)).toMatchObject({ provider: 'dentity', routing: { policyVersion: 2 } });
    expect((await decide(tenant, second, 'approve')).status).toBe(409);
  });

  it('turn a proposal down, and it stays to be seen', async () => {
    const { tenant, second } = await proposed();
    expect(required(await decide(tenant, second, 'reject'), 200)).toMatchObject({ state: 'rejected' });
    expect((await decide(tenant, second, 'approve')).status).toBe(409);
    expect(await routed(tenant)).toMatchObject({ provider: 'sentinel' });
    const { data } = required(await harness.admin('GET', routingOf(tenant, '/versions')), 200);
    expect(data).toMatchObject([
      { version: 2, state: 'rejected' },
      { version: 1, state: 'in_force' },
    ]);
    // What never was in force is nothing to go back to.
    expect((await harness.admin('POST', routingOf(tenant, '/rollback'), { version: 2 })).status).toBe(409);
  });

  it('decide only what was proposed on top of what is accepted', async () => {
    const { tenant, second } = await proposed();
    required(await put(tenant, { provider: 'sardine' }), 202);
    required(await decide(tenant, second, 'approve', 3), 200);
    expect((await decide(tenant, second, 'approve', 2)).status).toBe(412);
    for (const version of [4, 0]) expect((await decide(tenant, second, 'approve', version)).status).toBe(404);
  });
});

describe('a provider that fails', () => {
  const dead = (account: ConnectedAccount, fault: Record<string, unknown>, times = 500): Promise<unknown> =>
    account.control('POST', '/faults', { on: 'request', ...fault, times });

  it.each([
    ['with an error', { kind: 'status', status: 503 }],
    ['by breaking off', { kind: 'reset' }],
    ['with a page', { kind: 'html', status: 200 }],
    ['for our credentials', { kind: 'credentials' }],
  ])('%s is left for the next, which is said and in the ledger', async (_what, fault) => {
    const { tenant, accounts } = await connected();
    required(await put(tenant, { provider: 'sentinel', fallback: ['sardine', 'dentity'] }), 200);
    await dead(accounts.sentinel, fault);
    const { provider, routing, id } = await routed(tenant);
    expect({ provider, routing }).toMatchObject({
      provider: 'sardine',
      routing: { policyVersion: 1, reason: 'fallback', attempts: [{ provider: 'sentinel' }] },
    });
    const { data } = required(await tenant.call('GET', `/verifications/${id}/events`), 200);
    expect(data).toContainEqual(
      expect.objectContaining({
        type: 'verification.rerouted',
        data: expect.objectContaining({
          provider: 'sardine',
          failedProvider: 'sentinel',
          effect: 'none',
        }) as unknown,
      }),
    );
  });

  it('where it may have reached the person is not left: nobody is asked twice', async () => {
    const { tenant, accounts } = await connected();
    required(await put(tenant, { provider: 'dentity', fallback: ['sentinel'] }), 200);
    await dead(accounts.dentity, { kind: 'lost-answer' }, 1);
    const answer = await tenant.call('POST', '/verifications', { subject: somebody() });
    expect(answer).toMatchObject({ status: 503, json: { provider: 'dentity' } });
    const id = String(answer.json['verificationId']);
    const explained = required(await tenant.call('GET', `/verifications/${id}/explain`), 200);
    expect(explained).toMatchObject({ provider: 'dentity', routing: { attempts: [] } });
  });

  it('for what the person is to blame for is not left, and its breaker stays closed', async () => {
    const { tenant, accounts } = await connected();
    required(await put(tenant, { provider: 'sentinel', fallback: ['sardine'] }), 200);
    const refused = { kind: 'status', status: 422, body: '{"message":"Validation error"}' };
    await dead(accounts.sentinel, refused, 12);
    for (let n = 0; n < 12; n += 1) {
      const answer = await tenant.call('POST', '/verifications', { subject: somebody() });
      expect(answer).toMatchObject({ status: 422, json: { provider: 'sentinel' } });
    }
    expect(await routed(tenant)).toMatchObject({ provider: 'sentinel', routing: { reason: 'default' } });
  });

  it('at its images only still gets people', async () => {
    const { tenant, accounts } = await connected();
    required(await put(tenant, { provider: 'sentinel', fallback: ['sardine'] }), 200);
    const who = somebody();
    const { id } = await routed(tenant, { subject: who });
    await accounts.sentinel.finish(who.email, 'approve');
    await eventually(async () => {
      expect(required(await tenant.call('GET', `/verifications/${id}`), 200)['status']).toBe('verified');
    });
    const images = { kind: 'html', status: 200, path: '/customers/status/' };
    await dead(accounts.sentinel, images);
    for (let n = 0; n < 8; n += 1) {
      expect((await tenant.call('GET', `/verifications/${id}/images`)).status).toBe(502);
    }
    expect(await routed(tenant)).toMatchObject({ provider: 'sentinel', routing: { reason: 'default' } });
  });

  it('again and again is not even asked', async () => {
    const { tenant, accounts } = await connected();
    required(await put(tenant, { provider: 'sentinel', fallback: ['sardine'] }), 200);
    await dead(accounts.sentinel, { kind: 'status', status: 503 });
    await Promise.all(Array.from({ length: 8 }, () => routed(tenant)));
    expect(await routed(tenant)).toMatchObject({
      provider: 'sardine',
      routing: { reason: 'fallback', skipped: [{ provider: 'sentinel', why: 'unhealthy' }], attempts: [] },
    });
    const { data } = required(await harness.admin('GET', '/providers'), 200);
    const { health } = (data as { name: string; health: Record<string, unknown> }[]).find(
      ({ name }) => name === 'sentinel',
    ) ?? { health: {} };
    const connection = `/tenants/${tenant.id}/connections/sentinel?environment=test`;
    expect(required(await harness.admin('GET', connection), 200)['health']).toMatchObject({
      breaker: 'open',
      lastFault: 'unavailable',
    });
    expect(health).toMatchObject({
      openConnections: 1,
      faults: { unavailable: expect.any(Number) as unknown },
    });
  });

  it('that says to come back at once is given a second', async () => {
    const { tenant, accounts } = await connected();
    required(await put(tenant, { provider: 'sentinel' }), 200);
    await dead(accounts.sentinel, { kind: 'rate-limit', retryAfterSeconds: 0 });
    const answer = await tenant.call('POST', '/verifications', { subject: somebody() });
    expect(answer).toMatchObject({
      status: 503,
      json: { code: 'provider_unavailable', provider: 'sentinel' },
    });
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  it('with nobody else to ask is said at once, with a time to come back', async () => {
    const { tenant, accounts } = await connected();
    required(await put(tenant, { provider: 'sentinel' }), 200);
    await dead(accounts.sentinel, { kind: 'reset' });
    const create = (): ReturnType<GatewayTenant['call']> =>
      tenant.call('POST', '/verifications', { subject: somebody() });
    await Promise.all(Array.from({ length: 8 }, create));
    const answer = await create();
    expect(answer).toMatchObject({
      status: 503,
      json: { code: 'provider_unavailable', provider: 'sentinel' },
    });
    // Nothing was recorded: nobody was asked.
    expect(answer.json['verificationId']).toBeUndefined();
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    // It is the vendor's failure, so nobody of ours is called to it.
    const lines = harness.logLines().filter((line) => line.includes('"code":"provider_unavailable"'));
    expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
    const refusals = lines.filter((line) =>
      line.includes('a request was refused because its provider is failing'),
    );
    expect(refusals.map((line) => (JSON.parse(line) as { provider: unknown }).provider)).toContain(
      'sentinel',
    );
  });
});
