import { failureText, property } from './failure.js';
import { isWebhookForm, type WebhookForm, type WebhookKind } from './faults.js';
import { type SentWebhook } from './journal.js';
import { type SharedSwitches, type WebhookSwitches } from './shared-switches.js';
import { type Timers } from './timers.js';
import { type TwinAccount } from './twin-account.js';

/** The account on whose behalf a webhook goes out; without `webhookSwitches` it is sent once, in order. */
export type WebhookOrigin = TwinAccount & { readonly switches: SharedSwitches & Partial<WebhookSwitches> };

export interface OutgoingWebhook {
  readonly method: 'POST' | 'PUT' | 'GET';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The exact bytes, as UTF-8 text. Empty for GET. */
  readonly body: string;
}

/** Writes a webhook as the vendor would, or in a form that a fault asks for. */
export type WebhookWriter = (form: WebhookForm | 'usual') => OutgoingWebhook;

interface Misfortune {
  readonly kind: WebhookKind;
  readonly delayMs: number;
  readonly name: string;
}

const TIMEOUT_MS = 15_000;

/**
 * Sends webhooks: once each unless the account's switches say otherwise, since no vendor documents a retry
 * (providers/sentinel.md 7, providers/dentity.md 6). Webhooks with the same `order` (one person's) go one after the other;
 * others in parallel. Nothing here throws: a receiver that refuses or is not there ends up in the journal.
 */
export class WebhookSender {
  readonly #timers: Timers;
  readonly #closing = new AbortController();
  readonly #lines = new Map<string, Promise<void>>();
  readonly #held = new Map<string, { webhook: OutgoingWebhook; entry: SentWebhook }[]>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  send(account: WebhookOrigin, order: string, write: WebhookWriter): void {
    const usual = write('usual');
    const misfortune = misfortuneOf(account, usual);
    const kind = misfortune?.kind;
    const webhook = kind !== undefined && isWebhookForm(kind) ? write(kind) : usual;
    const entry = (): SentWebhook => recorded(account, webhook, 1, misfortune?.name ?? null);
    switch (kind) {
      case 'lost':
        entry().state = 'lost';
        return;
      case 'late': {
        const late = entry();
        late.state = 'held';
        // Outside the person's line: a late webhook is overtaken by later ones.
        this.#timers.after(misfortune?.delayMs ?? 0, () => {
          this.#sendHeld(account, `${order}/late`, webhook, late);
        });
        return;
      }
      case 'reordered': {
        const held = entry();
        held.state = 'held';
        const key = lineOf(account, order);
        this.#held.set(key, [...(this.#held.get(key) ?? []), { webhook, entry: held }]);
        return;
      }
      case 'twice':
        this.#enqueue(account, order, webhook, entry());
        this.#enqueue(account, order, webhook, entry());
        break;
      case 'unsigned':
      case 'wrong-signature':
      case 'pretty':
      case undefined:
        this.#enqueue(account, order, webhook, entry());
    }
    this.#release(account, order);
  }

  /** Aborts what is under way and waits until it is recorded. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('simulator closed'));
    await Promise.all(this.#lines.values());
  }

  /** Not what was forgotten by a reset meanwhile. */
  #sendHeld(account: WebhookOrigin, order: string, webhook: OutgoingWebhook, entry: SentWebhook): void {
    if (!account.journal.remembers(entry)) return;
    entry.state = 'sending';
    this.#enqueue(account, order, webhook, entry);
  }

  /** Sends what was held for this person. */
  #release(account: WebhookOrigin, order: string): void {
    const key = lineOf(account, order);
    const held = this.#held.get(key) ?? [];
    this.#held.delete(key);
    for (const { webhook, entry } of held) this.#sendHeld(account, order, webhook, entry);
  }

  #enqueue(account: WebhookOrigin, order: string, webhook: OutgoingWebhook, entry: SentWebhook): void {
    const key = lineOf(
      account,
      account.switches.webhooksInOrder === false ? `${order}/${entry.sequence}` : order,
    );
    const line = (this.#lines.get(key) ?? Promise.resolve())
      .then(() => this.#deliver(account, webhook, entry))
      .then(() => {
        if (this.#lines.get(key) === line) this.#lines.delete(key);
        if (!wasReceived(account, entry)) this.#retry(account, order, webhook, entry);
      });
    this.#lines.set(key, line);
  }

  /** Outside the person's line, so that a deaf receiver does not keep back what comes later. */
  #retry(account: WebhookOrigin, order: string, webhook: OutgoingWebhook, entry: SentWebhook): void {
    const { webhookRetries = 0, webhookRetryDelayMs = 0 } = account.switches;
    if (entry.attempt > webhookRetries) return;
    this.#timers.after(webhookRetryDelayMs, () => {
      if (!account.journal.remembers(entry)) return;
      this.#enqueue(account, `${order}/retry`, webhook, recorded(account, webhook, entry.attempt + 1, null));
    });
  }

  async #deliver(account: WebhookOrigin, webhook: OutgoingWebhook, entry: SentWebhook): Promise<void> {
    const timeout = AbortSignal.timeout(account.switches.webhookTimeoutMs ?? TIMEOUT_MS);
    try {
      const response = await fetch(webhook.url, {
        method: webhook.method,
        headers: webhook.headers,
        ...(webhook.method === 'GET' ? {} : { body: webhook.body }),
        redirect: 'manual',
        signal: AbortSignal.any([this.#closing.signal, timeout]),
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

/** A planned fault, or else what the weather brings; every webhook counts for the weather. */
function misfortuneOf(account: WebhookOrigin, webhook: OutgoingWebhook): Misfortune | null {
  const weather = account.weather.forWebhook();
  const planned = account.faults.takeForWebhook(webhook.body);
  if (planned !== undefined) {
    return { kind: planned.kind, delayMs: planned.kind === 'late' ? planned.delayMs : 0, name: planned.name };
  }
  return weather === null ? null : { kind: weather, delayMs: 0, name: 'weather' };
}

function recorded(
  account: WebhookOrigin,
  webhook: OutgoingWebhook,
  attempt: number,
  fault: string | null,
): SentWebhook {
  return account.journal.recordWebhook({ at: account.clock.now().toISOString(), attempt, fault, ...webhook });
}

function wasReceived(account: WebhookOrigin, entry: SentWebhook): boolean {
  const status = entry.responseStatus ?? 0;
  return account.switches.webhookAck === '200' ? status === 200 : status >= 200 && status < 300;
}

function lineOf(account: WebhookOrigin, order: string): string {
  return `${account.provider}/${account.id}/${order}`;
}

/** `fetch` says only "fetch failed"; the cause has the reason. */
function describeFailure(error: unknown): string {
  const cause = property(error, 'cause');
  return cause === undefined ? failureText(error) : `${failureText(error)}: ${failureText(cause)}`;
}
