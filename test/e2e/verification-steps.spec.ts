import { fromTypeId } from '@gatehouse/platform';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually } from '../support/eventually.js';
import {
  ALL_SCOPES,
  type GatewayHarness,
  type GatewayTenant,
  required,
  startGateway,
  text,
} from '../support/gateway-harness.js';
import { type ConnectedAccount } from '../support/gateway-client.js';
import { createRequest } from '../support/people.js';
import { type ProviderName } from '../support/vendor-accounts.js';
import {
  connectedTenant,
  begin,
  nameAt,
  reached,
  somebody,
  statusOf,
  verified,
} from '../support/verified.js';

let harness: GatewayHarness;
beforeAll(async () => {
  harness = await startGateway();
});
afterAll(() => harness.close());

const connected = (
  provider: ProviderName,
  switches: Record<string, unknown> = {},
): ReturnType<typeof connectedTenant> => connectedTenant(harness, provider, switches);

/** Somebody who ends up with a human at Sentinel. */
async function inReview(): Promise<{
  tenant: GatewayTenant;
  account: ConnectedAccount;
  id: string;
  email: string;
}> {
  const { tenant, account } = await connected('sentinel');
  const { id, person } = await begin(tenant);
  await account.finish(person.email, 'review');
  await reached(tenant, id, 'needs_review');
  return { tenant, account, id, email: person.email };
}

describe('a decision on a review', () => {
  it.each([
    ['approve', 'verified'],
    ['reject', 'rejected'],
  ])('%s makes it %s, told apart from what the provider says', async (decision, status) => {
    const { tenant, id } = await inReview();
    const reason = 'Compared with the customer file.';
    const decided = required(
      await tenant.call('POST', `/verifications/${id}/decision`, { decision, reason }),
      200,
    );
    expect(decided).toMatchObject({
      status,
      reasonCodes: ['data_conflict'],
      provider: { source: 'admin', rawStatus: '3' },
    });
    required(await tenant.call('POST', `/verifications/${id}/refresh`), 200);
    expect(await statusOf(tenant, id)).toMatchObject({ status, version: decided['version'] });

    const { data } = required(await tenant.call('GET', `/verifications/${id}/events`), 200) as {
      data: { actor: string; data: Record<string, unknown> }[];
    };
    const event = data.find((each) => each.data['signal'] === 'decision');
    expect(event?.actor).toMatch(/^key:key_/);
    expect(event?.data).toMatchObject({ decision, from: 'needs_review', to: status });
    // The reviewer's words may name the person.
    expect(JSON.stringify(data)).not.toContain(reason);
  });

  it('is undone by what the provider comes to decide itself', async () => {
    const { tenant, account, id, email } = await inReview();
    const body = { decision: 'approve', reason: 'looks right' };
    required(await tenant.call('POST', `/verifications/${id}/decision`, body), 200);
    await account.control('POST', `/customers/${encodeURIComponent(email)}/status`, { status: 'rejected' });
    await reached(tenant, id, 'rejected');
  });

  it('is not replaced by a later one that is refused', async () => {
    const { tenant, id } = await inReview();
    const path = `/verifications/${id}/decision`;
    const sealed = async (): Promise<unknown> =>
      harness.database.across.query(
        {
          name: 'test_sealed_decision',
          text: 'SELECT decision_sealed FROM verifications WHERE id = $1 AND decision_sealed IS NOT NULL',
        },
        [fromTypeId('ver', id)],
      );
    required(await tenant.call('POST', path, { decision: 'approve', reason: 'looks right' }), 200);
    const before = await sealed();
    expect(before).toHaveLength(1);
    expect((await tenant.call('POST', path, { decision: 'reject', reason: 'no' })).status).toBe(409);
    expect(await sealed()).toEqual(before);
  });

  it('is for what waits for a human, and for keys with the scope', async () => {
    const { tenant, account } = await connected('sentinel');
    const { id } = await verified(tenant, account);
    const body = { decision: 'reject', reason: 'no' };
    const answer = await tenant.call('POST', `/verifications/${id}/decision`, body);
    expect(answer).toMatchObject({ status: 409, json: { code: 'invalid_transition' } });
    const other = await harness.tenant(ALL_SCOPES.filter((scope) => scope !== 'reviews:write'));
    expect(await other.call('POST', `/verifications/${id}/decision`, body)).toMatchObject({
      status: 403,
      json: { code: 'insufficient_scope' },
    });
    expect(await tenant.call('POST', `/verifications/${id}/decision`, { decision: 'perhaps' })).toMatchObject(
      {
        status: 422,
      },
    );
  });
});

describe('a retry', () => {
  it('begins again for the same person by today’s policy, once for each key', async () => {
    const tenant = await harness.tenant();
    await tenant.connect('sentinel');
    await tenant.connect('sardine');
    await tenant.route('sentinel');
    const { id } = await begin(tenant, {
      reference: 'user-42',
      metadata: { plan: 'gold' },
      checks: ['document'],
    });
    required(await tenant.call('POST', `/verifications/${id}/cancel`), 200);
    await tenant.route('sardine');

    const again = (): ReturnType<GatewayTenant['call']> =>
      tenant.call('POST', `/verifications/${id}/retry`, undefined, { 'idempotency-key': 'once' });
    const first = required(await again(), 201);
    expect(first).toMatchObject({
      status: 'requires_input',
      provider: { name: 'sardine' },
      reference: 'user-42',
      metadata: { plan: 'gold' },
      checks: ['document'],
      previousVerificationId: id,
    });
    expect((await again()).text).toBe(JSON.stringify(first));
    const { data } = required(await tenant.call('GET', '/verifications?reference=user-42'), 200);
    expect(data).toHaveLength(2);
    expect(await statusOf(tenant, id)).toMatchObject({ status: 'canceled', previousVerificationId: null });
  });

  it('is not for one that is still open', async () => {
    const { tenant } = await connected('sentinel');
    const { id } = await begin(tenant);
    expect(await tenant.call('POST', `/verifications/${id}/retry`)).toMatchObject({
      status: 409,
      json: { code: 'invalid_transition' },
    });
  });
});

describe('a contact', () => {
  it('is corrected at the provider and here, and the person is found by it', async () => {
    const { tenant, account } = await connected('sentinel');
    const { id, person } = await verified(tenant, account);
    const { email } = somebody();
    const corrected = required(await tenant.call('PATCH', `/verifications/${id}/contact`, { email }), 200);
    expect(corrected).toMatchObject({ status: 'verified', subject: { email: `a•••@mail.test` } });
    const found = required(await tenant.call('POST', '/verifications/search', { email }), 200);
    expect(found['data']).toMatchObject([{ id }]);
    const gone = required(await tenant.call('POST', '/verifications/search', { email: person.email }), 200);
    expect(gone['data']).toEqual([]);
    // The provider knows it too: it is read by it.
    required(await tenant.call('POST', `/verifications/${id}/refresh`), 200);
    expect(await account.control('GET', '/customers')).toMatchObject({ data: [{ email }] });
    const { data } = required(await tenant.call('GET', `/verifications/${id}/events`), 200) as {
      data: { type: string; data: unknown }[];
    };
    const event = data.find(({ type }) => type === 'verification.contact_corrected');
    expect(event?.data).toMatchObject({ members: ['email'] });
    expect(JSON.stringify(data)).not.toContain(email);
  });

  it('is corrected whole by two corrections at once', async () => {
    const { tenant, account } = await connected('sentinel');
    const { id } = await verified(tenant, account);
    const { email, phone } = somebody();
    const answers = await Promise.all([
      tenant.call('PATCH', `/verifications/${id}/contact`, { email }),
      tenant.call('PATCH', `/verifications/${id}/contact`, { phone }),
    ]);
    for (const answer of answers) required(answer, 200);
    for (const contact of [{ email }, { phone }]) {
      const found = required(await tenant.call('POST', '/verifications/search', contact), 200);
      expect(found['data']).toMatchObject([{ id }]);
    }
  });

  it('of somebody else is refused, and nothing changes', async () => {
    const { tenant, account } = await connected('sentinel');
    const { person: other } = await verified(tenant, account);
    const { id, record } = await verified(tenant, account);
    expect(await tenant.call('PATCH', `/verifications/${id}/contact`, { email: other.email })).toMatchObject({
      status: 409,
      json: { code: 'contact_in_use', provider: 'sentinel' },
    });
    expect(await statusOf(tenant, id)).toMatchObject({ version: record['version'] });
  });

  it('cannot be corrected before the provider has a record, nor where it has no call for it', async () => {
    const { tenant } = await connected('sentinel');
    const { id } = await begin(tenant);
    expect(await tenant.call('PATCH', `/verifications/${id}/contact`, somebody())).toMatchObject({
      status: 409,
      json: { code: 'invalid_transition' },
    });
    const { tenant: another } = await connected('dentity');
    const { id: sent } = await begin(another);
    expect(await another.call('PATCH', `/verifications/${sent}/contact`, somebody())).toMatchObject({
      status: 409,
      json: { code: 'capability_unsupported', provider: 'dentity', supportedBy: ['sentinel'] },
    });
  });
});

describe('many records at once', () => {
  it('come in the order asked for, null for what is not ours', async () => {
    const { tenant } = await connected('sentinel');
    const { tenant: stranger } = await connected('sentinel');
    const [one, two, theirs] = [await begin(tenant), await begin(tenant), await begin(stranger)];
    const ids = [two.id, theirs.id, 'nonsense', one.id, two.id];
    const answer = required(await tenant.call('POST', '/verifications/status', { ids }), 200);
    const { data, notRefreshed } = answer as { data: ({ id: string } | null)[]; notRefreshed: unknown[] };
    expect(data.map((record) => record?.id ?? null)).toEqual([two.id, null, null, one.id, two.id]);
    expect(notRefreshed).toEqual([]);
  });

  it.each(['sentinel', 'sardine', 'dentity'] as const)(
    'are read at %s first when asked to, each that changed',
    async (provider) => {
      // No webhook and no return: only the read can tell.
      const { tenant, account } = await connected(provider);
      if (provider !== 'sardine')
        await account.control('POST', '/faults', { on: 'webhook', kind: 'lost', times: 1000 });
      const begun = [await begin(tenant), await begin(tenant), await begin(tenant)];
      for (const { person } of begun.slice(0, 2)) await account.finish(nameAt(provider, person), 'approve');
      const ids = begun.map(({ id }) => id);
      const answer = required(
        await tenant.call('POST', '/verifications/status', { ids, refresh: true }),
        200,
      );
      expect(answer).toMatchObject({
        data: [
          { id: ids[0], status: 'verified', evidence: { identity: true } },
          { id: ids[1], status: 'verified' },
          { id: ids[2], status: 'requires_input' },
        ],
        notRefreshed: [],
      });
    },
  );

  it('say which could not be read, and are as they were', async () => {
    const { tenant, account } = await connected('sentinel');
    const { id } = await begin(tenant);
    await account.control('POST', '/faults', { on: 'request', kind: 'status', status: 503, times: 100 });
    const answer = required(
      await tenant.call('POST', '/verifications/status', { ids: [id], refresh: true }),
      200,
    );
    expect(answer).toMatchObject({
      data: [{ id, status: 'requires_input' }],
      notRefreshed: [{ id, code: 'provider_unavailable' }],
    });
  });

  it('are at most 500', async () => {
    const { tenant } = await connected('sentinel');
    const ids = Array.from({ length: 501 }, () => 'ver_00000000000000000000000000');
    expect(await tenant.call('POST', '/verifications/status', { ids })).toMatchObject({ status: 422 });
    const { data } = required(
      await tenant.call('POST', '/verifications/status', { ids: ids.slice(1) }),
      200,
    ) as { data: unknown[] };
    expect(data).toEqual(ids.slice(1).map(() => null));
  });
});

it('names the documents that only Sentinel can limit a person to, with a warning where its portal lags', async () => {
  const { tenant } = await connected('sentinel');
  const { created } = await begin(tenant, { documentTypes: ['egypt_national_id'] });
  expect(created['warnings']).toEqual([expect.stringMatching(/Egyptian/)]);
  const { tenant: other } = await connected('sardine');
  const body = { subject: somebody(), documentTypes: ['passport'] };
  const refused = await other.call('POST', '/verifications', body);
  expect(refused).toMatchObject({
    status: 409,
    json: { code: 'capability_unsupported', supportedBy: ['sentinel'] },
  });
  expect(text(refused.json, 'detail')).toContain('sentinel');
});

it('a start that fails when it is taken up again is the provider’s failure, on the record and no error of ours', async () => {
  const { tenant, account } = await connected('sentinel');
  const { id } = await begin(tenant);
  await account.control('POST', '/faults', { on: 'request', kind: 'status', status: 400, times: 1 });
  await harness.database.across.query(
    {
      name: 'test_started_process_died',
      text: `UPDATE verifications SET start_state = 'starting', handle_sealed = NULL, action_sealed = NULL, due_at = now(),
                    facts = facts || '{"startedAt": null}' WHERE id = $1`,
    },
    [fromTypeId('ver', id)],
  );
  await reached(tenant, id, 'error');
  const linesOf = (what: string): readonly string[] =>
    harness.logLines().filter((line) => line.includes(fromTypeId('ver', id) ?? id) && line.includes(what));
  await eventually(() => {
    expect(linesOf('a start that was taken up again failed')).toHaveLength(1);
  });
  expect(linesOf('"level":"error"')).toEqual([]);
});

it('a read of what the provider may never have begun is refused, as the document says', async () => {
  const { tenant, account } = await connected('dentity');
  await account.control('POST', '/faults', { on: 'request', kind: 'lost-answer' });
  const failed = await tenant.call('POST', '/verifications', createRequest());
  expect(failed.status).toBeGreaterThanOrEqual(500);
  const [{ id }] = required(await tenant.call('GET', '/verifications'), 200)['data'] as [{ id: string }];
  expect(await tenant.call('POST', `/verifications/${id}/refresh`)).toMatchObject({
    status: 409,
    json: { code: 'invalid_transition' },
  });
});
