import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually } from '../support/eventually.js';
import {
  type GatewayHarness,
  type GatewayTenant,
  required,
  startGateway,
  text,
} from '../support/gateway-harness.js';
import { begin, connectedTenant, reached, verified } from '../support/verified.js';

let harness: GatewayHarness;
beforeAll(async () => {
  harness = await startGateway();
});
afterAll(() => harness.close());

type Link = Readonly<Record<string, unknown>>;

async function explained(
  tenant: GatewayTenant,
  id: string,
): Promise<Record<string, unknown> & { chain: Link[] }> {
  return required(await tenant.call('GET', `/verifications/${id}/explain`), 200) as { chain: Link[] };
}

describe('the explanation of a verification', () => {
  it('is the chain from the policy to the read that verified, without the person', async () => {
    const { tenant, account } = await connectedTenant(harness, 'dentity');
    const { id, person } = await verified(tenant, account);
    const explanation = await explained(tenant, id);
    expect(explanation).toMatchObject({
      status: 'verified',
      provider: 'dentity',
      isComplete: true,
      routing: { reason: 'default' },
    });
    const { chain } = explanation;
    expect(chain[0]).toMatchObject({ what: 'created', source: 'caller', version: 1, statusBefore: null });
    expect(chain[0]?.['actor']).toMatch(/^key:key_/);
    expect(chain.filter(({ isDecisive }) => isDecisive)).toMatchObject([
      {
        what: 'read',
        authenticity: 'authenticated_read',
        outcome: 'applied',
        statusAfter: 'verified',
        rawStatus: 'verified',
      },
    ]);
    const versions = chain.flatMap(({ version }) => version ?? []);
    expect(versions).toEqual(versions.map((_, index) => index + 1));

    const page = await tenant.call('GET', `/verifications/${id}/explain?format=text`);
    expect(page).toMatchObject({
      status: 200,
      text: expect.stringContaining('The verification is verified since '),
    });
    expect(page.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    const all = `${JSON.stringify(explanation)}${page.text}`;
    expect([person.email, person.phone].filter((each) => all.includes(each))).toEqual([]);
  });

  it('shows a webhook that lied, and the read that found it out', async () => {
    const { tenant, account } = await connectedTenant(harness, 'sentinel');
    const { id, person } = await begin(tenant);
    const connection = await harness.admin(
      'GET',
      `/tenants/${tenant.id}/connections/sentinel?environment=test`,
    );
    const { pathname } = new URL(text(required(connection, 200), 'webhookUrl'));
    const lie = {
      uuid: randomUUID(),
      email: person.email,
      newStatus: 6,
      updatedAt: new Date().toISOString(),
      passphrase: account.connection.credentials['callbackPassphrase'],
    };
    required(
      await harness.fetch(pathname, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(lie),
      }),
      200,
    );
    const { chain, summary } = await eventually(async () => {
      const now = await explained(tenant, id);
      expect(now.chain.at(-1)).toMatchObject({ what: 'absent' });
      return now;
    });
    await reached(tenant, id, 'requires_input');
    expect(chain.slice(-2)).toMatchObject([
      {
        what: 'webhook',
        authenticity: 'passphrase',
        outcome: 'contradicted',
        claim: 'verified',
        event: 'status_change',
      },
      {
        what: 'absent',
        authenticity: 'authenticated_read',
        contradicts: 'verified',
        statusAfter: 'requires_input',
      },
    ]);
    expect(JSON.stringify(summary)).toContain('claimed that the person is verified');
  });

  it('is not told to another tenant, nor in a format that there is not', async () => {
    const { tenant } = await connectedTenant(harness, 'sardine');
    const { id } = await begin(tenant);
    const stranger = await harness.tenant();
    expect((await stranger.call('GET', `/verifications/${id}/explain`)).status).toBe(404);
    expect((await tenant.call('GET', `/verifications/${id}/explain?format=html`)).status).toBe(422);
  });
});
