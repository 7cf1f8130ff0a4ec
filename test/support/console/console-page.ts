import { expect } from '@jest/globals';
import { type BrowserContext, type Locator, type Page } from 'playwright-core';

import { accessibilityFaults } from './accessibility.js';
import { Complaints, type ExpectedFailure } from './complaints.js';

/** An operator's browser, with the console in it. Sees and does what a person would: by words and roles, never by class names. */
export class ConsolePage {
  private constructor(
    readonly context: BrowserContext,
    /** The page itself, for what is not here. */
    readonly view: Page,
    readonly origin: string,
    private readonly complaints: Complaints,
  ) {}

  static async open(context: BrowserContext, origin: string): Promise<ConsolePage> {
    const complaints = await Complaints.about(context, origin);
    return new ConsolePage(context, await context.newPage(), origin, complaints);
  }

  /** Loads the page at a path below `/console`, as a bookmark does. */
  async open(path = '/'): Promise<void> {
    await this.view.goto(`${this.origin}/console${path}`, { waitUntil: 'domcontentloaded' });
  }

  /** The path below `/console`, with what is asked for in it. */
  get path(): string {
    const { pathname, search } = new URL(this.view.url());
    return (pathname.slice('/console'.length) || '/') + search;
  }

  /** Waits until the page's one heading says this. */
  async heading(name: string | RegExp): Promise<void> {
    await this.view.getByRole('heading', { level: 1, name }).waitFor();
  }

  /** Waits until some text is to be seen. */
  async sees(words: string | RegExp): Promise<void> {
    await this.view.getByText(words).first().waitFor();
  }

  /** Waits until some text is no longer to be seen. */
  async seesNoMore(words: string | RegExp): Promise<void> {
    await this.view.getByText(words).first().waitFor({ state: 'hidden' });
  }

  button(name: string | RegExp): Locator {
    return this.view.getByRole('button', { name });
  }

  link(name: string | RegExp): Locator {
    return this.view.getByRole('link', { name });
  }

  field(label: string | RegExp): Locator {
    return this.view.getByLabel(label);
  }

  /** The problem that the page shows, once it does. */
  async problem(): Promise<Locator> {
    const alert = this.view.getByRole('alert').first();
    await alert.waitFor();
    return alert;
  }

  /** Where the navigation leads, in its order. */
  async navigation(): Promise<readonly string[]> {
    const entries = this.view.getByRole('navigation', { name: 'Pages' }).getByRole('link');
    await entries.first().waitFor();
    return (await entries.allInnerTexts()).map((label) => label.trim());
  }

  /** Goes to a page by the navigation. */
  async goTo(label: string): Promise<void> {
    await this.view
      .getByRole('navigation', { name: 'Pages' })
      .getByRole('link', { name: label, exact: true })
      .click();
    await this.heading(label);
  }

  /** Types the key on the page to sign in at, and presses the button. */
  async enterKey(key: string): Promise<void> {
    await this.field('Admin key').fill(key);
    await this.button('Sign in').click();
  }

  /** By the menu of the one who is signed in. */
  async leave(by: 'Sign out' | 'Sign out everywhere'): Promise<void> {
    await this.view.getByRole('banner').getByRole('button', { name: ' · ' }).click();
    await this.view.getByRole('menuitem', { name: by, exact: true }).click();
  }

  /** A failed request that the test brings about on purpose; all others fail it. */
  expectFailure(failure: ExpectedFailure): void {
    this.complaints.expect(failure);
  }

  /** Fails with every violation that axe-core finds, in light and in dark. */
  async expectAccessible(): Promise<void> {
    expect(await accessibilityFaults(this.view)).toEqual([]);
  }

  /** Fails when something would have to be scrolled sideways to be seen. */
  async expectNoSidewaysScrolling(): Promise<void> {
    const hidden = await this.view.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(hidden).toBeLessThanOrEqual(0);
  }

  /** What the browser complained of that no test expected. */
  get unexpected(): readonly string[] {
    return this.complaints.all;
  }
}
