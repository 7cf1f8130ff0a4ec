import { describe, expect, it } from '@jest/globals';

import { ADMIN_ROLES, type AdminRole, useConsole } from '../support/console/console-world.js';

const world = useConsole();

/** Where each role may go, in the order of the navigation. */
const PAGES: Readonly<Record<AdminRole, readonly string[]>> = {
  admin: [
    'Overview',
    'Tenants',
    'Switching',
    'Verifications',
    'Reviews',
    'Providers',
    'Webhooks',
    'Audit',
    'Erasures',
    'Operators',
  ],
  support: ['Overview', 'Tenants', 'Switching', 'Verifications', 'Providers', 'Webhooks', 'Erasures'],
  auditor: ['Audit', 'Erasures'],
  approver: ['Switching', 'Verifications', 'Reviews', 'Providers'],
};

function pathOf(label: string): string {
  return label === 'Overview' ? '/' : `/${label.toLowerCase()}`;
}

describe.each(ADMIN_ROLES)('the role %s', (role) => {
  it('is led to the pages that it may see, each of which is there', async () => {
    const page = await world.signedIn(role);
    await page.open();
    expect(await page.navigation()).toEqual(PAGES[role]);
    for (const label of PAGES[role]) {
      await page.goTo(label);
      expect(page.path.split('?')[0]).toBe(pathOf(label));
    }
  });

  it('begins at the first of them', async () => {
    const { key } = await world.operator(role);
    const page = await world.page();
    await page.open();
    await page.enterKey(key);
    await page.heading(PAGES[role][0] ?? '');
  });

  const closed = PAGES.admin.filter((label) => !PAGES[role].includes(label) && label !== 'Overview');
  if (closed.length > 0) {
    it('is told by the address of every other page that it is not for it', async () => {
      const page = await world.signedIn(role);
      const asked: string[] = [];
      page.view.on('request', (request) => asked.push(new URL(request.url()).pathname));
      for (const label of closed) {
        asked.length = 0;
        await page.open(pathOf(label));
        await page.heading('This page is not for your role');
        await page.sees(`Your key has the role ${role}.`);
        // Nothing was asked for that would have been refused.
        expect(asked.filter((path) => path.startsWith('/admin/v1/'))).toEqual(['/admin/v1/session']);
      }
      await page.expectAccessible();
    });
  }
});
