import { describe, expect, it } from '@jest/globals';

import { type ConsolePage } from '../support/console/console-page.js';
import { type Operator, useConsole } from '../support/console/console-world.js';

const world = useConsole();

const SIGN_IN = 'Gatehouse console';
const HOUR = 3600;

async function at(path: string, heading: string, operator: Operator): Promise<ConsolePage> {
  const page = await world.signedIn(operator);
  // What brings about that it is told: a page that asks again while it is looked at.
  page.expectFailure({ status: 401 });
  await page.open(path);
  await page.heading(heading);
  return page;
}

async function endSessions({ key }: Operator): Promise<void> {
  const headers = { authorization: `Bearer ${key}` };
  const { status } = await world.harness.fetch('/admin/v1/sessions', { method: 'DELETE', headers });
  expect(status).toBe(204);
}

/** On what has the focus: no element that the page, asking again by itself just then, could take away from under a click. */
async function pressEnter({ view }: ConsolePage): Promise<void> {
  await view.keyboard.press('Enter');
}

describe('a session that ends while somebody is at work', () => {
  it('asks to sign in again, says why, and leads back to the same place', async () => {
    const operator = await world.operator('admin');
    const page = await at('/audit?kind=tenant.created', 'Audit', operator);
    await page.view.getByRole('main').getByRole('button', { name: 'Search' }).focus();
    await endSessions(operator);
    await pressEnter(page);
    await page.heading(SIGN_IN);
    await page.sees('Your session has ended');
    await page.expectAccessible();
    await page.enterKey(operator.key);
    await page.heading('Audit');
    expect(page.path).toBe('/audit?kind=tenant.created');
  });

  it('leaves nothing on the screen of what was seen', async () => {
    const operator = await world.operator('admin', 'Noor Rahman');
    const page = await at('/operators', 'Operators', operator);
    await page.sees('Noor Rahman');
    await endSessions(operator);
    await page.heading(SIGN_IN);
    expect(await page.view.locator('body').innerText()).not.toContain('Noor Rahman');
  });

  it('is noticed when one goes on to another page, too', async () => {
    const operator = await world.operator('admin');
    const page = await at('/operators', 'Operators', operator);
    await page.view.getByRole('navigation').getByRole('link', { name: 'Providers' }).focus();
    await endSessions(operator);
    await pressEnter(page);
    await page.heading(SIGN_IN);
    await page.enterKey(operator.key);
    await page.view.getByRole('navigation').waitFor();
    expect(['/providers', '/operators']).toContain(page.path);
  });

  it('is over when its key is revoked, and the key opens nothing any more', async () => {
    const operator = await world.operator('admin');
    const page = await at('/operators', 'Operators', operator);
    expect((await world.harness.admin('DELETE', `/admin-keys/${operator.id}`)).status).toBe(204);
    await page.heading(SIGN_IN);
    await page.enterKey(operator.key);
    expect(await (await page.problem()).innerText()).toContain('unauthenticated');
  });
});

describe('a session that was left alone', () => {
  it.each([
    ['for more than an hour', 1.1 * HOUR],
    ['over night', 13 * HOUR],
  ])('%s is no longer one', async (_how, seconds) => {
    const operator = await world.operator('admin');
    const page = await world.signedIn(operator);
    await page.open('/operators');
    await page.heading('Operators');
    // The lid is closed: the page asks nothing meanwhile.
    await page.view.goto('about:blank');
    page.expectFailure({ status: 401, path: '/admin/v1/session' });
    world.clock.forward(seconds);
    await page.open('/operators');
    await page.heading(SIGN_IN);
    await page.enterKey(operator.key);
    await page.heading('Operators');
  });
});
