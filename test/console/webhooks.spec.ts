import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { PHONE, useConsole } from '../support/console/console-world.js';
import { eventually } from '../support/eventually.js';
import { type GatewayTenant, required, text } from '../support/gateway-harness.js';
import { begin, connectedTenant } from '../support/verified.js';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.js';

const world = useConsole();
/** Where axe-core looks at several pages, twice each. */
const LONG_MS = 120_000;
let receiver: WebhookReceiver;
beforeAll(async () => {
  receiver = await startWebhookReceiver();
});
afterAll(() => receiver.close());

let endpoints = 0;

async function endpointOf(tenant: GatewayTenant): Promise<{ readonly id: string; readonly path: string }> {
  endpoints += 1;
  const path = `/hooks/${endpoints}`;
  const url = `${receiver.origin}${path}?token=of-the-receiver`;
  const made = required(await tenant.call('POST', '/webhook-endpoints', { url }), 201);
  return { id: text(made, 'id'), path };
}

/** Answers whatever the query of the address is. */
function answer(path: string, status: number, words = ''): void {
  receiver.answer(`${path}?token=of-the-receiver`, (response) => {
    response.writeHead(status).end(words);
  });
}

const messagesTo = (path: string): number =>
  receiver.received.filter((message) => message.path.startsWith(`${path}?`)).length;

async function named(name: string): Promise<GatewayTenant> {
  const { tenant } = await connectedTenant(world.harness, 'sentinel');
  required(await world.harness.admin('PATCH', `/tenants/${tenant.id}`, { name }), 200);
  return tenant;
}

async function settled(tenant: GatewayTenant, endpointId: string, count: number): Promise<void> {
  await eventually(async () => {
    const path = `/webhook-deliveries?tenantId=${tenant.id}&endpointId=${endpointId}`;
    const { data } = required(await world.harness.admin('GET', path), 200);
    const attempted = (data as { attempts: unknown[] }[]).filter(({ attempts }) => attempts.length > 0);
    expect(attempted).toHaveLength(count);
  });
}

describe('webhooks', () => {
  it(
    'show what was sent, and how a receiver that failed answered',
    async () => {
      const tenant = await named('Harbour Exchange');
      const endpoint = await endpointOf(tenant);
      answer(endpoint.path, 503, 'the backend is away');
      await begin(tenant);
      await settled(tenant, endpoint.id, 1);
      const page = await world.signedIn('admin');
      await page.open();
      await page.goTo('Webhooks');
      await page.view.getByRole('combobox', { name: 'Tenant' }).click();
      await page.view.getByRole('option', { name: 'Harbour Exchange' }).first().click();
      await page.view
        .getByRole('row', { name: /answered 503/ })
        .getByRole('link')
        .click();
      await page.heading('Delivery: verification.created');
      await page.sees('answered 503');
      await page.sees('the backend is away');
      await page.sees(`${receiver.origin}${endpoint.path}`);
      expect(await page.view.getByText('of-the-receiver').count()).toBe(0);
      const body = await page.view.getByRole('region', { name: 'Body of the request' }).innerText();
      const sent = receiver.received.find(({ path }) => path.startsWith(`${endpoint.path}?`));
      expect(JSON.parse(body)).toEqual(JSON.parse(sent?.body ?? ''));
      await page.expectAccessible();
    },
    LONG_MS,
  );

  it(
    'are sent once more, and seen through to their end',
    async () => {
      const tenant = await named('Harbour Exchange');
      const endpoint = await endpointOf(tenant);
      const { eventId, deliveryId } = required(
        await tenant.call('POST', `/webhook-endpoints/${endpoint.id}/test`),
        202,
      );
      await settled(tenant, endpoint.id, 1);
      const page = await world.signedIn('admin');
      await page.open(`/webhooks/deliveries/${String(deliveryId)}`);
      await page.heading('Delivery: endpoint.test');
      await page.view.getByRole('heading', { name: 'Attempts (1)' }).waitFor();
      await page.button('Redeliver').click();
      await page.sees('Send it once more?');
      await page.expectAccessible();
      await page.button('Send it').click();
      await page.view.getByRole('heading', { name: 'Attempts (2)' }).waitFor();
      await page.seesNoMore('Next attempt');
      const messages = receiver.received.filter(({ path }) => path.startsWith(`${endpoint.path}?`));
      expect(messages.map(({ headers }) => headers['webhook-id'])).toEqual([eventId, eventId]);
    },
    LONG_MS,
  );

  it(
    'are replayed over a range, with a bar that ends by itself',
    async () => {
      const tenant = await named('Bazaar Market');
      const endpoint = await endpointOf(tenant);
      for (let count = 0; count < 3; count += 1) await begin(tenant);
      await settled(tenant, endpoint.id, 3);
      expect(messagesTo(endpoint.path)).toBe(3);
      const page = await world.signedIn('admin');
      await page.open(`/webhooks?view=endpoints&tenantId=${tenant.id}`);
      const row = page.view.getByRole('row', { name: new RegExp(`${endpoint.path}\\b`) });
      await row.getByText('reached').waitFor();
      await page.expectAccessible();
      await row.getByRole('button', { name: /Replay a range/ }).click();
      await page.sees('Events of the range go to');
      await page.expectAccessible();
      await page.field('Also what has arrived already').check();
      await page.view.getByRole('button', { name: 'Replay', exact: true }).click();
      await page.view.getByRole('heading', { name: 'The replay is done' }).waitFor();
      await page.sees('3 of 3 delivered, 0 failed, 0 waiting.');
      await page.expectAccessible();
      expect(messagesTo(endpoint.path)).toBe(6);
      // Whoever loads it anew sees it as well.
      await page.view.reload();
      await page.sees('3 of 3 delivered, 0 failed, 0 waiting.');
      await page.button('Close').click();
      await page.seesNoMore('The replay is done');
    },
    LONG_MS,
  );

  it(
    'are filtered in the address, by tenant, status, endpoint and verification',
    async () => {
      const tenant = await named('Northwind Bank');
      const [good, bad] = [await endpointOf(tenant), await endpointOf(tenant)];
      answer(bad.path, 500);
      const { id } = await begin(tenant);
      await begin(tenant);
      await settled(tenant, good.id, 2);
      await settled(tenant, bad.id, 2);
      const page = await world.signedIn('support');
      await page.open(`/webhooks?tenantId=${tenant.id}`);
      const rows = page.view.getByRole('table', { name: 'Deliveries' }).locator('tbody tr');
      const count = async (expected: number): Promise<void> => {
        await eventually(async () => {
          expect(await rows.count()).toBe(expected);
        });
      };
      await count(4);
      await page.view.getByRole('combobox', { name: 'Status' }).click();
      await page.view.getByRole('option', { name: 'pending' }).click();
      await count(2);
      await page.field('Endpoint id').fill(bad.id);
      await page.field('Verification id').fill(id);
      await count(1);
      expect(page.path).toBe(
        `/webhooks?tenantId=${tenant.id}&status=pending&endpointId=${bad.id}&verificationId=${id}`,
      );
      await page.view.reload();
      await count(1);
      await page.field('Verification id').fill('ver_1');
      await page.sees('begins with ver_ and has 26 characters more');
      await page.field('Verification id').fill('');
      await count(2);
      await page.field('Endpoint id').fill(good.id);
      await page.sees('No delivery is like that');
      await page.expectAccessible();
    },
    LONG_MS,
  );

  it('are read by support, and sent by admins only', async () => {
    const tenant = await named('Northwind Bank');
    const endpoint = await endpointOf(tenant);
    await begin(tenant);
    await settled(tenant, endpoint.id, 1);
    const page = await world.signedIn('support');
    await page.open(`/webhooks?view=endpoints&tenantId=${tenant.id}`);
    await page.view.getByRole('table', { name: 'Endpoints' }).waitFor();
    expect(await page.button(/Replay/).count()).toBe(0);
    await page.link(/Deliveries to/).click();
    await page.view
      .getByRole('row', { name: /verification/ })
      .getByRole('link')
      .click();
    await page.heading(/Delivery:/);
    await page.sees('accepted with 204');
    expect(await page.button('Redeliver').count()).toBe(0);
  });

  it(
    'say what to do where there are none, and fit a phone',
    async () => {
      const tenant = await world.harness.tenant();
      const page = await world.signedIn('admin', { viewport: PHONE });
      await page.open(`/webhooks?view=endpoints&tenantId=${tenant.id}`);
      await page.sees('No endpoint yet');
      await page.expectAccessible();
      await page.expectNoSidewaysScrolling();
      const other = await named('Northwind Bank');
      const endpoint = await endpointOf(other);
      answer(endpoint.path, 500, 'something is wrong here '.repeat(30));
      await begin(other);
      await settled(other, endpoint.id, 1);
      for (const view of ['', '&view=endpoints']) {
        await page.open(`/webhooks?tenantId=${other.id}${view}`);
        await page.view.getByRole('table').first().waitFor();
        await page.expectAccessible();
        await page.expectNoSidewaysScrolling();
      }
      await page.open(`/webhooks?tenantId=${other.id}`);
      await page.view
        .getByRole('row', { name: /answered 500/ })
        .getByRole('link')
        .click();
      await page.sees('something is wrong here');
      await page.expectAccessible();
      await page.expectNoSidewaysScrolling();
    },
    LONG_MS,
  );

  it('tell of a failure with its code and request id', async () => {
    const page = await world.signedIn('admin');
    await page.open('/webhooks');
    await page.heading('Webhooks');
    page.expectFailure({ status: 503 });
    world.front.fail('req-of-the-outage');
    await page.view.getByText('Endpoints', { exact: true }).click();
    const problem = await page.problem();
    expect(await problem.innerText()).toMatch(/overloaded[\s\S]*req-of-the-outage/);
  });
});
