import { describe, expect, it } from '@jest/globals';

import { PHONE, useConsole } from '../support/console/console-world.js';

const world = useConsole();

const REQUEST_ID = 'outage-7f3a-0001';

describe('a server that answers 503', () => {
  it('is named by title, code and request id, and what was seen stays until it is back', async () => {
    const page = await world.signedIn('admin');
    page.expectFailure({ status: 503 });
    await page.open('/operators');
    await page.heading('Operators');
    const rows = page.view.getByRole('table', { name: 'Operators’ keys' }).getByRole('row');
    await rows.first().waitFor();
    const before = await rows.count();
    world.front.fail(REQUEST_ID);
    const problem = await (await page.problem()).innerText();
    for (const words of ['Too busy', 'The store does not answer at the moment.', 'overloaded', REQUEST_ID])
      expect(problem).toContain(words);
    expect(problem).toContain('The page tries again by itself.');
    expect(await rows.count()).toBe(before);
    await page.expectAccessible();
    // By itself: nobody presses anything.
    world.front.recover();
    await page.view.getByRole('alert').waitFor({ state: 'hidden' });
    await page.heading('Operators');
  });

  it('when the console is opened is waited for', async () => {
    const page = await world.signedIn('admin');
    page.expectFailure({ status: 503 });
    world.front.fail(REQUEST_ID);
    await page.open('/operators');
    expect(await (await page.problem()).innerText()).toContain(REQUEST_ID);
    await page.expectAccessible();
    world.front.recover();
    await page.heading('Operators');
    expect(page.path).toBe('/operators');
  });

  it('when the console is opened stays on the screen while it is asked again', async () => {
    const page = await world.signedIn('admin');
    page.expectFailure({ status: 503 });
    world.front.fail(REQUEST_ID);
    await page.open('/operators');
    const problem = await (await page.problem()).elementHandle();
    await world.front.hold();
    await page.expectAccessible();
    world.front.fail('outage-7f3a-0002');
    await page.view.getByText('outage-7f3a-0002').waitFor();
    expect(await problem.isVisible()).toBe(true);
    world.front.recover();
    await page.heading('Operators');
  });

  it('while one signs in is said, and the key need not be typed again', async () => {
    const { key } = await world.operator('admin');
    const page = await world.page({ viewport: PHONE });
    page.expectFailure({ status: 503 });
    await page.open();
    await page.heading('Gatehouse console');
    world.front.fail(REQUEST_ID);
    await page.enterKey(key);
    expect(await (await page.problem()).innerText()).toContain(REQUEST_ID);
    await page.expectNoSidewaysScrolling();
    world.front.recover();
    await page.button('Sign in').click();
    await page.heading('Overview');
  });

  it('does not sign anybody out', async () => {
    const page = await world.signedIn('admin');
    page.expectFailure({ status: 503 });
    await page.open('/operators');
    await page.heading('Operators');
    world.front.fail(REQUEST_ID);
    await page.problem();
    await page.view.reload();
    await page.problem();
    world.front.recover();
    await page.heading('Operators');
  });
});

describe('a server that does not answer at all', () => {
  it('while the console is opened is waited for on a page that says so', async () => {
    const page = await world.signedIn('admin');
    const waiting = world.front.hold();
    await page.open('/operators');
    await waiting;
    await page.heading('Gatehouse console');
    await page.view.getByRole('status').getByText('Loading the console').waitFor();
    await page.expectAccessible();
    world.front.recover();
    await page.heading('Operators');
  });

  it('is said to be out of reach, and found again', async () => {
    const page = await world.signedIn('admin');
    page.expectFailure({ status: 0 });
    await page.open('/operators');
    await page.heading('Operators');
    world.front.hangUp();
    const problem = await (await page.problem()).innerText();
    expect(problem).toContain('Gatehouse does not answer');
    expect(problem).toContain('Check your connection.');
    world.front.recover();
    await page.view.getByRole('alert').waitFor({ state: 'hidden' });
  });
});
