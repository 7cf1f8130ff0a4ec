import { createGatehouse, type Gatehouse } from '@gatehouse/sdk';

import { misuse } from './failure.js';
import { type Correspondent } from './problem-failure.js';
import { type Surroundings } from './surroundings.js';
import { confirm } from './terminal/confirmation.js';
import { type Paint } from './terminal/paint.js';
import { type Form, Printer } from './terminal/printer.js';
import { whileWaiting } from './terminal/progress.js';

/** The options that every command has. */
export interface GlobalOptions {
  readonly url?: string;
  readonly key?: string;
  readonly adminKey?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

/** A person waits: better to say soon that it does not work. */
const RETRIES = 2;

/** What one command has at hand while it runs. */
export class Session {
  readonly printer: Printer;
  readonly url: string;
  #keySource: string | null = null;

  constructor(
    private readonly options: GlobalOptions,
    readonly surroundings: Surroundings,
  ) {
    const { configuration, stdout, stderr } = surroundings;
    this.url = addressIn(options.url ?? configuration.url);
    const noColor = configuration.noColor || !options.color;
    this.printer = new Printer(stdout, stderr, formOf(options), noColor);
  }

  get paint(): Paint {
    return this.printer.paint;
  }

  get now(): Date {
    return this.surroundings.now();
  }

  get interruption(): AbortSignal {
    return this.surroundings.interruption;
  }

  /** To whom the command spoke last, for what there is to say about a failure. */
  get correspondent(): Correspondent {
    return { url: this.url, keySource: this.#keySource };
  }

  /** Calls as an operator. Throws Failure where there is no key. */
  get admin(): Gatehouse {
    const { adminKey } = this.surroundings.configuration;
    return this.#client(
      this.options.adminKey,
      '--admin-key',
      adminKey,
      'GATEHOUSE_ADMIN_KEY',
      'an admin key',
    );
  }

  /** Calls as a tenant's backend. Throws Failure where there is no key. */
  get backend(): Gatehouse {
    const { tenantKey } = this.surroundings.configuration;
    return this.#client(this.options.key, '--key', tenantKey, 'GATEHOUSE_KEY', 'a tenant’s key');
  }

  /** The tenant of the option, or of the environment. Throws Failure where neither names one. */
  tenant({ tenant }: { readonly tenant?: string }): string {
    const id = tenant ?? this.surroundings.configuration.tenant;
    if (id !== null) return id;
    throw misuse(
      'Which tenant?',
      'Add --tenant tnt_…, or set GATEHOUSE_TENANT. “gatehouse tenants list” shows them.',
    );
  }

  /** Asks, unless it was said on the command line already. Throws Failure where the answer is not yes. */
  async confirm(question: string, { yes }: { readonly yes?: boolean }): Promise<void> {
    if (yes !== true) await confirm(question, this.surroundings);
  }

  /** Waits, and shows a person at a terminal for what. */
  async waiting<T>(what: string | (() => string), work: Promise<T>): Promise<T> {
    const { stderr } = this.surroundings;
    return whileWaiting(work, typeof what === 'string' ? () => what : what, {
      stream: stderr,
      paint: this.printer.paintError,
      isShown: this.printer.form === 'table',
    });
  }

  #client(
    given: string | undefined,
    flag: string,
    configured: string | null,
    variable: string,
    what: string,
  ): Gatehouse {
    const apiKey = given ?? configured;
    if (apiKey === null) throw misuse(`This needs ${what}.`, `Set ${variable}, or give ${flag}.`);
    this.#keySource = given === undefined ? variable : flag;
    // Refused by the SDK as well, in words that are about its options.
    if (!/^[\x21-\x7e]+$/.test(apiKey)) throw misuse(`${this.#keySource} has characters that no key has.`);
    return createGatehouse({ baseUrl: this.url, apiKey, retries: RETRIES });
  }
}

function addressIn(text: string): string {
  const url = URL.parse(text);
  const isPlain =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.username + url.password + url.search + url.hash === '';
  if (isPlain) return url.href.replace(/(?<!\/)\/+$/, '');
  throw misuse(
    `The gateway’s address is not an http(s) URL.`,
    'GATEHOUSE_URL, or --url, is like https://gatehouse.example.',
  );
}

function formOf({ json, quiet }: GlobalOptions): Form {
  if (json === true && quiet === true) throw misuse('--json and --quiet exclude each other.');
  if (json === true) return 'json';
  return quiet === true ? 'quiet' : 'table';
}
