import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { findProjectRoot, toTypeId } from '@gatehouse/platform';
import { type BrowserContext, type BrowserContextOptions } from 'playwright-core';

import { openShowcase, type Showcase } from '../support/console/showcase.js';

/*
 * `npm run pictures`: the console's main pages as docs/CONSOLE.md and the README show them, of invented tenants.
 */

const FOLDER = join(findProjectRoot(), 'docs', 'pictures');
const DAYS = 30;
const DESK: BrowserContextOptions = { viewport: { width: 1280, height: 800 }, colorScheme: 'light' };
const NIGHT: BrowserContextOptions = { ...DESK, colorScheme: 'dark' };
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, colorScheme: 'light' };

interface Picture {
  readonly name: string;
  readonly path: string;
  readonly options: BrowserContextOptions;
}

async function picturesOf({ harness, tenants }: Showcase): Promise<readonly Picture[]> {
  const [bank, exchange] = tenants;
  if (bank === undefined || exchange === undefined) throw new Error('the history has no tenants');
  const { rows } = await harness.pool.query<{ id: string }>(
    `SELECT id FROM verifications WHERE status = 'verified' AND erased_at IS NULL ORDER BY id DESC LIMIT 1`,
  );
  const newest = rows[0]?.id;
  if (newest === undefined) throw new Error('the history has nobody who was verified');
  const verification = `/verifications/${toTypeId('ver', newest)}`;
  return [
    { name: 'overview', path: '/', options: DESK },
    { name: 'overview-dark', path: '/', options: NIGHT },
    { name: 'tenant', path: `/tenants/${bank.id}?tab=connections&environment=test`, options: DESK },
    { name: 'switching', path: `/switching?tenantId=${bank.id}&environment=test`, options: DESK },
    {
      name: 'switching-proposal',
      path: `/switching?tenantId=${exchange.id}&environment=test`,
      options: DESK,
    },
    { name: 'verifications', path: '/verifications', options: DESK },
    { name: 'verification', path: verification, options: DESK },
    { name: 'verification-phone', path: verification, options: PHONE },
    { name: 'reviews', path: '/reviews', options: DESK },
    { name: 'webhooks', path: '/webhooks', options: DESK },
    { name: 'audit', path: `/audit?tenant=${bank.id}`, options: DESK },
    { name: 'erasures', path: `/erasures?tenant=${bank.id}`, options: DESK },
    { name: 'overview-phone', path: '/', options: PHONE },
  ];
}

/** When nothing is loading any more and nothing moves. */
async function take(context: BrowserContext, origin: string, { name, path }: Picture): Promise<void> {
  const page = await context.newPage();
  await page.goto(`${origin}/console${path}`, { waitUntil: 'networkidle' });
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled' });
  await page.close();
}

async function main(): Promise<void> {
  process.stderr.write(`writing ${DAYS} days of history …\n`);
  const showcase = await openShowcase(DAYS);
  try {
    await mkdir(FOLDER, { recursive: true });
    for (const picture of await picturesOf(showcase)) {
      const context = await showcase.browse({ ...picture.options, reducedMotion: 'reduce' });
      await take(context, showcase.harness.origin, picture);
      await context.close();
      process.stderr.write(`docs/pictures/${picture.name}.png\n`);
    }
  } finally {
    await showcase.close();
  }
}

await main();
