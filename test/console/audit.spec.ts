import { readFile } from 'node:fs/promises';

import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Download } from 'playwright-core';

import { type ConsolePage } from '../support/console/console-page.js';
import { PHONE, useConsole } from '../support/console/console-world.js';
import { eventually } from '../support/eventually.js';
import { type GatewayTenant, required, text } from '../support/gateway-harness.js';
import { tamper } from '../support/ledger-tampering.js';
import { connectedTenant, verified } from '../support/verified.js';

const world = useConsole();

let tenant: GatewayTenant;
let verificationId: string;

beforeAll(async () => {
  const { tenant: connected, account } = await connectedTenant(world.harness, 'sentinel');
  tenant = connected;
  verificationId = (await verified(tenant, account)).id;
  required(await tenant.call('GET', `/verifications/${verificationId}/identity`), 200);
  required(await world.harness.admin('PATCH', `/tenants/${tenant.id}`, { retentionDays: 30 }), 200);
});

/** What the browser gives somebody to keep. */
async function kept(
  page: ConsolePage,
  name: string,
): Promise<{ readonly name: string; readonly content: string }> {
  const downloading: Promise<Download> = page.view.waitForEvent('download');
  await page.button(name).first().click();
  const download = await downloading;
  return { name: download.suggestedFilename(), content: await readFile(await download.path(), 'utf8') };
}

async function checkpoint(): Promise<string> {
  const { data } = required(
    await world.harness.admin('GET', `/audit-log/checkpoints?tenantId=${tenant.id}&limit=1`),
    200,
  );
  return text((data as Record<string, unknown>[])[0] ?? {}, 'note');
}

describe('the search of the ledger', () => {
  it('keeps its filters in the address, and shows what was changed before and after', async () => {
    const page = await world.signedIn('admin');
    await page.open('/audit');
    await page.heading('Audit');
    await page.field('Tenant').first().click();
    await page.view.getByRole('option', { name: 'Northwind Bank' }).first().click();
    await page.field('Kind').first().click();
    await page.view.getByRole('option', { name: 'Tenant changed' }).click();
    await page.button(/^Search$/).click();
    await page
      .button(/^Tenant changed/)
      .first()
      .click();
    expect(page.path).toBe(`/audit?tenant=${tenant.id}&kind=tenant.changed`);
    const changes = page.view.getByRole('table', { name: 'What was changed' });
    const row = changes.getByRole('row', { name: /settings\.retentionDays/ });
    expect(await row.innerText()).toMatch(/–\s+30$/);
    await page.view.reload();
    await page
      .button(/^Tenant changed/)
      .first()
      .waitFor();
  });

  it('refuses what names nobody before it gets into an address', async () => {
    const page = await world.signedIn('admin');
    await page.open(`/audit?actor=Ana+Ruiz&tenant=${tenant.id}`);
    await page
      .button(/^Identity viewed/)
      .first()
      .waitFor();
    expect(await page.field('Actor').inputValue()).toBe('');
    await page.field('Actor').fill('Ana Ruiz');
    await page.sees('Names a key by its id');
    await page.button(/^Search$/).click();
    expect(page.path).not.toContain('Ana');
    expect(page.view.url()).not.toContain('Ruiz');
  });

  it('is an auditor’s too, who names the tenant by its id', async () => {
    const page = await world.signedIn('auditor', { viewport: PHONE });
    await page.open('/audit');
    await page.heading('Audit');
    await page.field('Tenant').fill('Northwind Bank');
    await page.sees('A tenant’s id begins with tnt_');
    await page.field('Tenant').fill(tenant.id);
    await page.field('Verification').fill(verificationId);
    await page.button(/^Search$/).click();
    await page.button(/^Verification created/).click();
    expect(page.path).toBe(`/audit?tenant=${tenant.id}&verification=${verificationId}`);
    await page.sees('All by this actor');
    await page.expectNoSidewaysScrolling();
    await page.expectAccessible();
  });
});

describe('who saw whom', () => {
  it('names who was shown which fields of whom, and when', async () => {
    const page = await world.signedIn('auditor');
    await page.open('/audit/views');
    await page.sees('Choose a tenant first');
    await page.field('Tenant').fill(tenant.id);
    await page.field('Verification').fill(verificationId);
    await page.button(/^Search$/).click();
    const views = page.view.getByRole('table', { name: 'Views of personal data' });
    const row = views.getByRole('row').nth(1);
    await row.waitFor();
    const shown = await row.innerText();
    expect(shown).toContain('Identity viewed');
    expect(shown).toContain('key:key_');
    expect(shown).toContain(verificationId);
    expect(shown).toMatch(/person .*\bfirstName\b/);
    expect(shown).not.toContain('@mail.test');
    expect(page.path).toBe(`/audit/views?tenant=${tenant.id}&verification=${verificationId}`);
    await page.expectAccessible();
  });

  it('tells a role that may know it the name of the key', async () => {
    const page = await world.signedIn('admin', { viewport: PHONE });
    await page.open(`/audit/views?tenant=${tenant.id}`);
    const keys = required(await world.harness.admin('GET', `/tenants/${tenant.id}/api-keys`), 200);
    const name = text((keys['data'] as Record<string, unknown>[])[0] ?? {}, 'name');
    await page.view
      .getByRole('cell', { name: new RegExp(`^${name} key:key_`) })
      .first()
      .waitFor();
    await page.expectNoSidewaysScrolling();
  });
});

describe('checkpoints and downloads', () => {
  it('give an auditor a signed head to keep', async () => {
    const page = await world.signedIn('auditor');
    await page.open('/audit/checkpoints');
    await page.heading('Checkpoints');
    await page.field('Tenant').fill(tenant.id);
    await eventually(() => {
      expect(page.path).toBe(`/audit/checkpoints?tenant=${tenant.id}`);
    });
    const rows = page.view.getByRole('table', { name: 'Checkpoints' }).getByRole('row');
    await rows.nth(1).waitFor();
    await page.expectAccessible();
    const head = await kept(page, 'Download the checkpoint of');
    expect(head.name).toMatch(new RegExp(`^checkpoint-${tenant.id}-\\d+\\.txt$`));
    expect(head.content).toMatch(new RegExp(`^gatehouse/${tenant.id}\\n\\d+\\n`));
  });

  it('give an auditor a whole ledger, down to the checkpoint that proves it', async () => {
    const page = await world.signedIn('auditor');
    await page.open('/audit/downloads');
    await page.heading('Downloads');
    await page.field('Tenant').first().fill(tenant.id);
    const ledger = await kept(page, 'Download the ledger');
    expect(ledger.name).toBe(`ledger-${tenant.id}.jsonl`);
    const lines = ledger.content.trimEnd().split('\n');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ position: 1 });
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ checkpoint: expect.stringContaining(tenant.id) });
    await page.sees(/^Downloaded: .* whole to its checkpoint/);
    await page.expectAccessible();
  });
});

describe('keys', () => {
  it('are replaced by an admin who is told what it means, and seen by an auditor', async () => {
    const page = await world.signedIn('admin');
    await page.open('/audit/keys');
    await page.heading('Keys');
    await page.sees('No key has been replaced yet');
    await page.button('Replace keys …').click();
    await page.view.getByRole('dialog').getByText('It cannot be called off').waitFor();
    await page.expectAccessible();
    await page.button('Replace them').click();
    const rotations = page.view.getByRole('table', { name: 'Rotations of keys' });
    await rotations.getByRole('row', { name: /Northwind Bank/ }).waitFor();
    const auditor = await world.signedIn('auditor', { viewport: PHONE });
    await auditor.open('/audit/keys');
    await auditor.view.getByRole('table', { name: 'Rotations of keys' }).getByRole('row').nth(1).waitFor();
    expect(await auditor.button('Replace keys …').count()).toBe(0);
    await auditor.expectNoSidewaysScrolling();
  });
});

describe('a long ledger', () => {
  it('is loaded page by page, down to the first entry', async () => {
    for (let n = 0; n < 30; n += 1) {
      required(await world.harness.admin('PATCH', `/tenants/${tenant.id}`, { retentionDays: 31 + n }), 200);
      required(await tenant.call('GET', `/verifications/${verificationId}/identity`), 200);
    }
    const page = await world.signedIn('admin');
    await page.open(`/audit?tenant=${tenant.id}`);
    const entries = page.view.getByRole('main').getByRole('heading', { level: 2 });
    await entries.first().waitFor();
    expect(await entries.count()).toBe(50);
    const more = page.button('Load more entries');
    await more.click();
    await page.sees('These are all entries.');
    expect(await entries.count()).toBeGreaterThan(60);
    await page.button(/^Tenant created/).waitFor();
  });
});

describe('the verification of the ledger', () => {
  it('says in plain words that all is as it was written, also with a checkpoint that was kept', async () => {
    const page = await world.signedIn('auditor');
    await page.open('/audit/verify');
    await page.heading('Verify the ledger');
    await page.button('Verify').click();
    await page.sees(/^All \d[\d,]* entries are as they were written$/);
    await page.field('Tenant').fill(tenant.id);
    await page.field(/^Checkpoints that you kept/).fill(await checkpoint());
    await page.button('Verify with 1 checkpoint').click();
    await page.sees(/the checkpoints that you gave/);
    await page.expectAccessible();
    await page.field(/^Checkpoints that you kept/).fill('gatehouse/nobody');
    page.expectFailure({ status: 422, path: '/audit-log/verify' });
    await page.button('Verify with 1 checkpoint').click();
    expect(await (await page.problem()).innerText()).toContain('/checkpoints/0');
  });

  it('says that it could not go on, and nothing of the ledger, where the gateway fails in the middle', async () => {
    const page = await world.signedIn('admin');
    await page.open(`/audit/verify?tenant=${tenant.id}`);
    await world.harness.pool.query('REVOKE SELECT ON ledger_nodes FROM gatehouse_app');
    try {
      await page.button('Verify').click();
      const said = await (await page.problem()).innerText();
      expect(said).toContain('overloaded');
      expect(said).toMatch(/Request\s+\S+/);
      expect(await page.view.getByText('as they were written').count()).toBe(0);
    } finally {
      await world.harness.pool.query('GRANT SELECT ON ledger_nodes TO gatehouse_app');
    }
  });

  // The last: what is tampered with stays so.
  it('names tenant and position of the first entry that was changed, and what to do', async () => {
    const before = await checkpoint();
    await tamper(
      world.harness.pool,
      [tenant.id, 3],
      `UPDATE ledger_entries SET data = '{"number": 99}'
        WHERE id = (SELECT l.entry_id FROM ledger_leaves l WHERE l.tenant_id = (SELECT audit.uuid($1)) AND l.position = $2)`,
    );
    const page = await world.signedIn('admin', { viewport: PHONE });
    await page.open('/audit/verify');
    await page.field(/^Checkpoints that you kept/).fill(before);
    await page.button('Verify with 1 checkpoint').click();
    const alert = await page.problem();
    const said = await alert.innerText();
    expect(said).toContain('The ledger is not as it was written: entry 3');
    expect(said).toContain('Northwind Bank');
    expect(said).toContain(tenant.id);
    expect(said).toContain('The entry has another content than when it was sealed.');
    expect(said).toContain('Do not repair it.');
    const verdict = await kept(page, 'Download this verdict');
    expect(JSON.parse(verdict.content)).toMatchObject({ ok: false, firstBad: { position: 3 } });
    await page.expectNoSidewaysScrolling();
    await page.expectAccessible();
  });
});
