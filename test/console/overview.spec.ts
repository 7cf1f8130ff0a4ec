import { beforeAll, describe, expect, it } from '@jest/globals';

import { type ConsolePage } from '../support/console/console-page.js';
import { PHONE, useConsole } from '../support/console/console-world.js';
import { type GatewayTenant, required } from '../support/gateway-harness.js';
import { type Past, remember } from '../support/past-verifications.js';
import { begin } from '../support/verified.js';

const world = useConsole();
/** Where axe-core looks at several pages, twice each. */
const LONG_MS = 120_000;
const DAY_MS = 86_400_000;

/** Midday in UTC, so many days ago. */
function daysAgo(days: number): string {
  const today = new Date().toISOString().slice(0, 10);
  return new Date(Date.parse(`${today}T12:00:00Z`) - days * DAY_MS).toISOString();
}

const pasts = (count: number, past: Past): readonly Past[] => Array.from({ length: count }, () => past);

/** A tenant of whose last weeks something is known. */
async function tenantWithPast(name = 'Northwind Bank'): Promise<GatewayTenant> {
  const tenant = await world.harness.tenant();
  required(await world.harness.admin('PATCH', `/tenants/${tenant.id}`, { name }), 200);
  await tenant.connect('sentinel');
  await tenant.route('sentinel');
  await begin(tenant);
  await world.harness.pool.query('UPDATE verifications SET due_at = NULL');
  await remember(world.harness.pool, tenant.id, [
    ...pasts(6, { provider: 'sentinel', status: 'verified', createdAt: daysAgo(1), took: 90 }),
    ...pasts(2, { provider: 'sentinel', status: 'rejected', createdAt: daysAgo(1), took: 300 }),
    ...pasts(4, { provider: 'dentity', status: 'verified', createdAt: daysAgo(3), took: 60 }),
    ...pasts(3, { provider: 'dentity', status: 'needs_review', createdAt: daysAgo(3) }),
    ...pasts(1, { provider: 'dentity', status: 'expired', createdAt: daysAgo(4), took: 4000 }),
    ...pasts(5, { provider: 'sentinel', status: 'verified', createdAt: daysAgo(20), took: 45 }),
    ...pasts(1, { provider: 'sentinel', status: 'error', createdAt: daysAgo(60) }),
  ]);
  return tenant;
}

interface Overview {
  readonly total: Readonly<Record<string, number>>;
  readonly passRate: number;
  readonly days: readonly (Readonly<Record<string, number>> & {
    readonly day: string;
    readonly provider: string;
  })[];
}

/** What the API says of the same range. */
async function overviewOf(tenant: GatewayTenant, days: number): Promise<Overview> {
  const since = `${daysAgo(days - 1).slice(0, 10)}T00:00:00Z`;
  return required(
    await world.harness.admin('GET', `/overview?since=${since}&tenantId=${tenant.id}`),
    200,
  ) as unknown as Overview;
}

/** The rows of a table by its caption or label: the first cell of each, and the numbers after it. */
async function numbersOf(page: ConsolePage, name: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = page.view.getByRole('table', { name: `${name}, in numbers` }).locator('tbody tr');
  await rows.first().waitFor({ state: 'attached' });
  const cells = await rows.evaluateAll((all) =>
    all.map((row) =>
      [...(row as unknown as { children: { textContent: string }[] }).children].map(
        ({ textContent }) => textContent,
      ),
    ),
  );
  return new Map(cells.map(([first = '', ...others]) => [first, others]));
}

const dayWords = (day: string): string =>
  new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(day));

/** For tests that only look. */
let northwind: GatewayTenant;
beforeAll(async () => {
  northwind = await tenantWithPast();
});

const BY_OUTCOME = 'Verifications a day, by outcome';

describe('the overview', () => {
  it(
    'shows the figures of the API, and each chart’s numbers as a table',
    async () => {
      const page = await world.signedIn('admin');
      await page.open(`/?tenantId=${northwind.id}`);
      await page.heading('Overview');
      const { total, passRate, days } = await overviewOf(northwind, 30);
      expect(total).toMatchObject({
        created: 22,
        verified: 15,
        rejected: 2,
        needsReview: 3,
        expired: 1,
        open: 1,
      });
      await page.sees(`${Math.round(passRate * 1000) / 10} %`);
      const stat = page.view.locator('dl > *', { hasText: 'Verifications begun' });
      expect(await stat.innerText()).toContain('22');
      expect(await page.view.locator('dl > *', { hasText: 'Open reviews' }).innerText()).toMatch(/\b3\b/);

      // Out of sight first, and still there for who does not see charts.
      const hidden = await numbersOf(page, BY_OUTCOME);
      expect(hidden.size).toBe(30);
      await page.button(`Show the numbers: ${BY_OUTCOME}`).click();
      await page.button(`Hide the numbers: ${BY_OUTCOME}`).waitFor();
      const shown = await numbersOf(page, BY_OUTCOME);
      expect([...shown]).toEqual([...hidden]);
      const heads = await page.view
        .getByRole('table', { name: `${BY_OUTCOME}, in numbers` })
        .getByRole('columnheader')
        .allInnerTexts();
      expect(heads).toEqual(['Day (UTC)', 'Verified', 'Rejected', 'In review', 'Open', 'Expired']);
      const members = ['verified', 'rejected', 'needsReview', 'open', 'expired'];
      for (const [day, numbers] of shown) {
        const its = days.filter((entry) => dayWords(entry.day) === day);
        const expected = members.map((member) => its.reduce((sum, entry) => sum + (entry[member] ?? 0), 0));
        expect({ day, numbers: numbers.map(Number) }).toEqual({ day, numbers: expected });
      }

      const byProvider = await numbersOf(page, 'Verifications a day, by provider');
      const began = [...byProvider.values()].flat().reduce((sum, number) => sum + Number(number), 0);
      expect(began).toBe(total['created']);
      const rates = await numbersOf(page, 'Pass rate');
      expect(rates.get(dayWords(daysAgo(1)))).toEqual(['75 %']);
      expect(rates.get(dayWords(daysAgo(2)))).toEqual(['–']);
      const times = await numbersOf(page, 'Time to a verdict');
      expect(times.get(dayWords(daysAgo(1)))).toEqual(['90 s', '5 min']);
    },
    LONG_MS,
  );

  it('draws bars as high as the table’s numbers, on axes', async () => {
    const page = await world.signedIn('support');
    await page.open(`/?tenantId=${northwind.id}&days=7`);
    await page.heading('Overview');
    const figure = page.view.getByRole('region', { name: BY_OUTCOME });
    await figure.locator('.recharts-bar-rectangle path').first().waitFor();
    const drawn = await figure
      .locator('.recharts-bar-rectangle path')
      .evaluateAll((paths) =>
        paths.map((path) =>
          Number((path as unknown as { getAttribute(name: string): string }).getAttribute('height')),
        ),
      );
    const numbers = [...(await numbersOf(page, BY_OUTCOME)).values()].flat().map(Number);
    const heights = drawn.filter((height) => height > 0).sort((a, b) => a - b);
    const values = numbers.filter((number) => number > 0).sort((a, b) => a - b);
    expect(heights).toHaveLength(values.length);
    const unit = (heights[0] ?? 0) / (values[0] ?? 1);
    heights.forEach((height, index) => {
      expect(Math.abs(height - unit * (values[index] ?? 0))).toBeLessThan(1);
    });
    expect(await figure.locator('.recharts-xAxis .recharts-cartesian-axis-tick').count()).toBeGreaterThan(2);
    const ticks = await figure.locator('.recharts-yAxis-tick-labels text').allTextContents();
    expect(ticks.map(Number)).toEqual([...ticks.map(Number)].sort((a, b) => a - b));
    expect(ticks.length).toBeGreaterThan(2);
  });

  it('keeps the range and the tenant in its address', async () => {
    const tenant = await tenantWithPast('Harbour Exchange');
    const page = await world.signedIn('admin');
    await page.open();
    await page.heading('Overview');
    await page.view.getByText('90 days', { exact: true }).click();
    await page.view.getByRole('combobox', { name: 'Tenant' }).click();
    await page.view.getByRole('option', { name: 'Harbour Exchange' }).first().click();
    await page.sees('Error');
    expect(page.path).toBe(`/?days=90&tenantId=${tenant.id}`);
    await page.view.reload();
    const stat = page.view.locator('dl > *', { hasText: 'Verifications begun' });
    await stat.getByText('23', { exact: true }).waitFor();
    expect(page.path).toBe(`/?days=90&tenantId=${tenant.id}`);
  });

  it('leads to the queue, and tells how providers are doing', async () => {
    const page = await world.signedIn('admin');
    await page.open(`/?tenantId=${northwind.id}`);
    const table = page.view.getByRole('table', { name: 'Providers, in figures' });
    const row = table.getByRole('row', { name: /^Dentity/ });
    await row.waitFor();
    expect(await row.getByRole('cell').first().innerText()).toBe('8');
    expect(await row.innerText()).toContain('closed');
    // The past is in the store for its figures only: its people cannot be shown.
    expect(await page.link('Decide them in the queue').getAttribute('href')).toBe('/console/reviews');
  });

  it('says what to do first where nothing began', async () => {
    const tenant = await world.harness.tenant();
    const page = await world.signedIn('admin');
    await page.open(`/?tenantId=${tenant.id}`);
    await page.sees('Nothing began in this range');
    await page.expectAccessible();
  });

  it.each([
    ['desk', {}],
    ['phone', { viewport: PHONE }],
  ] as const)(
    'can be used by everybody on a %s, in light and dark',
    async (_name, options) => {
      const page = await world.signedIn('admin', options);
      // Few days: axe-core looks at each element of a chart.
      await page.open(`/?tenantId=${northwind.id}&days=7`);
      await page.view.locator('.recharts-bar-rectangle path').first().waitFor();
      await page.button('Show the numbers: Pass rate').click();
      await page.button('Hide the numbers: Pass rate').waitFor();
      await page.expectAccessible();
      await page.expectNoSidewaysScrolling();
    },
    LONG_MS,
  );

  it(
    'draws in colours that are seen on both grounds, and not in colours alone',
    async () => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await world.signedIn('admin', { colorScheme });
        await page.open(`/?tenantId=${northwind.id}&days=90`);
        await page.view.locator('.recharts-bar-rectangle path').first().waitFor();
        const patterns = await page.view.locator('pattern[data-color]').evaluateAll((all) =>
          (all as unknown as { getAttribute(name: string): string; innerHTML: string }[]).map((pattern) => ({
            color: pattern.getAttribute('data-color'),
            inner: pattern.innerHTML,
          })),
        );
        const ground = await page.view.evaluate<string>('getComputedStyle(document.body).backgroundColor');
        expect(patterns.length).toBeGreaterThan(8);
        for (const { color } of patterns)
          expect({ color, holds: contrast(channels(color), channels(ground)) >= 3 }).toEqual({
            color,
            holds: true,
          });
        const figure = page.view.getByRole('region', { name: BY_OUTCOME });
        const fills = await figure
          .locator('.recharts-surface pattern')
          .evaluateAll((all) =>
            (all as unknown as { innerHTML: string }[]).map(({ innerHTML }) => innerHTML),
          );
        const lines = fills.map((inner) => inner.replace(/^.*?<g/s, ''));
        expect(lines.length).toBeGreaterThan(3);
        expect(new Set(lines).size).toBe(lines.length);
      }
    },
    LONG_MS,
  );

  it(
    'shows by itself what has happened since, and asks nothing while nobody looks',
    async () => {
      const tenant = await tenantWithPast();
      const page = await world.signedIn('admin');
      await page.view.clock.install();
      await page.open(`/?tenantId=${tenant.id}`);
      const stat = page.view.locator('dl > *', { hasText: 'Verifications begun' });
      await stat.getByText('22', { exact: true }).waitFor();
      await begin(tenant);
      await page.view.clock.fastForward(31_000);
      await stat.getByText('23', { exact: true }).waitFor();

      const asked: string[] = [];
      page.view.on('request', (request) => asked.push(request.url()));
      await page.view.evaluate(`
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`);
      await page.view.clock.fastForward(300_000);
      expect(asked).toEqual([]);
      await begin(tenant);
      await page.view.evaluate(`
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'visible' });
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`);
      await stat.getByText('24', { exact: true }).waitFor();
    },
    LONG_MS,
  );
});

/** Of `#rrggbb` or `rgb(…)`. */
function channels(color: string): readonly number[] {
  if (color.startsWith('#')) return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  return (color.match(/\d+/g) ?? []).slice(0, 3).map(Number);
}

/** By WCAG 2.2. */
function contrast(one: readonly number[], other: readonly number[]): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = color.map((channel) => {
    const share = channel / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
