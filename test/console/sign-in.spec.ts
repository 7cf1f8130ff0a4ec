import { describe, expect, it } from '@jest/globals';

import { type ConsolePage } from '../support/console/console-page.js';
import { PHONE, useConsole } from '../support/console/console-world.js';

const world = useConsole();

const SIGN_IN = 'Gatehouse console';
const NO_KEY = `gk_admin_${'0'.repeat(40)}`;
const REFUSED = { status: 401, path: '/admin/v1/session' } as const;

/** All that a script of the page can get at which outlives it, and what the page itself holds. */
async function withinReach(page: ConsolePage): Promise<string> {
  const kept = await page.view.evaluate(`JSON.stringify({
    cookie: document.cookie,
    local: Object.entries(localStorage),
    session: Object.entries(sessionStorage),
    history: history.state,
    name: window.name,
    fields: [...document.querySelectorAll('input')].map(({ value }) => value),
  })`);
  return [String(kept), await page.view.content(), page.view.url()].join('\n');
}

describe('signing in', () => {
  it('with a key leads to the overview', async () => {
    const { key, name } = await world.operator('admin');
    const page = await world.page();
    await page.open();
    await page.heading(SIGN_IN);
    await page.expectAccessible();
    await page.enterKey(key);
    await page.heading('Overview');
    expect(page.path).toBe('/');
    await page.button(`${name} · admin`).waitFor();
    await page.expectAccessible();
  });

  it('works from the keyboard alone', async () => {
    const { key } = await world.operator('admin');
    const page = await world.page();
    await page.open();
    await page.heading(SIGN_IN);
    const focused = page.field('Admin key').and(page.view.locator(':focus'));
    for (let presses = 0; presses < 5; presses += 1) {
      if ((await focused.count()) > 0) break;
      await page.view.keyboard.press('Tab');
    }
    await page.view.keyboard.type(key);
    await page.view.keyboard.press('Enter');
    await page.heading('Overview');
  });

  it('with what is no key in force says so, by which code and request, and lets one try again', async () => {
    const { key } = await world.operator('admin');
    const page = await world.page();
    page.expectFailure(REFUSED);
    await page.open();
    for (const wrong of [NO_KEY, 'not a key at all', key.slice(0, -1)]) {
      await page.enterKey(wrong);
      const problem = await page.problem();
      const words = await problem.innerText();
      expect(words).toContain('unauthenticated');
      expect(words).toMatch(/Request [\w-]{8,}/);
      expect(words).not.toContain(wrong);
    }
    await page.heading(SIGN_IN);
    await page.expectAccessible();
    await page.enterKey(`  ${key}\n`);
    await page.heading('Overview');
  });

  it('with a key that was revoked is refused', async () => {
    const { id, key } = await world.operator('support');
    await world.harness.admin('DELETE', `/admin-keys/${id}`);
    const page = await world.page();
    page.expectFailure(REFUSED);
    await page.open();
    await page.enterKey(key);
    expect(await (await page.problem()).innerText()).toContain('unauthenticated');
  });

  it('fits a phone', async () => {
    const page = await world.page({ viewport: PHONE });
    await page.open();
    await page.heading(SIGN_IN);
    await page.expectNoSidewaysScrolling();
    await page.expectAccessible();
  });

  it('leads to the page that was asked for', async () => {
    const { key } = await world.operator('admin');
    const page = await world.page();
    await page.open('/audit?kind=tenant.created');
    await page.heading(SIGN_IN);
    await page.enterKey(key);
    await page.heading('Audit');
    expect(page.path).toBe('/audit?kind=tenant.created');
  });

  it('asks the gateway for nothing before', async () => {
    const page = await world.page();
    const asked: string[] = [];
    page.view.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.open();
    await page.heading(SIGN_IN);
    expect(asked.filter((path) => !path.startsWith('/console'))).toEqual([]);
  });

  it('is not asked of who is signed in', async () => {
    const page = await world.signedIn('admin');
    await page.open('/sign-in?from=%2Fproviders');
    await page.heading('Providers');
    expect(page.path).toBe('/providers');
  });

  it.each(['//elsewhere.test/console', 'https://elsewhere.test', '/\\elsewhere.test', 'javascript:alert(1)'])(
    'never leads to another place than the console: %s',
    async (from) => {
      const { key } = await world.operator('admin');
      const page = await world.page();
      await page.open(`/sign-in?from=${encodeURIComponent(from)}`);
      await page.enterKey(key);
      await page.heading('Overview');
      expect(page.view.url().startsWith(`${world.origin}/console`)).toBe(true);
    },
  );
});

describe('what a browser keeps', () => {
  it('is a cookie that no script reads, and the key nowhere', async () => {
    const { key } = await world.operator('admin');
    const page = await world.page();
    await page.open();
    await page.enterKey(key);
    await page.heading('Overview');
    const cookies = await page.context.cookies(`${world.origin}/admin/v1`);
    expect(cookies).toEqual([
      expect.objectContaining({
        name: 'gatehouse_session',
        path: '/admin/v1',
        httpOnly: true,
        sameSite: 'Strict',
        // Until the browser is closed.
        expires: -1,
      }),
    ]);
    const reach = await withinReach(page);
    for (const secret of [key, cookies[0]?.value ?? '']) expect(reach).not.toContain(secret);
    expect(await page.context.cookies(`${world.origin}/console`)).toEqual([]);
  });

  it('lasts over a reload, and over other pages of the same browser', async () => {
    const page = await world.signedIn('admin');
    await page.open('/providers');
    await page.heading('Providers');
    await page.view.reload();
    await page.heading('Providers');
    const other = await page.context.newPage();
    await other.goto(`${world.origin}/console/operators`);
    await other.getByRole('heading', { level: 1, name: 'Operators' }).waitFor();
  });
});

describe('signing out', () => {
  it('ends the session on the server too, and leaves nothing to go back to', async () => {
    const page = await world.signedIn('admin');
    await page.open('/providers');
    await page.heading('Providers');
    const [cookie] = await page.context.cookies(`${world.origin}/admin/v1`);
    await page.leave('Sign out');
    await page.heading(SIGN_IN);
    expect(await page.context.cookies()).toEqual([]);
    const answer = await world.harness.fetch('/admin/v1/session', {
      headers: { 'x-gatehouse-console': '1', cookie: `gatehouse_session=${cookie?.value ?? ''}` },
    });
    expect(answer.status).toBe(401);
    await page.view.goBack();
    await page.heading(SIGN_IN);
    await page.open('/operators');
    await page.heading(SIGN_IN);
  });

  it('leaves the operator’s other browsers signed in', async () => {
    const operator = await world.operator('admin');
    const [here, there] = [await world.signedIn(operator), await world.signedIn(operator)];
    await here.open();
    await here.heading('Overview');
    await here.leave('Sign out');
    await here.heading(SIGN_IN);
    await there.open('/providers');
    await there.heading('Providers');
  });

  it('everywhere signs out all browsers of the operator, and nobody else’s', async () => {
    const operator = await world.operator('admin');
    const [here, there] = [await world.signedIn(operator), await world.signedIn(operator)];
    const colleague = await world.signedIn('admin');
    for (const page of [here, there, colleague]) {
      await page.open('/providers');
      await page.heading('Providers');
    }
    await here.leave('Sign out everywhere');
    await here.heading(SIGN_IN);
    there.expectFailure(REFUSED);
    await there.view.reload();
    await there.heading(SIGN_IN);
    await colleague.view.reload();
    await colleague.heading('Providers');
  });

  it('is found in a menu that everybody can use, which also sets the colours', async () => {
    const page = await world.signedIn('support');
    await page.open('/tenants');
    await page.heading('Tenants');
    await page.view.getByRole('banner').getByRole('button', { name: ' · ' }).press('Enter');
    await page.view.getByRole('menuitem', { name: 'Sign out everywhere' }).waitFor();
    await page.expectAccessible();
    await page.view.getByRole('menuitemradio', { name: 'Colours: dark' }).click();
    await page.view.locator('html[data-mantine-color-scheme=dark]').waitFor();
  });
});
