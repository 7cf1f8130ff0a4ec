import { readFile } from 'node:fs/promises';

import { beforeAll, describe, expect, it } from '@jest/globals';

import { PHONE, useConsole } from '../support/console/console-world.js';
import { type GatewayTenant, required, text } from '../support/gateway-harness.js';
import { type ConnectedAccount } from '../support/gateway-client.js';
import { connectedTenant, somebody, verified } from '../support/verified.js';

const world = useConsole();

let tenant: GatewayTenant;
let account: ConnectedAccount;

beforeAll(async () => {
  ({ tenant, account } = await connectedTenant(world.harness, 'sentinel'));
});

async function erasures(): Promise<readonly Record<string, unknown>[]> {
  const { data } = required(await world.harness.admin('GET', `/tenants/${tenant.id}/erasures`), 200);
  return data as Record<string, unknown>[];
}

describe('an erasure', () => {
  it('of a person says what goes and what stays, and ends with a certificate to take along', async () => {
    const person = somebody();
    const { id } = await verified(tenant, account, {}, person);
    const page = await world.signedIn('admin');
    await page.open('/erasures');
    await page.sees('Choose a tenant first');
    await page.field('Tenant').first().click();
    await page.view.getByRole('option', { name: 'Northwind Bank' }).click();
    await page.sees('Nobody has been erased yet');
    await page.button('Erase somebody …').click();
    const dialog = page.view.getByRole('dialog');
    await dialog.getByText('This cannot be undone').waitFor();
    await dialog.getByText('the ledger, which has no personal data; receipts still verify').waitFor();
    await dialog.getByLabel('A person by e-mail').click();
    await dialog.getByRole('textbox', { name: 'E-mail address' }).fill(person.email);
    expect(await erasures()).toEqual([]);
    await dialog.getByRole('button', { name: 'Erase for good' }).click();

    await page.heading('Erasure');
    await page.sees('1 of 1 verification: done here.');
    expect(page.path).toMatch(new RegExp(`^/erasures/${tenant.id}/ers_[0-9a-z]{26}$`));
    expect(await page.view.getByRole('main').innerText()).not.toContain(person.email);
    const downloading = page.view.waitForEvent('download');
    await page.button('Download the certificate').click();
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(/^certificate-ers_[0-9a-z]{26}-1\.txt$/);
    const certificate = await readFile(await download.path(), 'utf8');
    expect(certificate).toMatch(new RegExp(`^gatehouse/${tenant.id}/erasure\n`));
    expect(certificate).toContain('keys destroyed: yes');
    expect(certificate).toContain(id);
  });

  it('asks in a dialog that everybody can use, and does nothing when it is left', async () => {
    const before = await erasures();
    const page = await world.signedIn('admin', { viewport: PHONE });
    await page.open(`/erasures?tenant=${tenant.id}`);
    await page.button('Erase somebody …').click();
    await page.view.getByRole('dialog').getByLabel('A person by phone').click();
    await page.expectAccessible();
    await page.button('Cancel').click();
    expect(await erasures()).toEqual(before);
  });

  it('leaves a copy at the provider open until an operator says how it is known to be gone', async () => {
    const [erasure] = await erasures();
    const page = await world.signedIn('admin', { viewport: PHONE });
    await page.open(`/erasures?tenant=${tenant.id}`);
    await page.sees('1 copy to be asked for');
    await page.expectNoSidewaysScrolling();
    await page.link(text(erasure ?? {}, 'id')).click();
    await page.button('They have erased it …').click();
    const dialog = page.view.getByRole('dialog');
    await dialog.getByText('The certificate is signed anew').waitFor();
    await dialog.getByLabel('How it is known').fill('Their support confirmed it, ticket 4711.');
    await dialog.getByRole('button', { name: 'Yes, sign a new certificate' }).click();
    await page.sees('Their support confirmed it, ticket 4711.');
    await page.button('Download no. 1').waitFor();
    await page.expectNoSidewaysScrolling();
    await page.expectAccessible();
  });
});

describe('a legal hold', () => {
  it('keeps an erasure waiting until it is released', async () => {
    const { id } = await verified(tenant, account);
    const page = await world.signedIn('admin');
    await page.open(`/erasures/holds?tenant=${tenant.id}`);
    await page.sees('Nothing is held');
    await page.button('Place a hold …').click();
    const placing = page.view.getByRole('dialog');
    await placing.getByLabel('Verification').fill(id);
    await placing.getByLabel('Reason').fill('Court order 12/2026');
    await placing.getByRole('button', { name: 'Place the hold' }).click();
    const holds = page.view.getByRole('table', { name: 'Legal holds' });
    await holds.getByText('in force').waitFor();
    await holds.getByText('Court order 12/2026').waitFor();

    const watching = await world.signedIn('admin');
    await watching.open(`/erasures?tenant=${tenant.id}`);
    await watching.button('Erase somebody …').click();
    await watching.view.getByRole('textbox', { name: 'Verification' }).fill(id);
    await watching.button('Erase for good').click();
    await watching.sees('A legal hold is in the way');
    await watching.sees('0 of 1 verification: waiting for a legal hold.');

    await page.button('Release …').click();
    await page.view.getByRole('dialog').getByText('cannot be had back').waitFor();
    await page.button('Release it').click();
    await holds.getByText(/^Released/).waitFor();
    await watching.sees('1 of 1 verification: done here.');
  });
});

describe('an auditor', () => {
  it('sees erasures, certificates and holds of a tenant named by its id, and can change none', async () => {
    const page = await world.signedIn('auditor', { viewport: PHONE });
    await page.open('/erasures');
    await page.heading('Erasures');
    await page.field('Tenant').fill(tenant.id);
    const table = page.view.getByRole('table', { name: 'Erasures' });
    await table.getByText('done').first().waitFor();
    expect(await page.button('Erase somebody …').count()).toBe(0);
    await page.expectNoSidewaysScrolling();
    await table.getByRole('link').last().click();
    await page.button('Download the certificate').waitFor();
    expect(await page.button('They have erased it …').count()).toBe(0);
    await page.open(`/erasures/holds?tenant=${tenant.id}`);
    await page.view
      .getByRole('table', { name: 'Legal holds' })
      .getByText(/^Released/)
      .waitFor();
    expect(await page.button('Place a hold …').count()).toBe(0);
    await page.expectNoSidewaysScrolling();
    await page.expectAccessible();
  });
});

describe('support', () => {
  it('sees erasures and no holds, and is told of a page that is not for its role', async () => {
    const page = await world.signedIn('support');
    await page.open(`/erasures?tenant=${tenant.id}`);
    await page.view.getByRole('table', { name: 'Erasures' }).getByRole('row').nth(1).waitFor();
    expect(await page.link('Legal holds').count()).toBe(0);
    await page.open(`/erasures/holds?tenant=${tenant.id}`);
    await page.sees('This page is not for your role');
    expect(await page.navigation()).not.toContain('Audit');
  });
});
