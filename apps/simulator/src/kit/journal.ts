/** A request as it reached a twin. Credentials are kept: this is a test double and tests look at what was sent. */
export interface ReceivedRequest {
  readonly sequence: number;
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
  responseStatus: number | null;
  /** The planned fault that happened to it, by name, or `weather`. */
  fault: string | null;
}

/** A webhook as a twin sent it: `body` holds exactly the bytes (UTF-8). */
export interface SentWebhook {
  readonly sequence: number;
  readonly at: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `held`: waits for the next webhook of the same person. */
  state: 'sending' | 'held' | 'answered' | 'failed' | 'lost';
  /** 1, or more for a retry. */
  readonly attempt: number;
  /** The planned fault that happened to it, by name, or `weather`. */
  readonly fault: string | null;
  responseStatus: number | null;
  error: string | null;
}

const KEPT = 20_000;

/** What one account received and sent, oldest first; the oldest entries go when it is full. */
export class Journal {
  #sequence = 0;
  #requests: ReceivedRequest[] = [];
  #webhooks: SentWebhook[] = [];

  recordRequest(entry: Omit<ReceivedRequest, 'sequence' | 'responseStatus' | 'fault'>): ReceivedRequest {
    const recorded = { ...entry, sequence: ++this.#sequence, responseStatus: null, fault: null };
    keep(this.#requests, recorded);
    return recorded;
  }

  recordWebhook(
    entry: Pick<SentWebhook, 'at' | 'method' | 'url' | 'headers' | 'body' | 'attempt' | 'fault'>,
  ): SentWebhook {
    const recorded: SentWebhook = {
      ...entry,
      sequence: ++this.#sequence,
      state: 'sending',
      responseStatus: null,
      error: null,
    };
    keep(this.#webhooks, recorded);
    return recorded;
  }

  requests(after = 0): ReceivedRequest[] {
    return this.#requests.filter((entry) => entry.sequence > after);
  }

  webhooks(after = 0): SentWebhook[] {
    return this.#webhooks.filter((entry) => entry.sequence > after);
  }

  /** Whether this webhook is still remembered: a reset forgets it. */
  remembers(webhook: SentWebhook): boolean {
    return this.#webhooks.includes(webhook);
  }

  clear(): void {
    this.#requests = [];
    this.#webhooks = [];
  }
}

function keep<T>(entries: T[], entry: T): void {
  entries.push(entry);
  if (entries.length > KEPT) entries.splice(0, KEPT / 10);
}
