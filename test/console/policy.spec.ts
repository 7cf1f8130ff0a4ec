import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type ConsolePage } from '../support/console/console-page.js';
import { useConsole } from '../support/console/console-world.js';
import { openStrangers, type Strangers } from '../support/console/strangers.js';
import { eventually, present } from '../support/eventually.js';

const world = useConsole();

let strangers: Strangers;

beforeAll(async () => {
  strangers = await openStrangers();
});
afterAll(() => strangers.close());

async function atOverview(): Promise<ConsolePage> {
  const page = await world.signedIn('admin');
  await page.open();
  await page.heading('Overview');
  return page;
}

describe('the console’s page', () => {
  it('comes with a policy that lets scripts of its own origin run and no others', async () => {
    const page = await world.page();
    const answer = present(await page.view.goto(`${world.origin}/console/tenants`), 'answer');
    const policy = (answer.headers()['content-security-policy'] ?? '').split('; ');
    expect(policy).toContain("default-src 'none'");
    expect(policy.filter((directive) => directive.startsWith('script-src'))).toEqual(["script-src 'self'"]);
    expect(policy).toContain("frame-ancestors 'none'");
  });

  it('has no script in it, and loads them from its own origin', async () => {
    const page = await atOverview();
    const scripts = await page.view.locator('script').all();
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) {
      expect(await script.textContent()).toBe('');
      expect(await script.getAttribute('src')).toMatch(/^\/console\/assets\/[\w.-]+\.js$/);
    }
  });

  it('does not run a script that somebody got into it', async () => {
    const page = await atOverview();
    page.expectViolation('script-src-elem');
    page.expectViolation('script-src-attr');
    await page.view.evaluate(`
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
      document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="window.ran = true">');
    `);
    await page.view.locator('img[onerror]').waitFor({ state: 'attached' });
    expect(await page.view.evaluate('window.ran')).toBeUndefined();
  });

  it('sends nothing anywhere else', async () => {
    const page = await atOverview();
    page.expectViolation('connect-src');
    const sent = page.view.evaluate(`fetch(${JSON.stringify(world.harness.simulatorOrigin)})`);
    await expect(sent).rejects.toThrow('Failed to fetch');
  });

  it('is shown in no frame', async () => {
    const page = await world.signedIn('admin');
    page.expectFailure({ status: 0, path: '/console' });
    page.expectViolation('frame-ancestors');
    await page.view.goto(strangers.page(`<iframe src="${world.origin}/console"></iframe>`));
    await eventually(() => {
      expect(present(page.view.frames()[1], 'frame').url()).toMatch(/^chrome-error:/);
    });
  });
});

describe('a page of somebody else’s, even one that gets the cookie sent', () => {
  async function tenants(): Promise<number> {
    const { json } = await world.harness.admin('GET', '/tenants');
    return (json['data'] as unknown[]).length;
  }

  it('acts as nobody', async () => {
    const page = await world.signedIn('admin');
    const before = await tenants();
    await page.view.goto(strangers.page('<title>Elsewhere</title>'));
    page.expectFailure({ status: 0, path: '/admin/v1/tenants' });
    const url = `${world.origin}/admin/v1/tenants`;
    const sent = page.view.evaluate(
      `fetch('${url}', { method: 'POST', mode: 'no-cors', credentials: 'include', body: '{"name":"Evil Corp"}' })`,
    );
    // What is answered is kept from it as well.
    await expect(sent).rejects.toThrow('Failed to fetch');
    expect(world.front.heard('/admin/v1/tenants')?.cookie).toContain('gatehouse_session=');
    await eventually(() => {
      const lines = world.harness.logLines().map((line) => JSON.parse(line) as Record<string, unknown>);
      const request = { method: 'POST', route: '/admin/v1/tenants' };
      expect(lines).toContainEqual(expect.objectContaining({ ...request, code: 'unauthenticated' }));
    });
    expect(await tenants()).toBe(before);
  });

  it('cannot say that it is the console', async () => {
    const page = await world.signedIn('admin');
    const before = await tenants();
    await page.view.goto(strangers.page('<title>Elsewhere</title>'));
    const url = JSON.stringify(`${world.origin}/admin/v1/tenants`);
    for (const method of ['GET', 'POST']) {
      const sent = page.view.evaluate(
        `fetch(${url}, { method: '${method}', credentials: 'include', headers: { 'X-Gatehouse-Console': '1' } })`,
      );
      await expect(sent).rejects.toThrow('Failed to fetch');
    }
    expect(await tenants()).toBe(before);
    // It is Chromium that refuses, since nobody is granted anything (CORS).
    expect(page.takeComplaints().join('\n')).toMatch(/CORS policy/);
    await page.open('/providers');
    await page.heading('Providers');
  });
});

describe('these tests', () => {
  it('notice what a browser complains of', async () => {
    const page = await atOverview();
    await page.view.evaluate(`console.error('an error of the page')`);
    await page.view.evaluate(`setTimeout(() => { throw new Error('a script that failed'); })`);
    await page.view.evaluate(`fetch('/admin/v1/no-such-thing').then(() => undefined)`);
    await page.view.evaluate(`fetch('http://elsewhere.test/').then(() => undefined, () => undefined)`);
    const found: string[] = [];
    await eventually(() => {
      found.push(...page.takeComplaints());
      const all = found.join('\n');
      expect(all).toContain('an error of the page');
      expect(all).toContain('a script that failed');
      expect(all).toContain('GET /admin/v1/no-such-thing was answered 404');
      expect(all).toContain("the policy's connect-src forbade http://elsewhere.test");
    });
  });

  it('notice what axe-core finds, in light and in dark', async () => {
    const page = await atOverview();
    await page.view.evaluate(
      `document.querySelector('main').insertAdjacentHTML('beforeend', '<img src="data:,">')`,
    );
    await expect(page.expectAccessible()).rejects.toThrow(/light: image-alt[\s\S]*dark: image-alt/);
  });
});
