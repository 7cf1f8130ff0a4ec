import { describe, expect, it } from '@jest/globals';

import { useConsole } from '../support/console/console-world.js';

const world = useConsole();

describe('signing in', () => {
  it('with a key leads to the overview', async () => {
    const { key, name } = await world.operator('admin');
    const page = await world.page();
    await page.open();
    await page.heading('Gatehouse console');
    await page.expectAccessible();
    await page.enterKey(key);
    await page.heading('Overview');
    expect(page.path).toBe('/');
    await page.button(`${name} · admin`).waitFor();
    await page.expectAccessible();
  });
});
