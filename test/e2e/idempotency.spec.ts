import { randomUUID } from 'node:crypto';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { eventually } from '../support/eventually.js';
import { type ConnectedAccount } from '../support/gateway-client.js';
import {
  type Answer,
  type GatewayHarness,
  type GatewayTenant,
  required,
  startGateway,
  text,
} from '../support/gateway-harness.js';
import { type CreateRequest, createRequest, personAt } from '../support/people.js';
import { rawRequest } from '../support/raw-http.js';
import { vendorAccount } from '../support/vendor-accounts.js';
import { answersOf, countAt } from '../support/vendor-journal.js';

let harness: GatewayHarness;
beforeAll(async () => {
  harness = await startGateway(
    {},
    { rateLimits: { requestsPerKey: 100_000, failuresPerAddress: 1_000, windowSeconds: 60 } },
  );
});
afterAll(() => harness.close());
afterEach(() => {
  harness.gate.releaseAll();
});

/** Dentity's create is the call that must not be made twice: each is a text message to somebody. */
const CREATE = '/verification';

interface Parties {
  readonly tenant: GatewayTenant;
  readonly account: ConnectedAccount;
}

async function atDentity(): Promise<Parties> {
  const tenant = await harness.tenant();
  const account = await tenant.connect('dentity', { deliveryEvents: false });
  await tenant.route('dentity');
  return { tenant, account };
}

async function atSentinel(): Promise<Parties> {
  const tenant = await harness.tenant();
  const account = await tenant.connect('sentinel');
  await tenant.route('sentinel');
  return { tenant, account };
}

function create(tenant: GatewayTenant, request: unknown, key: string): Promise<Answer> {
  return tenant.call('POST', '/verifications', request, { 'idempotency-key': key });
}

function isReplay(answer: Answer): boolean {
  return answer.headers.get('idempotent-replayed') === 'true';
}

function expectReplay(answer: Answer, of: Answer): void {
  expect([answer.status, answer.text]).toEqual([of.status, of.text]);
  expect(answer.headers.get('content-type')).toBe(of.headers.get('content-type'));
  expect([isReplay(of), isReplay(answer)]).toEqual([false, true]);
}

function codeOf(answer: Answer): unknown {
  return answer.json['code'];
}

describe('the same key', () => {
  it('with the same body gets the same status and bytes, and the vendor is called once', async () => {
    const { tenant, account } = await atDentity();
    const [request, key] = [createRequest(), randomUUID()];
    const first = await create(tenant, request, key);
    required(first, 201);

    expectReplay(await create(tenant, request, key), first);
    // Also when the record has moved on.
    await account.finish(personAt('dentity', request), 'approve');
    const id = text(first.json, 'id');
    required(await tenant.call('POST', `/verifications/${id}/refresh`), 200);
    expectReplay(await create(tenant, request, key), first);
    expect(await answersOf(account, CREATE)).toEqual([200]);
  });

  it('with another body is refused, and the first outcome stays', async () => {
    const { tenant, account } = await atDentity();
    const [request, key] = [createRequest(), randomUUID()];
    const first = await create(tenant, request, key);
    required(first, 201);

    const reused = await create(tenant, { ...request, reference: 'another' }, key);
    expect([reused.status, codeOf(reused), isReplay(reused)]).toEqual([422, 'idempotency_key_reused', false]);
    expectReplay(await create(tenant, request, key), first);
    expect(await countAt(account)).toBe(1);
  });

  it('is one key bare and in quotes', async () => {
    const { tenant, account } = await atDentity();
    const request = createRequest();
    const bare = await create(tenant, request, 'order 66');
    required(bare, 201);
    expectReplay(await create(tenant, request, '"order 66"'), bare);

    const quoted = await create(tenant, request, String.raw`"a \"word\" and \\"`);
    required(quoted, 201);
    expectReplay(await create(tenant, request, String.raw`"a \"word\" and \\"`), quoted);
    expectReplay(await create(tenant, request, String.raw`a "word" and ${'\\'}`), quoted);
    expect(await countAt(account)).toBe(2);
  });

  it('twenty times at once carries the request out once', async () => {
    const { tenant, account } = await atDentity();
    const [request, key] = [createRequest(), randomUUID()];
    const hold = account.hold(CREATE);
    const answers: Answer[] = [];
    const all = Array.from({ length: 20 }, async () => {
      answers.push(await create(tenant, request, key));
    });
    // All but the one that is at the vendor.
    await eventually(() => {
      expect([answers.length, hold.waiting()]).toEqual([19, 1]);
    });
    expect(answers.map((answer) => [answer.status, codeOf(answer)])).toEqual(
      answers.map(() => [409, 'idempotency_in_progress']),
    );
    for (const { headers } of answers) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    hold.release();
    await Promise.all(all);

    const first = answers[19] ?? fail('no answer');
    required(first, 201);
    expectReplay(await create(tenant, request, key), first);
    expect(await answersOf(account, CREATE)).toEqual([200]);
    expect(await listed(tenant)).toHaveLength(1);
  });
});

it('another key makes another verification', async () => {
  const { tenant, account } = await atDentity();
  const request = createRequest();
  const ids = [await create(tenant, request, 'one'), await create(tenant, request, 'two')].map((answer) =>
    text(required(answer, 201), 'id'),
  );
  expect(new Set(ids).size).toBe(2);
  expect(await countAt(account)).toBe(2);
});

describe('a key of another call of a verification', () => {
  const calls = [
    { name: 'refresh', vendorCall: '/customers/statusWithoutImages/clientAuth', more: 1 },
    { name: 'link', vendorCall: '/clients/encrypt/url', more: 1 },
    { name: 'cancel', vendorCall: '/clients/encrypt/url', more: 0 },
  ];
  it.each(calls)('$name: same status and bytes, carried out once', async ({ name, vendorCall, more }) => {
    const { tenant, account } = await atSentinel();
    const id = text(required(await tenant.call('POST', '/verifications', createRequest()), 201), 'id');
    const before = (await answersOf(account, vendorCall)).length;
    const call = (): Promise<Answer> =>
      tenant.call('POST', `/verifications/${id}/${name}`, undefined, { 'idempotency-key': 'once' });
    const first = await call();
    required(first, 200);
    // What the record would answer now differs from what it answered then.
    if (name !== 'cancel') required(await tenant.call('POST', `/verifications/${id}/cancel`), 200);
    expectReplay(await call(), first);
    expect(await answersOf(account, vendorCall)).toHaveLength(before + more);
  });

  it('is not the key of the same call of another verification', async () => {
    const { tenant } = await atSentinel();
    const cancel = async (): Promise<Answer> => {
      const id = text(required(await tenant.call('POST', '/verifications', createRequest()), 201), 'id');
      return tenant.call('POST', `/verifications/${id}/cancel`, undefined, { 'idempotency-key': 'once' });
    };
    required(await cancel(), 200);
    expect(codeOf(await cancel())).toBe('idempotency_key_reused');
  });
});

describe('the same key elsewhere is another key:', () => {
  it('of another tenant', async () => {
    const [one, other] = [await atDentity(), await atDentity()];
    const request = createRequest();
    const ids = [await create(one.tenant, request, 'same'), await create(other.tenant, request, 'same')].map(
      (answer) => text(required(answer, 201), 'id'),
    );
    expect(new Set(ids).size).toBe(2);
    expect([await countAt(one.account), await countAt(other.account)]).toEqual([1, 1]);
  });

  it('in the other environment', async () => {
    const { tenant } = await atDentity();
    const live = await liveKey(tenant);
    const request = createRequest();
    const inTest = required(await create(tenant, request, 'same'), 201);
    const inLive = required(
      await harness.fetch('/v1/verifications', {
        method: 'POST',
        headers: {
          authorization: `Bearer ${live}`,
          'content-type': 'application/json',
          'idempotency-key': 'same',
        },
        body: JSON.stringify(request),
      }),
      201,
    );
    expect([inTest['environment'], inLive['environment']]).toEqual(['test', 'live']);
    expect(inLive['id']).not.toBe(inTest['id']);
  });

  it('of another route', async () => {
    const { tenant } = await atSentinel();
    const created = await create(tenant, createRequest(), 'same');
    const id = text(required(created, 201), 'id');
    for (const name of ['refresh', 'link', 'cancel']) {
      const answer = await tenant.call('POST', `/verifications/${id}/${name}`, undefined, {
        'idempotency-key': 'same',
      });
      required(answer, 200);
      expect(isReplay(answer)).toBe(false);
    }
  });

  it('but with another API key of the same tenant it is the same', async () => {
    const { tenant, account } = await atDentity();
    const second = text(
      required(
        await harness.admin('POST', `/tenants/${tenant.id}/api-keys`, {
          name: 'another backend',
          environment: 'test',
          scopes: ['verifications:write'],
        }),
        201,
      ),
      'key',
    );
    const request = createRequest();
    const first = await create(tenant, request, 'same');
    const again = await harness.fetch('/v1/verifications', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${second}`,
        'content-type': 'application/json',
        'idempotency-key': 'same',
      },
      body: JSON.stringify(request),
    });
    expectReplay(again, first);
    expect(await countAt(account)).toBe(1);
  });
});

describe('an outcome before any work leaves the key free:', () => {
  /** The key then serves for a request that is right. */
  async function expectFree({ tenant, account }: Parties, key: string): Promise<void> {
    expect(await countAt(account)).toBe(0);
    const answer = await create(tenant, createRequest(), key);
    required(answer, 201);
    expect(isReplay(answer)).toBe(false);
    expect(await countAt(account)).toBe(1);
  }

  const wrong: Record<string, { change: (request: CreateRequest) => unknown; status: number; code: string }> =
    {
      'an unknown member': {
        change: (request) => ({ ...request, surprise: 1 }),
        status: 422,
        code: 'validation_failed',
      },
      'no way to reach the person': {
        change: (request) => ({ ...request, subject: { firstName: 'Ana' } }),
        status: 422,
        code: 'validation_failed',
      },
      'no contact that this provider knows': {
        change: (request) => ({ ...request, subject: { email: request.subject.email } }),
        status: 422,
        code: 'validation_failed',
      },
      'what the provider cannot do': {
        change: (request) => ({ ...request, checks: ['ssn'] }),
        status: 409,
        code: 'capability_unsupported',
      },
    };
  it.each(Object.keys(wrong))('%s', async (name) => {
    const { change, status, code } = wrong[name] ?? fail(name);
    const parties = await atDentity();
    const refused = await create(parties.tenant, change(createRequest()), 'mine');
    expect([refused.status, codeOf(refused)]).toEqual([status, code]);
    await expectFree(parties, 'mine');
  });

  it('a body that is not JSON', async () => {
    const parties = await atDentity();
    const refused = await harness.fetch('/v1/verifications', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${parties.tenant.key}`,
        'content-type': 'application/json',
        'idempotency-key': 'mine',
      },
      body: '{"subject":',
    });
    expect([refused.status, codeOf(refused)]).toEqual([400, 'malformed_json']);
    await expectFree(parties, 'mine');
  });

  it('a provider that is not connected yet', async () => {
    const tenant = await harness.tenant();
    const request = createRequest();
    expect(codeOf(await create(tenant, request, 'mine'))).toBe('provider_not_configured');
    const account = await tenant.connect('dentity', { deliveryEvents: false });
    await tenant.route('dentity');
    required(await create(tenant, request, 'mine'), 201);
    expect(await countAt(account)).toBe(1);
  });

  it('a key that is not in force, and one without the scope', async () => {
    const parties = await atDentity();
    const reader = text(
      required(
        await harness.admin('POST', `/tenants/${parties.tenant.id}/api-keys`, {
          name: 'reader',
          environment: 'test',
          scopes: ['verifications:read'],
        }),
        201,
      ),
      'key',
    );
    const statuses: number[] = [];
    for (const key of [`${parties.tenant.key}x`, reader]) {
      const answer = await harness.fetch('/v1/verifications', {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'idempotency-key': 'mine',
        },
        body: JSON.stringify(createRequest()),
      });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([401, 403]);
    await expectFree(parties, 'mine');
  });

  it('a verification that cannot make the move', async () => {
    const { tenant, account } = await atSentinel();
    const request = createRequest();
    const id = text(required(await tenant.call('POST', '/verifications', request), 201), 'id');
    await account.finish(personAt('sentinel', request), 'approve');
    required(await tenant.call('POST', `/verifications/${id}/refresh`), 200);
    const cancel = (): Promise<Answer> =>
      tenant.call('POST', `/verifications/${id}/cancel`, undefined, { 'idempotency-key': 'mine' });
    const refused = [await cancel(), await cancel()];
    expect(refused.map((answer) => [answer.status, codeOf(answer), isReplay(answer)])).toEqual([
      [409, 'invalid_transition', false],
      [409, 'invalid_transition', false],
    ]);
  });
});

it('a request beyond the rate limit leaves the key free', async () => {
  const limited = await startGateway(
    {},
    { rateLimits: { requestsPerKey: 6, failuresPerAddress: 100, windowSeconds: 1 } },
  );
  try {
    const tenant = await limited.tenant();
    const account = await tenant.connect('dentity', { deliveryEvents: false });
    await tenant.route('dentity');
    const refused = await eventually(async () => {
      const keys = Array.from({ length: 12 }, () => randomUUID());
      const answers = await Promise.all(keys.map((key) => create(tenant, createRequest(), key)));
      const index = answers.findIndex((answer) => answer.status === 429);
      const key = keys[index] ?? fail('all of them were in time');
      expect(codeOf(answers[index] ?? fail(key))).toBe('rate_limited');
      return key;
    });
    const before = await countAt(account);
    const answer = await eventually(async () => {
      const answer = await create(tenant, createRequest(), refused);
      expect(answer.status).toBe(201);
      return answer;
    });
    expect(isReplay(answer)).toBe(false);
    expect(await countAt(account)).toBe(before + 1);
  } finally {
    await limited.close();
  }
});

describe('a vendor’s failure after work began is an outcome:', () => {
  it('refused without effect', async () => {
    const { tenant, account } = await atSentinel();
    const [request, key] = [createRequest(), randomUUID()];
    await account.control('POST', '/faults', { on: 'request', kind: 'status', status: 503, times: 100 });
    const first = await create(tenant, request, key);
    expect([first.status, codeOf(first)]).toEqual([503, 'provider_unavailable']);
    const calls = await answersOf(account, '/clients/encrypt/url');
    await account.control('DELETE', '/faults');

    expectReplay(await create(tenant, request, key), first);
    expect(await answersOf(account, '/clients/encrypt/url')).toEqual(calls);
    expect(await listed(tenant)).toEqual([expect.objectContaining({ status: 'error' })]);
    required(await create(tenant, request, randomUUID()), 201);
  });

  it('with an answer that was lost on the way', async () => {
    const { tenant, account } = await atDentity();
    const [request, key] = [createRequest(), randomUUID()];
    await account.control('POST', '/faults', {
      on: 'request',
      kind: 'status',
      status: 502,
      path: CREATE,
      afterEffect: true,
    });
    const first = await create(tenant, request, key);
    expect([first.status, codeOf(first)]).toEqual([503, 'provider_unavailable']);

    expectReplay(await create(tenant, request, key), first);
    expect(await answersOf(account, CREATE)).toEqual([502]);
    expect(await countAt(account)).toBe(1);
  });

  it('with a request that the vendor refuses', async () => {
    const { tenant, account } = await atDentity();
    await account.control('POST', '/faults', { on: 'request', kind: 'status', status: 400, path: CREATE });
    const [request, key] = [createRequest(), randomUUID()];
    const first = await create(tenant, request, key);
    expect([first.status, codeOf(first)]).toEqual([422, 'provider_rejected_request']);
    expectReplay(await create(tenant, request, key), first);
    expect(await answersOf(account, CREATE)).toEqual([400]);
  });
});

describe('the header', () => {
  let parties: Parties;
  beforeAll(async () => {
    parties = await atDentity();
  });

  const longest = 'k'.repeat(255);
  it.each([
    ['a single character', 'k'],
    ['255 characters', longest],
    ['255 characters in quotes', `"${'q'.repeat(255)}"`],
    ['every printable character', ' !#$%&\'()*+,-./:;<=>?@[]^_`{|}~\\"'],
  ])('takes %s', async (_name, key) => {
    required(await create(parties.tenant, createRequest(), key), 201);
  });

  it.each([
    ['nothing', ''],
    ['nothing in quotes', '""'],
    ['256 characters', `${longest}k`],
    ['256 characters in quotes', `"${longest}k"`],
    ['a quote that does not end', '"k'],
    ['a tab', 'a\tb'],
    ['Latin letters beyond ASCII', 'clé'],
    ['text in UTF-8', Buffer.from('ключ').toString('latin1')],
  ])('refuses %s', async (_name, key) => {
    const before = await countAt(parties.account);
    const refused = await create(parties.tenant, createRequest(), key);
    expect([refused.status, codeOf(refused)]).toEqual([422, 'validation_failed']);
    expect(refused.json['errors']).toEqual([expect.objectContaining({ pointer: 'Idempotency-Key' })]);
    expect(await countAt(parties.account)).toBe(before);
  });

  it('refuses control characters that HTTP itself does not allow', async () => {
    const before = await countAt(parties.account);
    for (const control of ['\x01', '\x1f', '\x7f']) {
      const { status } = await rawRequest(harness.origin, {
        method: 'POST',
        path: '/v1/verifications',
        headers: [
          ['Authorization', `Bearer ${parties.tenant.key}`],
          ['Content-Type', 'application/json'],
          ['Idempotency-Key', `a${control}b`],
        ],
        body: Buffer.from(JSON.stringify(createRequest())),
      });
      expect([400, 422]).toContain(status);
    }
    expect(await countAt(parties.account)).toBe(before);
  });
});

it('whatever is sent under whatever keys at once, each key is carried out once', async () => {
  const { tenant, account } = await atDentity();
  const bodies = [createRequest({ reference: 'a' }), createRequest({ reference: 'b' })];
  const request = fc.record({ key: fc.constantFrom('k', 'l', 'm'), body: fc.constantFrom(0, 1) });
  const groups = fc.array(fc.array(request, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 3 });

  await fc.assert(
    fc.asyncProperty(groups, async (plan) => {
      const run = randomUUID();
      const calls = (await answersOf(account, CREATE)).length;
      const winners = new Map<string, { body: number; text: string }>();
      for (const group of plan) {
        const known = new Set(winners.keys());
        const answers = await Promise.all(
          group.map(async ({ key, body }) => ({
            key,
            body,
            answer: await create(tenant, bodies[body], `${run} ${key}`),
          })),
        );
        for (const { key, body, answer } of answers) {
          if (answer.status !== 201 || isReplay(answer)) continue;
          expect(winners.has(key)).toBe(false);
          winners.set(key, { body, text: answer.text });
        }
        for (const { key, body, answer } of answers) {
          const winner = winners.get(key) ?? fail(`nobody got through with ${key}`);
          // While the first one runs, that is reason enough to refuse; afterwards its outcome decides.
          if (!known.has(key) && codeOf(answer) === 'idempotency_in_progress')
            expect(answer.status).toBe(409);
          else if (body !== winner.body) expect(codeOf(answer)).toBe('idempotency_key_reused');
          else expect([answer.status, answer.text]).toEqual([201, winner.text]);
        }
      }
      const keys = new Set(plan.flat().map(({ key }) => key));
      expect(winners.size).toBe(keys.size);
      expect(await answersOf(account, CREATE)).toHaveLength(calls + keys.size);
    }),
    { numRuns: 25 },
  );
});

async function listed(tenant: GatewayTenant): Promise<readonly Record<string, unknown>[]> {
  const { data } = required(await tenant.call('GET', '/verifications'), 200) as {
    data: Record<string, unknown>[];
  };
  return data;
}

/** A key of the same tenant for the environment `live`, in which a vendor account is connected too. */
async function liveKey(tenant: GatewayTenant): Promise<string> {
  const of = `/tenants/${tenant.id}`;
  const { connection } = await vendorAccount(harness.simulatorOrigin, 'dentity', { deliveryEvents: false });
  required(await harness.admin('PUT', `${of}/connections/dentity?environment=live`, connection), 201);
  required(await harness.admin('PUT', `${of}/routing?environment=live`, { provider: 'dentity' }), 200);
  const created = await harness.admin('POST', `${of}/api-keys`, {
    name: 'backend',
    environment: 'live',
    scopes: ['verifications:write'],
  });
  return text(required(created, 201), 'key');
}

function fail(why: string): never {
  throw new Error(why);
}
