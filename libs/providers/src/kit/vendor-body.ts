import { Readable } from 'node:stream';

import { type Dispatcher } from 'undici';

import { letPass } from './passing-bytes.js';
import { TransportFailure } from './transport-failure.js';

/** How a body is to arrive while it is being read. */
export interface BodyRules {
  /** The largest body; one byte more ends it. */
  readonly maxBytes: number;
  /** The longest silence of the vendor. A reader who takes his time does not count. */
  readonly idleMs: number;
  /** Ends the exchange, before the headers or within the body, with its reason. */
  readonly signal: AbortSignal | null;
  /** What the body's reader is told when it breaks off. */
  readonly describe: (failure: TransportFailure) => Error;
}

/**
 * The bytes of an answer as they arrive. A reader who stops reading stops the vendor, and one who goes away closes the
 * vendor's connection at once.
 */
export class VendorBody extends Readable {
  readonly #idle: NodeJS.Timeout;
  #size = 0;
  #complete = false;

  constructor(
    private readonly controller: Dispatcher.DispatchController,
    private readonly rules: BodyRules,
  ) {
    super({ highWaterMark: 64 * 1024 });
    // Whoever reads hears of a failure all the same; while nobody does, it must not end the process.
    this.on('error', () => undefined);
    this.#idle = setTimeout(() => {
      if (!controller.paused) this.fail('timeout', 'BODY_IDLE');
    }, rules.idleMs);
  }

  receive(chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.rules.maxBytes) {
      this.fail('too_large', 'BODY_TOO_LARGE');
      return;
    }
    letPass(chunk.length);
    this.#idle.refresh();
    if (!this.push(chunk)) this.controller.pause();
  }

  finish(): void {
    this.#complete = true;
    clearTimeout(this.#idle);
    this.push(null);
  }

  fail(kind: TransportFailure['kind'], code: string): void {
    this.destroy(this.rules.describe(new TransportFailure(kind, true, code)));
  }

  override _read(): void {
    if (!this.controller.paused) return;
    this.#idle.refresh();
    this.controller.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearTimeout(this.#idle);
    if (!this.#complete) this.controller.abort(error ?? new Error('The body is no longer wanted'));
    callback(error);
  }
}
