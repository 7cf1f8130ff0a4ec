import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { findProjectRoot } from '@gatehouse/platform';
import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import { type Browser, type BrowserContextOptions } from 'playwright-core';

import { present } from '../eventually.js';
import {
  type GatewayHarness,
  type GatewayHarnessOptions,
  required,
  startGateway,
  text,
} from '../gateway-harness.js';
import { MovableClock } from '../movable-clock.js';
import { launchChromium } from './chromium.js';
import { ConsolePage } from './console-page.js';
import { openOutageFront, type OutageFront } from './outage-front.js';

/** Less than a test has, so that a failure says what was waited for. */
const PATIENCE_MS = 60_000;

export type AdminRole = 'admin' | 'support' | 'auditor' | 'approver';
export const ADMIN_ROLES: readonly AdminRole[] = ['admin', 'support', 'auditor', 'approver'];

export const DESK = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

export interface Operator {
  readonly id: string;
  readonly name: string;
  readonly role: AdminRole;
  readonly key: string;
}

type PageOptions = Pick<BrowserContextOptions, 'viewport' | 'colorScheme'>;

/** What a browser has kept from before. */
type BrowserState = Exclude<BrowserContextOptions['storageState'], string | undefined>;
const NOTHING_KEPT: BrowserState = { cookies: [], origins: [] };

interface Opened {
  readonly harness: GatewayHarness;
  readonly front: OutageFront;
  readonly browser: Browser;
}

/** The built console at a gateway with the three twins beside it, and browsers to look at it with. */
export class ConsoleWorld {
  /** The gateway's time. */
  readonly clock = new MovableClock();
  #opened: Opened | null = null;
  readonly #pages: ConsolePage[] = [];

  constructor(private readonly options: GatewayHarnessOptions = {}) {}

  get harness(): GatewayHarness {
    return this.#world.harness;
  }

  /** Between browsers and the gateway. */
  get front(): OutageFront {
    return this.#world.front;
  }

  /** Where browsers find the console. */
  get origin(): string {
    return this.front.origin;
  }

  async open(): Promise<void> {
    const consoleFolder = join(findProjectRoot(), 'dist', 'console');
    if (!existsSync(consoleFolder)) throw new Error('build first: npm run build');
    const [harness, browser] = await Promise.all([
      startGateway({}, { clock: this.clock, consoleFolder, ...this.options }),
      launchChromium(),
    ]);
    this.#opened = { harness, browser, front: await openOutageFront(harness.origin) };
  }

  async close(): Promise<void> {
    const { browser, front, harness } = this.#world;
    await browser.close();
    await front.close();
    await harness.close();
  }

  /** A new operator with a key of its own. */
  async operator(role: AdminRole, name = 'Dana Haddad'): Promise<Operator> {
    const created = required(await this.harness.admin('POST', '/admin-keys', { name, role }), 201);
    return { id: text(created, 'id'), name, role, key: text(created, 'key') };
  }

  /** A browser of its own in which nobody is signed in and nothing is open. */
  async page(options: PageOptions = {}): Promise<ConsolePage> {
    return this.#page(options, NOTHING_KEPT);
  }

  /** A browser of its own in which an operator is signed in, with nothing open; a new operator for a role. */
  async signedIn(who: AdminRole | Operator, options: PageOptions = {}): Promise<ConsolePage> {
    const { key } = typeof who === 'string' ? await this.operator(who) : who;
    return this.#page(options, {
      cookies: [
        {
          name: 'gatehouse_session',
          value: await this.session(key),
          domain: '127.0.0.1',
          path: '/admin/v1',
          expires: -1,
          httpOnly: true,
          secure: false,
          sameSite: 'Strict',
        },
      ],
      origins: [{ origin: this.origin, localStorage: [{ name: 'gatehouse.signed-in', value: '1' }] }],
    });
  }

  async #page(
    { viewport = DESK, colorScheme = 'light' }: PageOptions,
    storageState: BrowserState,
  ): Promise<ConsolePage> {
    const context = await this.#world.browser.newContext({
      storageState,
      viewport,
      colorScheme,
      reducedMotion: 'reduce',
      locale: 'en-GB',
      timezoneId: 'UTC',
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await ConsolePage.open(context, this.origin);
    this.#pages.push(page);
    return page;
  }

  /** A new session of the key: what its cookie holds. */
  async session(key: string): Promise<string> {
    const answer = await this.harness.fetch('/admin/v1/session', {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
    });
    required(answer, 201);
    const [cookie] = answer.headers.getSetCookie();
    return present(/^gatehouse_session=([^;]+)/.exec(cookie ?? '')?.[1], 'session cookie');
  }

  /** Closes every browser. Fails with what they complained of. */
  async closePages(): Promise<void> {
    const pages = this.#pages.splice(0);
    await Promise.all(pages.map(({ context }) => context.close()));
    this.front.recover();
    expect(pages.flatMap((page) => page.takeComplaints())).toEqual([]);
  }

  get #world(): Opened {
    return present(this.#opened, 'world: it is opened before the first test and closed after the last');
  }
}

/**
 * For a spec file: a world that is open while its tests run. After each test its browsers are closed, and the test fails if one of them
 * had something to complain of.
 */
export function useConsole(options: GatewayHarnessOptions = {}): ConsoleWorld {
  const world = new ConsoleWorld(options);
  beforeAll(() => world.open());
  afterEach(() => world.closePages());
  afterAll(() => world.close());
  return world;
}
