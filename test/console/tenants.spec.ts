import { describe, expect, it } from '@jest/globals';
import { connectionForm } from '../support/console/connection-form.js';
import { type ConsolePage } from '../support/console/console-page.js';
import { DESK, PHONE, useConsole } from '../support/console/console-world.js';
import { required } from '../support/gateway-harness.js';
import { PROVIDER_NAMES, vendorAccount } from '../support/vendor-accounts.js';

const world = useConsole();
const { described, card, connect } = connectionForm(world);

/** A tenant's connections for test, on the screen of a new admin. */
async function connectionsOf(tenantId: string): Promise<ConsolePage> {
  const page = await world.signedIn('admin');
  await page.open(`/tenants/${tenantId}?tab=connections&environment=test`);
  await page.heading('Northwind Bank');
  return page;
}

describe('a tenant', () => {
  it('is created, and gets a key that works and is shown once', async () => {
    const page = await world.signedIn('admin');
    await page.open('/tenants');
    await page.button('Create a tenant').click();
    await page.field('Name').fill('Contoso Bank');
    await page.expectAccessible();
    await page.button('Create').last().click();
    await page.heading('Contoso Bank');
    expect(page.path).toContain('tab=keys');
    await page.button('Create a key').click();
    await page.field(/^Name/).fill('backend');
    await page.field(/^identity:read/).check();
    await page.expectAccessible();
    await page.view.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
    const key = await page.field('The new key').first().inputValue();
    await page.expectAccessible();
    const me = await world.harness.fetch('/v1/me', { headers: { authorization: `Bearer ${key}` } });
    expect(me.json).toMatchObject({
      tenant: { name: 'Contoso Bank' },
      environment: 'test',
      scopes: ['verifications:read', 'verifications:write', 'identity:read'],
    });
    await page.button('I have it').click();
    expect(await page.view.content()).not.toContain(key);
  });

  it('is found by a part of its name', async () => {
    await world.harness.tenant();
    const page = await world.signedIn('support');
    await page.open('/tenants');
    await page.field('Search by name').fill('northw');
    await page.link('Northwind Bank').first().waitFor();
    expect(page.path).toBe('/tenants?search=northw');
    await page.field('Search by name').fill('nobody');
    await page.sees('No tenant of that name');
  });

  it('has its keys rotated and revoked', async () => {
    const tenant = await world.harness.tenant();
    const page = await world.signedIn('admin');
    await page.open(`/tenants/${tenant.id}?tab=keys`);
    await page.button('Rotate').click();
    await page.field('The old key goes on working').selectOption({ label: 'For an hour' });
    await page.button('Make a new key').click();
    const key = await page.field('The new key').first().inputValue();
    const bearer = { headers: { authorization: `Bearer ${key}` } };
    expect((await world.harness.fetch('/v1/me', bearer)).status).toBe(200);
    await page.button('I have it').click();
    await page.sees(/^ends/);
    await page.button('Revoke').first().click();
    await page.button('Revoke the key').click();
    await page.sees(/^revoked/);
    expect((await world.harness.fetch('/v1/me', bearer)).status).toBe(401);
  });

  it('is not overwritten by who had an older reading of it', async () => {
    const { id } = await world.harness.tenant();
    const page = await world.signedIn('admin');
    page.expectFailure({ status: 412, path: id });
    await page.open(`/tenants/${id}`);
    await page.field('Contact for erasures').fill('privacy@bank.test');
    required(await world.harness.admin('PATCH', `/tenants/${id}`, { retentionDays: 30 }), 200);
    await page.button('Save the settings').click();
    await page.sees('Somebody else has changed this tenant meanwhile');
    expect(await page.field('Days kept').first().inputValue()).toBe('30 days');
    await page.expectAccessible();
    await page.button('Save the settings').click();
    await page.sees('The settings are saved.');
    expect(required(await world.harness.admin('GET', `/tenants/${id}`), 200)).toMatchObject({
      erasureContact: 'privacy@bank.test',
      retentionDays: 30,
    });
  });

  it('is suspended only after the question', async () => {
    const { id } = await world.harness.tenant();
    const page = await world.signedIn('admin');
    await page.open(`/tenants/${id}`);
    await page.button('Suspend the tenant').click();
    await page.button(/^Suspend$/).click();
    await page.sees('This tenant is suspended');
    expect(required(await world.harness.admin('GET', `/tenants/${id}`), 200)).toMatchObject({
      status: 'suspended',
    });
  });

  it('is only read by support', async () => {
    const { id } = await world.harness.tenant();
    const page = await world.signedIn('support');
    for (const tab of ['settings', 'keys', 'connections']) {
      await page.open(`/tenants/${id}?tab=${tab}`);
      await page.heading('Northwind Bank');
      await page.view.getByRole('tabpanel').waitFor();
      expect(await page.button(/Create|Save|Suspend|Rotate|Revoke|Connect|Change/).count()).toBe(0);
    }
  });
});

describe('a connection', () => {
  it.each(PROVIDER_NAMES)(
    'to %s is made by the form drawn from its schema, and found to work',
    async (name) => {
      const { id } = await world.harness.tenant();
      const account = await vendorAccount(world.harness.simulatorOrigin, name);
      const page = await connectionsOf(id);
      const provider = await connect(page, name, account.connection);
      await page.sees(`${provider.title} is connected.`);
      await card(page, provider)
        .getByRole('button', { name: `Check ${provider.title}` })
        .click();
      await page.sees('The connection works');
      const stored = required(
        await world.harness.admin('GET', `/tenants/${id}/connections/${name}?environment=test`),
        200,
      );
      expect(stored).toMatchObject({ settings: account.connection.settings });
      await page.expectAccessible();
    },
  );

  it('with wrong credentials is found by its check', async () => {
    const { id } = await world.harness.tenant();
    const { connection } = await vendorAccount(world.harness.simulatorOrigin, 'dentity');
    const page = await connectionsOf(id);
    const credentials = { ...connection.credentials, apiKey: 'a-key-of-nobody' };
    const provider = await connect(page, 'dentity', { ...connection, credentials });
    await page.sees(`${provider.title} is connected.`);
    await page.button(`Check ${provider.title}`).click();
    await page.sees('The connection does not work as it is');
    await page.sees('The provider refused the credentials.');
  });

  it('tells what is wrong at the field that it is wrong in, and keeps what was typed', async () => {
    const { id } = await world.harness.tenant();
    const page = await connectionsOf(id);
    page.expectFailure({ status: 422, path: id });
    const settings = { baseUrl: 'nowhere' };
    const provider = await connect(page, 'sardine', {
      credentials: { clientId: 'a', clientSecret: 'b' },
      settings,
    });
    const field = card(page, provider).getByRole('textbox', { name: 'Base URL' });
    await card(page, provider).locator('[aria-invalid=true]').waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await field.inputValue()).toBe('nowhere');
    const describedBy = (await field.getAttribute('aria-describedby')) ?? '';
    const words = await Promise.all(
      describedBy.split(' ').map((part) => page.view.locator(`[id="${part}"]`).textContent()),
    );
    expect(words.join(' ')).toContain('must be');
    await page.expectAccessible();
  });

  it('has its credentials rotated with an overlap, which can be ended', async () => {
    const tenant = await world.harness.tenant();
    await tenant.connect('dentity');
    const page = await connectionsOf(tenant.id);
    const provider = await described('dentity');
    const region = card(page, provider);
    await page.button(`Change ${provider.title}`).click();
    await region.getByLabel('Secret key').first().fill('another-secret-key');
    await page.field('The former credentials are still used').selectOption({ label: 'For a week' });
    await page.expectAccessible();
    await page.button('Save the connection').click();
    await page.sees(/^Former credentials are still used/);
    const read = async (): Promise<Record<string, unknown>> =>
      required(
        await world.harness.admin('GET', `/tenants/${tenant.id}/connections/dentity?environment=test`),
        200,
      );
    const { formerCredentialsUntil: [until = ''] = [], updatedAt } = (await read()) as {
      formerCredentialsUntil?: string[];
      updatedAt: string;
    };
    expect(Date.parse(until) - Date.parse(updatedAt)).toBe(604_800_000);
    await page.button('End them now').click();
    await page.button(/^End them$/).click();
    await page.seesNoMore(/^Former credentials are still used/);
    expect(await read()).toMatchObject({ formerCredentialsUntil: [] });
  });

  it('is in no cache and no storage of the browser with what is secret of it', async () => {
    const { id } = await world.harness.tenant();
    const { connection } = await vendorAccount(world.harness.simulatorOrigin, 'sardine');
    const page = await connectionsOf(id);
    const provider = await connect(page, 'sardine', connection);
    await page.sees(`${provider.title} is connected.`);
    await page.button(`Change ${provider.title}`).click();
    expect(await card(page, provider).getByLabel('Client secret').first().inputValue()).toBe('');
    const kept = await page.view.evaluate(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.documentElement.outerHTML])',
    );
    expect(kept).not.toContain(connection.credentials['clientSecret']);
  });

  it('that is needed is not cut, and says by what', async () => {
    const tenant = await world.harness.tenant();
    await tenant.connect('dentity');
    await tenant.route('dentity');
    const page = await connectionsOf(tenant.id);
    page.expectFailure({ status: 409, path: tenant.id });
    await page.button('Disconnect').click();
    await page.view.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
    await page.sees('Version 1 of the routing policy sends people there. Switch first.');
    await page.expectAccessible();
  });

  it('that nothing needs is cut', async () => {
    const tenant = await world.harness.tenant();
    await tenant.connect('dentity');
    const page = await connectionsOf(tenant.id);
    await page.button('Disconnect').click();
    await page.view.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
    await page.sees('Nothing is connected for test yet');
  });

  it('has its webhook registered at a provider that can be told', async () => {
    const tenant = await world.harness.tenant();
    const account = await tenant.connect('sentinel');
    await account.setWebhook('https://elsewhere.test/hook');
    const page = await connectionsOf(tenant.id);
    await page.button('Register the webhook').click();
    await page.view.getByRole('dialog').getByRole('button', { name: 'Register' }).click();
    await page.sees('sends its webhooks here from now on.');
    expect(
      await page
        .field(/^Webhook URL/)
        .first()
        .inputValue(),
    ).toContain('/hooks/');
  });
});

describe('operators', () => {
  it('are given keys that sign in, and lose them', async () => {
    const page = await world.signedIn('admin');
    await page.open('/operators');
    await page.button('Create a key').click();
    await page.field(/^Name/).fill('Omar Nassar');
    await page.field(/^auditor/).check();
    await page.expectAccessible();
    await page.view.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
    const key = await page.field('The new key').first().inputValue();
    const bearer = { headers: { authorization: `Bearer ${key}` } };
    const session = await world.harness.fetch('/admin/v1/session', bearer);
    expect(session.json).toMatchObject({ name: 'Omar Nassar', role: 'auditor' });
    await page.button('I have it').click();
    await page.view
      .getByRole('row', { name: /Omar Nassar/ })
      .getByRole('button', { name: 'Revoke' })
      .click();
    await page.button('Revoke the key').click();
    await page.sees(/^revoked/);
    expect((await world.harness.fetch('/admin/v1/session', bearer)).status).toBe(401);
  });
});

describe.each([
  ['desk', DESK],
  ['phone', PHONE],
])('on a %s', (_, viewport) => {
  it.each([
    ['the tenants', '/tenants', 'Tenants'],
    ['the settings', '/tenants/$tenant?tab=settings', 'Northwind Bank'],
    ['the keys', '/tenants/$tenant?tab=keys', 'Northwind Bank'],
    ['the connections', '/tenants/$tenant?tab=connections', 'Northwind Bank'],
    ['the providers', '/providers', 'Providers'],
    ['the operators', '/operators', 'Operators'],
  ])('%s are whole and accessible', async (_name, path, heading) => {
    const tenant = await world.harness.tenant();
    await tenant.connect('sentinel');
    await tenant.connect('dentity');
    const page = await world.signedIn('admin', { viewport });
    await page.open(path.replace('$tenant', tenant.id));
    await page.heading(heading);
    await page.seesNoMore(/^Loading/);
    // From the last: each that is opened adds buttons below itself.
    const openings = await page.button(/^(?:Change|Connect) /).all();
    for (const opening of openings.reverse()) await opening.click();
    await page.expectNoSidewaysScrolling();
    await page.expectAccessible();
  });
});
