/** A request as it reached a twin. Credentials are kept: this is a test double and tests look at what was sent. */
export interface ReceivedRequest {
  readonly sequence: number;
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
  responseStatus: number | null;
}

/** A webhook as a twin sent it: `body` holds exactly the bytes (UTF-8). */
export interface SentWebhook {
  readonly sequence: number;
  readonly at: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  state: 'sending' | 'answered' | 'failed' | 'lost';
  responseStatus: number | null;
  error: string | null;
}

const KEPT = 20_000;

/** What one account received and sent, oldest first; the oldest entries go when it is full. */
export class Journal {
  #sequence = 0;
  #requests: ReceivedRequest[] = [];
  #webhooks: SentWebhook[] = [];

  recordRequest(entry: Omit<ReceivedRequest, 'sequence' | 'responseStatus'>): ReceivedRequest {
    const recorded = { ...entry, sequence: ++this.#sequence, responseStatus: null };
    keep(this.#requests, recorded);
    return recorded;
  }

  recordWebhook(entry: Pick<SentWebhook, 'at' | 'method' | 'url' | 'headers' | 'body'>): SentWebhook {
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

  clear(): void {
    this.#requests = [];
    this.#webhooks = [];
  }
}

function keep<T>(entries: T[], entry: T): void {
  entries.push(entry);
  if (entries.length > KEPT) entries.splice(0, KEPT / 10);
}
