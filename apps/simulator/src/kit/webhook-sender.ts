import { type SimulatedClock } from './clock.js';
import { failureText, property } from './failure.js';
import { type FaultPlan } from './faults.js';
import { type Journal, type SentWebhook } from './journal.js';
import { type Timers } from './timers.js';

/** The account on whose behalf a webhook goes out. */
export interface WebhookOrigin {
  readonly provider: string;
  readonly id: string;
  readonly clock: SimulatedClock;
  readonly journal: Journal;
  readonly faults: FaultPlan;
}

export interface OutgoingWebhook {
  readonly method: 'POST' | 'PUT' | 'GET';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The exact bytes, as UTF-8 text. Empty for GET. */
  readonly body: string;
}

const TIMEOUT_MS = 15_000;

/**
 * Sends webhooks once each: no vendor documents a retry (providers/sentinel.md 7, providers/dentity.md 6).
 * Webhooks with the same `order` (one person's) go one after the other; others in parallel. Nothing here throws: a receiver
 * that refuses or is not there ends up in the journal.
 */
export class WebhookSender {
  readonly #timers: Timers;
  readonly #closing = new AbortController();
  readonly #lines = new Map<string, Promise<void>>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  send(account: WebhookOrigin, order: string, webhook: OutgoingWebhook): void {
    const fault = account.faults.takeForWebhook(webhook.body);
    const entry = (): SentWebhook =>
      account.journal.recordWebhook({ at: account.clock.now().toISOString(), ...webhook });
    switch (fault?.kind) {
      case 'lost': {
        entry().state = 'lost';
        return;
      }
      case 'late': {
        // Outside the person's line: a late webhook is overtaken by later ones.
        this.#timers.after(fault.delayMs, () => {
          this.#enqueue(account, `${order}/late`, webhook, entry());
        });
        return;
      }
      case 'twice': {
        this.#enqueue(account, order, webhook, entry());
        this.#enqueue(account, order, webhook, entry());
        return;
      }
      case undefined: {
        this.#enqueue(account, order, webhook, entry());
      }
    }
  }

  /** Aborts what is under way and waits until it is recorded. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('simulator closed'));
    await Promise.all(this.#lines.values());
  }

  #enqueue(account: WebhookOrigin, order: string, webhook: OutgoingWebhook, entry: SentWebhook): void {
    const key = `${account.provider}/${account.id}/${order}`;
    const line = (this.#lines.get(key) ?? Promise.resolve())
      .then(() => this.#deliver(webhook, entry))
      .then(() => {
        if (this.#lines.get(key) === line) this.#lines.delete(key);
      });
    this.#lines.set(key, line);
  }

  async #deliver(webhook: OutgoingWebhook, entry: SentWebhook): Promise<void> {
    try {
      const response = await fetch(webhook.url, {
        method: webhook.method,
        headers: webhook.headers,
        ...(webhook.method === 'GET' ? {} : { body: webhook.body }),
        redirect: 'manual',
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      entry.responseStatus = response.status;
      entry.state = 'answered';
      await response.body?.cancel();
    } catch (error) {
      if (entry.state === 'answered') return;
      entry.state = 'failed';
      entry.error = describeFailure(error);
    }
  }
}

/** `fetch` says only "fetch failed"; the cause has the reason. */
function describeFailure(error: unknown): string {
  const cause = property(error, 'cause');
  return cause === undefined ? failureText(error) : `${failureText(error)}: ${failureText(cause)}`;
}
