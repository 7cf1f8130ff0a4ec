import { type Kind, type Sender } from './requests.js';

/** What the generator is asked to do; it answers with an {@link Outcome}. */
export interface Load {
  /** The sender that this one goes on with, by its seed; one who is new begins. */
  readonly sender: Sender;
  readonly origin: string;
  readonly kind: Kind;
  readonly shape: Closed | Open;
}

/** Callers who each send the next request when they have the answer to the last one. */
export interface Closed {
  readonly type: 'closed';
  readonly callers: number;
  /** When they stop. */
  readonly until: { readonly seconds: number } | { readonly requests: number };
}

/** Requests that come when they come, however many are under way. */
export interface Open {
  readonly type: 'open';
  readonly perSecond: number;
  readonly seconds: number;
  readonly arrivals: 'constant' | 'poisson';
}

/** Milliseconds; Infinity where as many got no answer, or another than they should. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface Outcome {
  /** Requests with the expected answer. */
  readonly good: number;
  /** The others by their status, or by what went wrong. */
  readonly bad: Readonly<Record<string, number>>;
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** Of an open load from when each request was to be sent, else from when it was. */
  readonly latency: Spread;
  /** How much later than intended an open load was sent; zero for a closed one. */
  readonly lag: Spread;
  /** Webhooks that said something new. */
  readonly accepted: readonly Accepted[];
  /** Webhooks that came late, which are stored the first time and change nothing. */
  readonly late: number;
}

/** In milliseconds since 1970. */
export interface Accepted {
  readonly verificationId: string;
  readonly sentAt: number;
  readonly acceptedAt: number;
}
