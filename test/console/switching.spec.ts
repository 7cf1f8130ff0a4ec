import { describe, expect, it } from '@jest/globals';
import { type Locator } from 'playwright-core';

import { type ConsolePage } from '../support/console/console-page.js';
import { type AdminRole, DESK, type Operator, PHONE, useConsole } from '../support/console/console-world.js';
import { eventually } from '../support/eventually.js';
import { type GatewayTenant, required, text } from '../support/gateway-harness.js';
import { somebody } from '../support/verified.js';

const A_DAY_MS = 24 * 60 * 60_000;

const world = useConsole();

const routingOf = ({ id }: GatewayTenant, rest = ''): string =>
  `/tenants/${id}/routing${rest}?environment=test`;
const pageOf = ({ id }: GatewayTenant): string => `/switching?tenantId=${id}&environment=test`;

async function connected(): Promise<GatewayTenant> {
  const tenant = await world.harness.tenant();
  await Promise.all([tenant.connect('sentinel'), tenant.connect('sardine'), tenant.connect('dentity')]);
  return tenant;
}

async function put(tenant: GatewayTenant, policy: Record<string, unknown>, status = 200): Promise<void> {
  required(await world.harness.admin('PUT', routingOf(tenant), policy), status);
}

interface Listed {
  readonly version: number;
  readonly state: string;
  readonly policy: Record<string, unknown>;
  readonly author: string;
  readonly note: string | null;
}

async function versions(tenant: GatewayTenant): Promise<readonly Listed[]> {
  return required(await world.harness.admin('GET', routingOf(tenant, '/versions')), 200)['data'] as Listed[];
}

/** Begins a verification; the provider it went to. */
async function begin(tenant: GatewayTenant, request: Record<string, unknown> = {}): Promise<string> {
  const created = await tenant.call('POST', '/verifications', { subject: somebody(), ...request });
  const read = await tenant.call('GET', `/verifications/${text(required(created, 201), 'id')}`);
  return (required(read, 200)['provider'] as { name: string }).name;
}

async function opened(
  tenant: GatewayTenant,
  who: AdminRole | Operator = 'admin',
  viewport = DESK,
): Promise<ConsolePage> {
  const page = await world.signedIn(who, { viewport });
  await page.open(pageOf(tenant));
  return page;
}

async function choose({ view }: ConsolePage, label: string, option: string | RegExp): Promise<void> {
  await view.getByRole('combobox', { name: label, exact: true }).click();
  await view.getByRole('option', { name: option }).click();
}

const button = (within: ConsolePage | Locator, name: string): Locator =>
  ('view' in within ? within.view : within).getByRole('button', { name, exact: true });

const dialogOf = ({ view }: ConsolePage): Locator => view.getByRole('dialog');

/** The clauses in a list of that label, as they are read aloud. */
async function clauses(within: ConsolePage | Locator, label: string): Promise<readonly string[]> {
  const items = ('view' in within ? within.view : within)
    .getByRole('list', { name: label, exact: true })
    .getByRole('listitem');
  await items.first().waitFor();
  return (await items.allTextContents()).map((clause) => clause.replace(/→\s*go to/u, '→').trim());
}

describe('a tenant without a policy', () => {
  it('is told what to do first, and gets its first policy by the form', async () => {
    const tenant = await connected();
    const page = await opened(tenant);
    await page.view.getByRole('heading', { name: 'No policy was ever put in force here' }).waitFor();
    await choose(page, 'Default provider', 'Sentinel · connected');
    await button(page, 'Switch now …').click();
    await button(dialogOf(page), 'Switch now').click();
    await page.sees('Switched');
    await page.view.getByRole('heading', { name: 'In force: version 1' }).waitFor();
    expect(await versions(tenant)).toMatchObject([
      { version: 1, state: 'in_force', policy: { provider: 'sentinel', rules: [], fallback: [] } },
    ]);
  });
});

describe('a switch', () => {
  it('is made by the form: rules are added, filled, moved and removed by keyboard', async () => {
    const tenant = await connected();
    await put(tenant, { provider: 'sentinel' });
    const page = await opened(tenant);
    await button(page, 'Add a rule').press('Enter');
    await choose(page, 'Rule 1 sends them to', 'Sardine · connected');
    const first = page.view.getByRole('listitem', { name: 'Rule 1' });
    await first.getByRole('combobox', { name: 'Countries of the address' }).fill('us');
    await page.view.keyboard.press('Enter');
    await first.getByRole('combobox', { name: 'Checks asked for' }).press('ArrowDown');
    await page.view.getByRole('option', { name: 'ssn' }).click();
    await page.view.keyboard.press('Escape');
    await button(page, 'Add a rule').press('Enter');
    await choose(page, 'Rule 2 sends them to', 'Dentity · connected');
    const second = page.view.getByRole('listitem', { name: 'Rule 2' });
    await second.getByLabel('Share of the people, in %').pressSequentially('12.5');
    await button(page, 'Add a rule').press('Enter');
    await button(page, 'Remove rule 3').press('Enter');
    await button(page, 'Move rule 2 up').press('Enter');
    // The focus goes along with the rule.
    expect(await page.view.evaluate('document.activeElement.getAttribute("aria-label")')).toBe(
      'Move rule 1 up',
    );
    await choose(page, 'Add to the fallback', 'Sardine · connected');
    await choose(page, 'Add to the fallback', 'Dentity · connected');
    await button(page, 'Ask Dentity earlier').press('Enter');
    await page.view.getByLabel('A caller may name another connected provider').check();
    await page.view.getByLabel('Go back by itself where it does badly').check();
    await page.view.getByLabel('At most, in %, fail').fill('5');
    await page.view.getByLabel('Note').fill('Cheaper in this region');
    expect(await clauses(page, 'What differs from the version in force')).toEqual([
      'No longer: Everybody → Sentinel',
      'New: 12.5 % of the people → Dentity',
      'New: From US, asked for ssn → Sardine',
      'New: Everybody else → Sentinel',
      'New: Where that one cannot → Dentity, then Sardine',
      'New: A caller may name another connected provider',
      'New: Goes back by itself where fewer than 80 % pass or more than 5 % fail, of 50 at least',
    ]);
    await button(page, 'Switch now …').click();
    const dialog = dialogOf(page);
    await dialog.getByText('Verifications under way stay with the provider they began with.').waitFor();
    await button(dialog, 'Switch now').click();
    await page.view.getByRole('heading', { name: 'In force: version 2' }).waitFor();
    expect((await versions(tenant))[0]).toMatchObject({
      policy: {
        provider: 'sentinel',
        rules: [
          { when: { percent: 12.5 }, provider: 'dentity' },
          { when: { country: ['US'], checks: ['ssn'] }, provider: 'sardine' },
        ],
        fallback: ['dentity', 'sardine'],
        callerMayChoose: true,
        effectiveAt: null,
        guardrail: { passRate: 0.8, errorRate: 0.05, minimumSample: 50 },
      },
      note: 'Cheaper in this region',
    });
  });

  it('is made by JSON that the form keeps in step with, and sends new verifications to the new provider', async () => {
    const tenant = await connected();
    await put(tenant, { provider: 'sentinel' });
    expect(await begin(tenant)).toBe('sentinel');
    const page = await opened(tenant);
    await page.view.getByRole('tab', { name: 'JSON' }).click();
    const json = page.view.getByLabel('The policy as JSON');
    await json.fill('{\n  "provider": dentity\n}');
    await page.view.getByText('Line 2, column 15: expected a value').waitFor();
    expect(await button(page, 'Switch now …').isDisabled()).toBe(true);
    await json.fill('{"provider":"dentity","planet":"Mars"}');
    await page.view.getByText('/planet is no member that is known here').waitFor();
    await json.fill('{"provider":"dentity","note":"all at once"}');
    await page.view.getByRole('tab', { name: 'Form' }).click();
    expect(await page.view.getByRole('combobox', { name: 'Default provider' }).inputValue()).toBe(
      'Dentity · connected',
    );
    expect(await page.view.getByLabel('Note').inputValue()).toBe('all at once');
    await page.view.getByLabel('Note').fill('all of them');
    await page.view.getByRole('tab', { name: 'JSON' }).click();
    expect(JSON.parse(await json.inputValue())).toMatchObject({ provider: 'dentity', note: 'all of them' });
    await button(page, 'Switch now …').click();
    await button(dialogOf(page), 'Switch now').click();
    await page.sees('Switched');
    await eventually(async () => {
      expect(await begin(tenant)).toBe('dentity');
    });
  });

  it('is tried first: who would go where, and whom nobody could serve', async () => {
    const tenant = await connected();
    await put(tenant, { provider: 'sardine' });
    for (const checks of [['ssn'], ['profile'], ['profile']]) await begin(tenant, { checks });
    const page = await opened(tenant);
    await choose(page, 'Default provider', 'Sentinel · connected');
    await button(page, 'Preview').click();
    await page.view
      .getByText(
        'Of 3 in the last 7 days, 2 would go to Sentinel; 1 could not be served, because: Sentinel does not support checks: ssn. Who does: sardine.',
      )
      .waitFor();
    const rows = page.view.getByRole('table', { name: 'The preview in numbers' }).getByRole('row');
    expect(await rows.nth(1).getByRole('cell').nth(1).innerText()).toBe('2');
    expect(await rows.nth(2).getByRole('cell').nth(2).innerText()).toBe('33.3 %');
    await choose(page, 'Default provider', 'Dentity · connected');
    await page.view.getByText('Of the policy before your last change').waitFor();
    expect(await versions(tenant)).toHaveLength(1);
  });

  it('can be planned for a time, and what is planned can be cancelled', async () => {
    const tenant = await connected();
    await put(tenant, { provider: 'sentinel' });
    const page = await opened(tenant);
    await choose(page, 'Default provider', 'Dentity · connected');
    await page.view.getByText('At a time').click();
    const tomorrow = new Date(Date.now() + A_DAY_MS).toISOString().slice(0, 16);
    await page.view.getByLabel('Comes into force').fill(tomorrow);
    await button(page, 'Plan the switch …').click();
    await button(dialogOf(page), 'Plan the switch').click();
    await page.sees('A switch is planned');
    const [planned, current] = await versions(tenant);
    expect(planned).toMatchObject({ version: 2, state: 'scheduled', policy: { provider: 'dentity' } });
    expect(current).toMatchObject({ version: 1, state: 'in_force' });
    await button(page, 'Cancel what is planned').click();
    const dialog = dialogOf(page);
    await dialog.getByText(/^Version 2, planned for .*, will not come into force\.$/u).waitFor();
    await button(dialog, 'Cancel what is planned').click();
    await page.view.getByRole('heading', { name: 'In force: version 3' }).waitFor();
    expect((await versions(tenant))[0]).toMatchObject({
      policy: { provider: 'sentinel', effectiveAt: null },
      note: 'Cancels version 2',
    });
    await page.view.getByText('overtaken before it came into force').waitFor();
    expect(await page.view.getByText('A switch is planned', { exact: true }).count()).toBe(0);
  });

  it('that somebody else was faster with shows theirs and keeps one’s own', async () => {
    const tenant = await connected();
    await put(tenant, { provider: 'sentinel' });
    const page = await opened(tenant);
    await choose(page, 'Default provider', 'Dentity · connected');
    await button(page, 'Switch now …').click();
    await put(tenant, { provider: 'sardine', note: 'I was first' });
    page.expectFailure({ status: 412 });
    await button(dialogOf(page), 'Switch now').click();
    const notice = page.view.getByRole('alert').filter({ hasText: 'Somebody switched meanwhile' });
    await notice.getByText(/put version 2.*“I was first”/u).waitFor();
    expect(await clauses(notice, 'What they changed')).toEqual([
      'No longer: Everybody → Sentinel',
      'New: Everybody → Sardine',
    ]);
    expect(await page.view.getByRole('combobox', { name: 'Default provider' }).inputValue()).toBe(
      'Dentity · connected',
    );
    expect(await versions(tenant)).toHaveLength(2);
    await button(notice, 'Keep mine, on top of theirs').click();
    await button(page, 'Switch now …').click();
    await button(dialogOf(page), 'Switch now').click();
    await page.view.getByRole('heading', { name: 'In force: version 3' }).waitFor();
    expect((await versions(tenant))[0]).toMatchObject({ policy: { provider: 'dentity' } });
  });

  it('that is refused says why at the field, until the field is mended', async () => {
    const tenant = await world.harness.tenant();
    await tenant.connect('sentinel');
    await put(tenant, { provider: 'sentinel' });
    const page = await opened(tenant);
    page.expectFailure({ status: 409 });
    page.expectFailure({ status: 422 });
    await button(page, 'Add a rule').click();
    await choose(page, 'Rule 1 sends them to', 'Dentity · not connected');
    await button(page, 'Switch now …').click();
    await button(dialogOf(page), 'Switch now').click();
    const field = page.view.getByRole('combobox', { name: 'Rule 1 sends them to' });
    await page.view.getByRole('alert').filter({ hasText: 'Gatehouse refused the policy' }).waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    await choose(page, 'Rule 1 sends them to', 'Sentinel · connected');
    expect(await field.getAttribute('aria-invalid')).not.toBe('true');
    await page.view.getByRole('combobox', { name: 'Countries of the address' }).fill('Mars');
    await page.view.keyboard.press('Enter');
    await button(page, 'Switch now …').click();
    await button(dialogOf(page), 'Switch now').click();
    await page.view.getByRole('alert').filter({ hasText: 'Rule 1:' }).waitFor();
    expect(await versions(tenant)).toHaveLength(1);
  });

  it('is taken back with one click and a question', async () => {
    const tenant = await connected();
    await put(tenant, { provider: 'sentinel', note: 'the first' });
    await put(tenant, { provider: 'dentity' });
    const page = await opened(tenant);
    await button(page, 'Compare version 2').click();
    expect(await clauses(page, 'What version 2 has that version 1 does not')).toEqual([
      'No longer: Everybody → Sentinel',
      'New: Everybody → Dentity',
    ]);
    await button(page, 'Back to version 1').click();
    const dialog = dialogOf(page);
    await dialog.getByText('The policy of version 1 comes back as a new version.').waitFor();
    await button(dialog, 'Back to version 1').click();
    await page.view.getByRole('heading', { name: 'In force: version 3' }).waitFor();
    expect((await versions(tenant))[0]).toMatchObject({
      policy: { provider: 'sentinel' },
      note: 'Back to version 1',
    });
  });
});

describe('where two persons are asked for', () => {
  it('a switch becomes a proposal, which another key approves', async () => {
    const tenant = await connected();
    await put(tenant, { provider: 'sentinel' });
    required(await world.harness.admin('PATCH', `/tenants/${tenant.id}`, { twoPersonApproval: true }), 200);
    const page = await opened(tenant);
    await choose(page, 'Default provider', 'Dentity · connected');
    await button(page, 'Propose the switch …').click();
    await dialogOf(page)
      .getByText(/^It becomes a proposal/u)
      .waitFor();
    await button(dialogOf(page), 'Propose the switch').click();
    await page.sees('Proposed as version 2');
    const proposal = page.view.getByRole('region', { name: 'Proposal, version 2' });
    await proposal.getByText('It is your own: somebody with another key has to decide it.').waitFor();
    page.expectFailure({ status: 409 });
    await button(proposal, 'Approve').click();
    await button(dialogOf(page), 'Approve').click();
    await dialogOf(page).getByText('Nobody decides a proposal of their own; another key has to.').waitFor();

    const other = await opened(tenant, 'approver');
    const theirs = other.view.getByRole('region', { name: 'Proposal, version 2' });
    expect(await clauses(theirs, 'What version 2 changes')).toEqual([
      'No longer: Everybody → Sentinel',
      'New: Everybody → Dentity',
    ]);
    await button(theirs, 'Approve').click();
    await button(dialogOf(other), 'Approve').click();
    await other.view.getByRole('heading', { name: 'In force: version 2' }).waitFor();
    expect(await begin(tenant)).toBe('dentity');
  });

  it('a proposal can be rejected, and only that once another version was accepted', async () => {
    const tenant = await connected();
    await put(tenant, { provider: 'sentinel' });
    required(await world.harness.admin('PATCH', `/tenants/${tenant.id}`, { twoPersonApproval: true }), 200);
    await put(tenant, { provider: 'dentity' }, 202);
    required(await world.harness.admin('PATCH', `/tenants/${tenant.id}`, { twoPersonApproval: false }), 200);
    await put(tenant, { provider: 'sardine' });
    const page = await opened(tenant, 'approver');
    const proposal = page.view.getByRole('region', { name: 'Proposal, version 2' });
    await proposal.getByText('Another version was accepted since').waitFor();
    expect(await button(proposal, 'Approve').count()).toBe(0);
    await button(proposal, 'Reject').click();
    await button(dialogOf(page), 'Reject').click();
    await page.sees('Version 2 is rejected');
    expect((await versions(tenant))[1]).toMatchObject({ version: 2, state: 'rejected' });
  });
});

describe('a role', () => {
  it.each(['support', 'approver'] as const)(
    '%s reads the policy and its history, and is shown nothing to change it by',
    async (role) => {
      const tenant = await connected();
      await put(tenant, { provider: 'sentinel' });
      await put(tenant, { provider: 'dentity' });
      const page = await opened(tenant, role);
      await page.view.getByRole('heading', { name: 'In force: version 2' }).waitFor();
      await button(page, 'Compare version 1').waitFor();
      expect(await page.view.getByRole('heading', { name: 'Change the policy' }).count()).toBe(0);
      expect(await button(page, 'Back to version 1').count()).toBe(0);
    },
  );
});

describe.each([
  ['a desk', DESK],
  ['a phone', PHONE],
])('at %s', (_, viewport) => {
  /** Everything at once: a policy with all its parts, a plan, a proposal. */
  async function busyPage(): Promise<ConsolePage> {
    const tenant = await connected();
    await put(tenant, { provider: 'sardine', note: 'the first' });
    await put(tenant, {
      provider: 'sentinel',
      rules: [{ when: { country: ['US'], checks: ['ssn'] }, provider: 'sardine' }],
      fallback: ['sardine', 'dentity'],
      guardrail: { passRate: 0.8, minimumSample: 50 },
    });
    await put(tenant, { provider: 'dentity', effectiveAt: new Date(Date.now() + A_DAY_MS).toISOString() });
    required(await world.harness.admin('PATCH', `/tenants/${tenant.id}`, { twoPersonApproval: true }), 200);
    await put(tenant, { provider: 'sardine' }, 202);
    return opened(tenant, 'admin', viewport);
  }

  it('the form, a preview and the history are accessible and fit', async () => {
    const page = await busyPage();
    await button(page, 'Compare version 2').click();
    await page.view.getByRole('button', { name: /^Rule 1/u }).click();
    await choose(page, 'Default provider', 'Dentity · connected');
    await page.view.getByText('At a time').click();
    await button(page, 'Preview').last().click();
    await page.sees(/^Nobody was verified/u);
    await page.expectAccessible();
    await page.expectNoSidewaysScrolling();
  });

  it('JSON that does not parse is accessible and fits', async () => {
    const page = await busyPage();
    await page.view.getByRole('tab', { name: 'JSON' }).click();
    await page.view.getByLabel('The policy as JSON').fill('{"provider":}');
    await page.sees(/^Line 1, column 13/u);
    await page.expectAccessible();
    await page.expectNoSidewaysScrolling();
  });

  it('the question before a change is accessible and fits', async () => {
    const page = await busyPage();
    await button(page, 'Propose to cancel').click();
    await dialogOf(page).getByText('What will not').waitFor();
    await page.expectAccessible();
    await page.expectNoSidewaysScrolling();
  });
});
