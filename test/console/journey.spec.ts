import { expect, it } from '@jest/globals';

import { connectionForm } from '../support/console/connection-form.js';
import { type ConsolePage } from '../support/console/console-page.js';
import { useConsole } from '../support/console/console-world.js';
import { required, send, text } from '../support/gateway-harness.js';
import { somebody } from '../support/verified.js';
import { PROVIDER_NAMES, vendorAccount } from '../support/vendor-accounts.js';

const world = useConsole();
const { card, connect } = connectionForm(world);

/** By the switching page, from whatever is in force. */
async function switchTo(page: ConsolePage, tenantId: string, provider: string): Promise<void> {
  await page.open(`/switching?tenantId=${tenantId}&environment=test`);
  await page.view.getByRole('combobox', { name: 'Default provider', exact: true }).click();
  await page.view.getByRole('option', { name: `${provider} · connected` }).click();
  await page.button('Switch now …').click();
  const dialog = page.view.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Switch now', exact: true }).click();
  await page.sees('Switched');
}

it('the whole way of an admin: from an empty gateway to a proven status, and back to the provider of before', async () => {
  const { key: adminKey } = await world.operator('admin');
  const page = await world.page();
  await page.open('/');
  await page.enterKey(adminKey);
  await page.heading('Overview');

  await page.goTo('Tenants');
  await page.button('Create a tenant').click();
  await page.field('Name').fill('Harbour Exchange');
  await page.button('Create').last().click();
  await page.heading('Harbour Exchange');
  const [tenantId = ''] = /tnt_[0-9a-z]{26}/.exec(page.path) ?? [];

  await page.button('Create a key').click();
  await page.field(/^Name/).fill('backend');
  await page.view.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  const key = await page.field('The new key').first().inputValue();
  await page.button('I have it').click();
  const tenant = (method: string, path: string, body?: unknown): ReturnType<typeof send> =>
    send(`${world.harness.origin}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });

  await page.open(`/tenants/${tenantId}?tab=connections&environment=test`);
  for (const name of PROVIDER_NAMES) {
    const { connection } = await vendorAccount(world.harness.simulatorOrigin, name);
    const provider = await connect(page, name, connection);
    await page.sees(`${provider.title} is connected.`);
    const own = card(page, provider);
    await own.getByRole('button', { name: `Check ${provider.title}` }).click();
    await own.getByText('The connection works').waitFor();
  }

  await switchTo(page, tenantId, 'Sentinel');
  const begin = async (): Promise<{ id: string; url: string; provider: unknown }> => {
    const created = required(await tenant('POST', '/verifications', { subject: somebody() }), 201);
    const { url } = created['action'] as { url: string };
    return { id: text(created, 'id'), url, provider: created['provider'] };
  };

  // The person, in a browser of their own, on the provider's page.
  const passing = await begin();
  const doubtful = await begin();
  const person = await page.context.newPage();
  for (const [{ url }, outcome] of [
    [passing, 'approve'],
    [doubtful, 'conflict'],
  ] as const) {
    await person.goto(url);
    const taken = person.waitForResponse((answer) => answer.request().method() === 'POST');
    await person.locator(`button[value="${outcome}"]`).click();
    expect((await taken).ok() || (await taken).status() === 303).toBe(true);
  }
  await person.close();

  // Without a webhook the gateway finds out by reading; the admin need not wait for that.
  await page.open(`/verifications/${passing.id}`);
  await page.button('Read the provider').click();
  await page.view.getByText('verified', { exact: true }).first().waitFor();
  await page.open(`/verifications/${doubtful.id}`);
  await page.button('Read the provider').click();
  await page.view.getByText('needs review', { exact: true }).first().waitFor();

  await page.goTo('Reviews');
  await page.view.getByRole('heading', { level: 2, name: doubtful.id }).waitFor();
  await page.view.keyboard.press('a');
  await page.field('Reason').fill('Compared the document with the customer file.');
  await page.view.keyboard.press('Control+Enter');
  await page.sees('Nothing waits for you');
  expect(required(await tenant('GET', `/verifications/${doubtful.id}`), 200)['status']).toBe('verified');

  await switchTo(page, tenantId, 'Dentity');
  const elsewhere = required(await tenant('POST', '/verifications', { subject: somebody() }), 201);
  expect(elsewhere['provider']).toMatchObject({ name: 'dentity' });
  await page.button('Back to version 1').click();
  await page.view
    .getByRole('dialog')
    .getByRole('button', { name: /^Back to/ })
    .click();
  await page.view.getByRole('heading', { name: 'In force: version 3' }).waitFor();
  expect((await begin()).provider).toMatchObject({ name: 'sentinel' });

  await page.open('/audit/verify');
  await page.button('Verify').click();
  await page.sees(/^All \d[\d,]* entries are as they were written$/);
});
