import { describe, it } from '@jest/globals';

import { PHONE, useConsole } from '../support/console/console-world.js';

const world = useConsole();

describe('an address of the console', () => {
  it.each(['/tenants', '/providers', '/operators', '/audit', '/erasures', '/webhooks', '/verifications'])(
    '%s can be opened as it is, and loaded again',
    async (path) => {
      const page = await world.signedIn('admin');
      const heading = path.slice(1, 2).toUpperCase() + path.slice(2);
      await page.open(path);
      await page.heading(heading);
      await page.view.reload();
      await page.heading(heading);
    },
  );

  it('that leads nowhere says so, with a way on', async () => {
    const page = await world.signedIn('admin');
    await page.open('/no/such/place');
    await page.heading('There is no such page');
    await page.expectAccessible();
    await page.link('Begin at the first page').click();
    await page.heading('Overview');
  });

  it('can be gone back from', async () => {
    const page = await world.signedIn('admin');
    await page.open('/operators');
    await page.heading('Operators');
    await page.goTo('Providers');
    await page.view.goBack();
    await page.heading('Operators');
    await page.view.goForward();
    await page.heading('Providers');
  });

  it('is reached on a phone by a navigation that opens and closes', async () => {
    const page = await world.signedIn('admin', { viewport: PHONE });
    await page.open('/operators');
    await page.heading('Operators');
    await page.expectNoSidewaysScrolling();
    await page.button('Open the navigation').click();
    await page.link('Providers').click();
    await page.heading('Providers');
    await page.button('Open the navigation').waitFor();
    await page.expectNoSidewaysScrolling();
  });
});
