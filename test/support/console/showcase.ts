import { join } from 'node:path';

import { findProjectRoot } from '@gatehouse/platform';
import { type Browser, type BrowserContext, type BrowserContextOptions } from 'playwright-core';

import { eventually } from '../eventually.js';
import { type GatewayHarness, required, startGateway, text } from '../gateway-harness.js';
import { MovableClock } from '../movable-clock.js';
import { startOwnPostgres } from '../own-postgres.js';
import { startWebhookReceiver } from '../webhook-receiver.js';
import { launchChromium } from './chromium.js';
import { ClockIds } from './clock-ids.js';
import { type DemoTenant, writeDemoHistory } from './demo-history.js';

/** The console of a gateway with weeks of invented history, for pictures and for the bench: on its own, without Jest. */
export interface Showcase {
  readonly harness: GatewayHarness;
  readonly tenants: readonly DemoTenant[];
  /** A browser in which an admin is signed in. */
  browse(options: BrowserContextOptions): Promise<BrowserContext>;
  close(): Promise<void>;
}

export async function openShowcase(days: number): Promise<Showcase> {
  const clock = new MovableClock();
  clock.forward(-days * 86_400);
  const receiver = await startWebhookReceiver();
  const harness = await startGateway(
    {},
    {
      database: await startOwnPostgres(),
      clock,
      ids: new ClockIds(clock),
      vendorsClock: () => clock.now().getTime(),
      consoleFolder: join(findProjectRoot(), 'dist', 'console'),
    },
  );
  const tenants = await writeDemoHistory({
    client: harness,
    clock,
    simulatorOrigin: harness.simulatorOrigin,
    receiverUrl: receiver.origin,
    days,
  });
  // The history went faster than the gateway's workers.
  await eventually(
    async () => {
      const { rows } = await harness.pool.query(`SELECT FROM signals WHERE state = 'pending' LIMIT 1`);
      if (rows.length > 0) throw new Error('webhooks of the history still wait');
    },
    { timeoutMs: 120_000 },
  );
  const operator = required(
    await harness.admin('POST', '/admin-keys', { name: 'Dana Haddad', role: 'admin' }),
    201,
  );
  const browser = await launchChromium();
  return {
    harness,
    tenants,
    browse: (options) => signedIn(browser, harness, text(operator, 'key'), options),
    async close() {
      await browser.close();
      await harness.close();
      await receiver.close();
    },
  };
}

async function signedIn(
  browser: Browser,
  harness: GatewayHarness,
  key: string,
  options: BrowserContextOptions,
): Promise<BrowserContext> {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options });
  const page = await context.newPage();
  await page.goto(`${harness.origin}/console/sign-in`);
  await page.getByLabel('Admin key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  await page.close();
  return context;
}
