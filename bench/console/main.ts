import { randomInt } from 'node:crypto';

import { type BrowserContext, type Page } from 'playwright-core';

import { type DemoTenant } from '../../test/support/console/demo-history.js';
import { openShowcase, type Showcase } from '../../test/support/console/showcase.js';
import { createRequest } from '../../test/support/people.js';
import { quantile, rounded } from '../ground.js';

/*
 * `npm run bench:console`: what a first load takes, how a list of 10,000 scrolls, and how soon a page answers a hand; all by the
 * browser's own timings. Goals: 300 kB of compressed script, no long frame, 100 ms.
 */

const DAYS = 3;
const ROWS = 10_000;
const CALLERS = 16;
const DESK = { viewport: { width: 1280, height: 800 } };
/** A hand in a hurry: some eight rows a frame. */
const WHEEL_PX = 400;
/** Frames longer than this are seen. */
const LONG_FRAME_MS = 50;

/*
 * What runs in the page, whose globals are not Node's: hence as text.
 */
const RECORD_FRAMES = `{
  globalThis.frames = [];
  let last = performance.now();
  const next = (now) => {
    frames.push(now - last);
    last = now;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}`;
const LAST_ROW = `new Promise((resolve) => requestAnimationFrame(() =>
  resolve(Math.max(-1, ...[...document.querySelectorAll('[role=row][aria-rowindex]')].map((row) => Number(row.ariaRowIndex) - 2)))))`;
const TIME_EVENTS = `{
  globalThis.timed = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) timed.push(duration);
  }).observe({ type: 'event', durationThreshold: 16 });
}`;
const TWO_FRAMES = `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))`;

interface Load {
  readonly scripts: number;
  readonly scriptBytes: number;
  readonly styleBytes: number;
  readonly paintedMs: number;
}

/** Bytes as they came over the wire, by the Resource Timing API, and the first contentful paint. */
async function load(context: BrowserContext, url: string, heading: string): Promise<Load> {
  const page = await context.newPage();
  await page.goto(url, { waitUntil: 'networkidle' });
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  const measured = await page.evaluate(() => {
    const files = performance
      .getEntriesByType('resource')
      .filter((entry) => entry instanceof PerformanceResourceTiming);
    const sum = (kind: RegExp): number =>
      files.filter(({ name }) => kind.test(name)).reduce((total, file) => total + file.encodedBodySize, 0);
    const [painted] = performance.getEntriesByName('first-contentful-paint');
    return {
      scripts: files.filter(({ name }) => /\.js$/u.test(name)).length,
      scriptBytes: sum(/\.js$/u),
      styleBytes: sum(/\.css$/u),
      paintedMs: painted?.startTime ?? Number.NaN,
    };
  });
  await page.close();
  return measured;
}

async function fill(showcase: Showcase, tenant: DemoTenant): Promise<void> {
  let left = ROWS;
  const create = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const answer = await fetch(`${showcase.harness.origin}/v1/verifications`, {
        method: 'POST',
        headers: { authorization: `Bearer ${tenant.key}`, 'content-type': 'application/json' },
        body: JSON.stringify(createRequest()),
      });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`a verification was answered ${answer.status}`);
      if (left > 0 && left % 1_000 === 0) process.stderr.write(`${left} verifications to go\n`);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, create));
}

interface Scrolled {
  readonly rows: number;
  readonly frames: readonly number[];
}

/** Scrolls through the list by the wheel, page after page as it loads, and keeps the length of every frame. */
async function scroll(page: Page): Promise<Scrolled> {
  await page.evaluate(RECORD_FRAMES);
  await page.mouse.move(640, 600);
  let still = 0;
  let reached = -1;
  // Until it goes no further: the list loads on as its end comes near.
  while (still < 20) {
    await page.mouse.wheel(0, WHEEL_PX);
    const at = await page.evaluate<number>(LAST_ROW);
    still = at === reached ? still + 1 : 0;
    reached = at;
  }
  const frames = await page.evaluate<number[]>('frames');
  return { rows: reached + 1, frames };
}

interface Interaction {
  readonly what: string;
  readonly ms: number;
}

/** The Event Timing API: from the hand to the next frame that shows something. What took less than 16 ms is not told by it. */
async function interact(
  page: Page,
  what: string,
  act: () => Promise<void>,
  seen: Interaction[],
): Promise<void> {
  await page.evaluate(TIME_EVENTS);
  await act();
  await page.evaluate(TWO_FRAMES);
  const timed = await page.evaluate<number[]>('timed');
  seen.push({ what, ms: Math.max(16, ...timed) });
}

const NAVIGATION = ['Tenants', 'Verifications', 'Webhooks', 'Audit', 'Providers', 'Operators', 'Overview'];
const ROUNDS = 5;

async function interactions(context: BrowserContext, origin: string): Promise<readonly Interaction[]> {
  const page = await context.newPage();
  const seen: Interaction[] = [];
  await page.goto(`${origin}/console/`, { waitUntil: 'networkidle' });
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const label of NAVIGATION) {
      const link = page.getByRole('navigation').getByRole('link', { name: label, exact: true });
      await interact(
        page,
        `open ${label}`,
        async () => {
          await link.click();
          await page.getByRole('heading', { level: 1, name: label }).waitFor();
        },
        seen,
      );
    }
    const account = page.getByRole('banner').getByRole('button', { name: ' · ' });
    await interact(page, 'open the menu', () => account.click(), seen);
    await interact(page, 'close the menu', () => page.keyboard.press('Escape'), seen);
    await page.getByRole('navigation').getByRole('link', { name: 'Tenants', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Tenants' }).waitFor();
    const field = page.getByLabel('Search by name');
    await interact(page, 'type into a field', () => field.pressSequentially(String(randomInt(1e6))), seen);
  }
  await page.close();
  return seen;
}

async function main(): Promise<void> {
  const showcase = await openShowcase(DAYS);
  try {
    const { origin } = showcase.harness;
    const context = await showcase.browse(DESK);
    const stranger = await showcase.browse(DESK);
    await stranger.clearCookies();
    const signIn = await load(stranger, `${origin}/console/sign-in`, 'Gatehouse console');
    const overview = await load(await showcase.browse(DESK), `${origin}/console/`, 'Overview');
    const hands = await interactions(context, origin);
    const [tenant] = showcase.tenants;
    if (tenant === undefined) throw new Error('the history has no tenants');
    await fill(showcase, tenant);
    const page = await context.newPage();
    await page.goto(`${origin}/console/verifications`, { waitUntil: 'networkidle' });
    const { rows, frames } = await scroll(page);
    report({ signIn, overview, hands, rows, frames });
  } finally {
    await showcase.close();
  }
}

function report(measured: {
  readonly signIn: Load;
  readonly overview: Load;
  readonly hands: readonly Interaction[];
  readonly rows: number;
  readonly frames: readonly number[];
}): void {
  const { hands, rows, frames } = measured;
  const kB = (bytes: number): string => `${(bytes / 1_000).toFixed(1)} kB`;
  const line = (name: string, value: string): string => `${name.padEnd(44)}${value}\n`;
  const loaded = (name: string, { scripts, scriptBytes, styleBytes, paintedMs }: Load): string =>
    line(
      name,
      `${kB(scriptBytes)} of script in ${scripts} files, ${kB(styleBytes)} of style; first paint ${Math.round(paintedMs)} ms`,
    );
  const times = hands.map(({ ms }) => ms);
  process.stdout.write(
    [
      loaded('first load, to sign in', measured.signIn),
      loaded('first load, signed in, overview with charts', measured.overview),
      line(
        `scrolling ${rows} rows, ${frames.length} frames`,
        `p50 ${rounded(quantile(frames, 0.5))} ms, p95 ${rounded(quantile(frames, 0.95))} ms, p99 ${rounded(quantile(frames, 0.99))} ms, longest ${rounded(Math.max(...frames))} ms, ${frames.filter((ms) => ms > LONG_FRAME_MS).length} over ${LONG_FRAME_MS} ms`,
      ),
      line(
        `${hands.length} interactions, to the next paint`,
        `p50 ${quantile(times, 0.5)} ms, p95 ${quantile(times, 0.95)} ms, longest ${Math.max(...times)} ms`,
      ),
      ...[...Map.groupBy(hands, ({ what }) => what)].map(([what, ofIt]) => {
        const each = ofIt.map(({ ms }) => ms);
        return line(`  ${what}`, `p50 ${quantile(each, 0.5)} ms, longest ${Math.max(...each)} ms`);
      }),
    ].join(''),
  );
}

await main();
