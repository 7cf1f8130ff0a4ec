import { readFile } from 'node:fs/promises';

import { beforeAll, describe, expect, it } from '@jest/globals';

import { present } from '../support/eventually.js';
import { PHONE, useConsole } from '../support/console/console-world.js';
import { type ConsolePage } from '../support/console/console-page.js';
import { required } from '../support/gateway-harness.js';
import { begin, connectedTenant, nameAt, verified } from '../support/verified.js';

const world = useConsole();

let connected: Awaited<ReturnType<typeof connectedTenant>>;
let seen: Awaited<ReturnType<typeof verified>>;

beforeAll(async () => {
  connected = await connectedTenant(world.harness, 'sentinel');
  seen = await verified(connected.tenant, connected.account, { reference: 'user-42' });
});

async function inReview(): Promise<string> {
  const { tenant, account } = connected;
  const { id, person } = await begin(tenant);
  await account.finish(nameAt('sentinel', person), 'review');
  required(await tenant.call('POST', `/verifications/${id}/refresh`), 200);
  return id;
}

/** Chooses an option by what it says. */
async function choose(page: ConsolePage, label: string, option: string): Promise<void> {
  await page.view.getByRole('combobox', { name: label }).click();
  await page.view.getByRole('option', { name: option }).first().click();
}

describe('the list of verifications', () => {
  it('has filters that are in the address and come back from it', async () => {
    const page = await world.signedIn('admin');
    const { id: tenantId } = connected.tenant;
    await page.open('/verifications');
    await page.link(seen.id).waitFor();
    await page.expectAccessible();
    await page.open(`/verifications?tenantId=${tenantId}&status=verified&reference=user-42`);
    await page.link(seen.id).waitFor();
    await choose(page, 'Status', 'canceled');
    await page.sees('No verification is like that');
    expect(page.path).toContain('status=canceled');
    expect(page.path).toContain('reference=user-42');
    await page.button('Clear filters').click();
    await page.link(seen.id).waitFor();
    expect(page.path).toBe('/verifications');
  });

  it('finds by id, and by e-mail address without telling the address bar', async () => {
    const page = await world.signedIn('support');
    const { id: tenantId } = connected.tenant;
    await page.open('/verifications');
    await page.field(/^Find by/).fill(seen.person.email);
    await page.button('Find').click();
    await page.sees('Choose a tenant first');
    await page.open(`/verifications?tenantId=${tenantId}`);
    const asked: string[] = [];
    page.view.on('request', (request) => asked.push(request.url()));
    await page.field(/^Find by/).fill(seen.person.email);
    await page.button('Find').click();
    await page.sees('Found by e-mail address');
    await page.link(seen.id).waitFor();
    expect(asked.join('\n')).not.toContain(encodeURIComponent(seen.person.email));
    expect(asked.join('\n')).not.toContain(seen.person.email);
    expect(page.path).toBe(`/verifications?tenantId=${tenantId}`);
    await page.field(/^Find by/).fill(seen.id);
    await page.button('Find').click();
    await page.heading('Verification');
    expect(page.path).toBe(`/verifications/${seen.id}`);
  });

  it('says what is wrong with an answer that is none', async () => {
    const page = await world.signedIn('admin');
    const missing = `ver_${'0'.repeat(26)}`;
    page.expectFailure({ status: 404, path: missing });
    await page.open(`/verifications/${missing}`);
    expect(await (await page.problem()).innerText()).toContain('not_found');
  });
});

describe('a verification', () => {
  it('shows a person to who says why, writes it down, and hides it again', async () => {
    const operator = await world.operator('admin');
    const page = await world.signedIn(operator);
    await page.open(`/verifications/${seen.id}`);
    await page.sees('Why it is where it is');
    const { person } = required(
      await connected.tenant.call('GET', `/verifications/${seen.id}/identity`),
      200,
    ) as { person: { firstName: string; dateOfBirth: string } };
    expect(await page.view.getByText(person.dateOfBirth).count()).toBe(0);
    await page.button('Show the identity').click();
    await page.sees('goes into the audit log');
    await choose(page, 'What for', 'To look into fraud');
    await page.field('Ticket').fill('OPS-1204');
    await page.view.getByRole('dialog').getByRole('button', { name: 'Show the identity' }).click();
    await page.sees(person.dateOfBirth);
    await page.view.getByRole('dialog').waitFor({ state: 'detached' });
    expect(page.path).toBe(`/verifications/${seen.id}`);

    await page.button('Show the images').click();
    await choose(page, 'What for', 'Other');
    await page.field('Ticket').fill('#7');
    await page.view.getByRole('dialog').getByRole('button', { name: 'Show the images' }).click();
    await page.button('Enlarge: selfie').click();
    await page.view.getByRole('img', { name: 'selfie' }).waitFor();
    await page.view.keyboard.press('Escape');
    await page.view.getByRole('dialog').waitFor({ state: 'detached' });

    await page.button('Hide').click();
    await page.seesNoMore(person.dateOfBirth);
    expect(await page.button(/^Enlarge/).count()).toBe(0);

    const log = required(
      await world.harness.admin(
        'GET',
        `/audit-log?tenantId=${connected.tenant.id}&verificationId=${seen.id}&actor=admin:${operator.id}`,
      ),
      200,
    );
    const views = (log['data'] as { kind: string; data: Record<string, unknown> }[]).map(
      ({ kind, data }) => ({ kind, purpose: data['purpose'], ticket: data['ticket'] }),
    );
    expect(views).toEqual(
      expect.arrayContaining([
        { kind: 'identity.viewed', purpose: 'fraud', ticket: 'OPS-1204' },
        { kind: 'images.listed', purpose: 'other', ticket: '#7' },
        { kind: 'image.viewed', purpose: 'other', ticket: '#7' },
      ]),
    );
  });

  it('is accessible, also while it asks why and while it shows the person', async () => {
    const page = await world.signedIn('admin');
    await page.open(`/verifications/${seen.id}`);
    await page.button('Show the identity').click();
    await page.sees('goes into the audit log');
    await page.expectAccessible();
    await choose(page, 'What for', 'To look into fraud');
    await page.view.getByRole('dialog').getByRole('button', { name: 'Show the identity' }).click();
    await page.sees('First name');
    await page.view.getByRole('dialog').waitFor({ state: 'detached' });
    await page.expectAccessible();
  });

  it('offers no more than the role may do', async () => {
    const page = await world.signedIn('support');
    await page.open(`/verifications/${seen.id}`);
    await page.sees('Why it is where it is');
    for (const name of ['Show the identity', 'Show the images', 'Read the provider', 'Evidence pack'])
      expect(await page.button(name).count()).toBe(0);
  });

  it('can be taken along as an evidence pack', async () => {
    const page = await world.signedIn('admin');
    await page.open(`/verifications/${seen.id}`);
    const [file] = await Promise.all([
      page.view.waitForEvent('download'),
      page.button('Evidence pack').click(),
    ]);
    expect(file.suggestedFilename()).toBe(`evidence-pack-${seen.id}.json`);
    const pack = JSON.parse(await readFile(await file.path(), 'utf8')) as Record<string, unknown>;
    expect(pack).toMatchObject({ object: 'evidence_pack', verification: { id: seen.id } });
  });

  it('fits a phone', async () => {
    const page = await world.signedIn('admin', { viewport: PHONE });
    await page.open('/verifications');
    await page.link(seen.id).waitFor();
    await page.expectNoSidewaysScrolling();
    await page.expectAccessible();
    await page.open(`/verifications/${seen.id}`);
    await page.sees('Why it is where it is');
    await page.sees('verification created');
    await page.expectNoSidewaysScrolling();
    await page.expectAccessible();
  });
});

describe('reviews', () => {
  it('are decided by keyboard, one after the other', async () => {
    const [first, second, third] = [await inReview(), await inReview(), await inReview()];
    const page = await world.signedIn('approver');
    const press = (key: string): Promise<void> => page.view.keyboard.press(key);
    await page.open('/reviews');
    // Newest first.
    await page.view.getByRole('heading', { level: 2, name: third }).waitFor();
    await page.expectAccessible();
    await press('?');
    await page.sees('Keys of the queue');
    await page.expectAccessible();
    await press('Escape');
    await page.view.getByRole('dialog').waitFor({ state: 'detached' });
    await press('j');
    await page.view.getByRole('heading', { level: 2, name: second }).waitFor();
    await press('r');
    await page.sees('Reject this verification?');
    await page.field('Reason').fill('The document is not the person’s.');
    await page.expectAccessible();
    await press('Control+Enter');
    await page.view.getByRole('heading', { level: 2, name: first }).waitFor();
    await page.view.getByRole('dialog').waitFor({ state: 'detached' });
    await press('k');
    await page.view.getByRole('heading', { level: 2, name: third }).waitFor();
    await press('a');
    await page.sees('Approve this verification?');
    await page.field('Reason').fill('Compared the document with the customer file.');
    await press('Control+Enter');
    await page.view.getByRole('heading', { level: 2, name: first }).waitFor();
    await page.sees('1 of 1');

    const statusOf = async (id: string): Promise<unknown> =>
      required(await world.harness.admin('GET', `/verifications/${id}`), 200)['status'];
    expect(await Promise.all([first, second, third].map(statusOf))).toEqual([
      'needs_review',
      'rejected',
      'verified',
    ]);
  });

  it('say so when none is left, and fit a phone while there is one', async () => {
    const id = await inReview();
    const page = await world.signedIn('admin', { viewport: PHONE });
    await page.open('/reviews');
    await page.view.getByRole('heading', { level: 2, name: id }).waitFor();
    await page.expectNoSidewaysScrolling();
    await page.expectAccessible();
    for (;;) {
      const queue = required(await world.harness.admin('GET', '/verifications?status=needs_review'), 200);
      const [next] = queue['data'] as { id: string }[];
      if (next === undefined) break;
      const decision = { decision: 'approve', reason: 'fine' };
      required(
        await world.harness.admin('POST', `/verifications/${present(next, 'review').id}/decision`, decision),
        200,
      );
    }
    await page.open('/reviews');
    await page.sees('Nothing waits for you');
    await page.expectAccessible();
  });
});
