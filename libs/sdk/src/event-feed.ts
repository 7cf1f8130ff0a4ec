import { type CallOptions, type Calls } from './calls.js';
import { type GatehouseEvent } from './event.js';
import { type Paths, type Schemas } from './schemas.js';

/** How long the gateway holds a question to which there is no answer yet, at most; API: `GET /v1/events`. */
const LONGEST_WAIT_S = 30;
/** What an answer may take beyond the time that it was asked to wait. */
const ANSWER_MS = 15_000;

type FeedType = NonNullable<NonNullable<Paths['/v1/events']['get']['parameters']['query']>['type']>;

export interface FeedOptions extends Pick<CallOptions, 'signal'> {
  /** The `nextCursor` that you stored last; absent: from the beginning. */
  readonly cursor?: string | null | undefined;
  /** Events of this type only. */
  readonly type?: FeedType | undefined;
  /** How many events a page has at most; the gateway's own default where absent. */
  readonly limit?: number | undefined;
  /** False: stop at the present end. Absent: wait there for more, for ever. */
  readonly follow?: boolean | undefined;
}

/** A stretch of the feed. Store `nextCursor` with what you did with `data`, in one transaction if you can. */
export interface FeedPage {
  readonly data: readonly GatehouseEvent[];
  readonly nextCursor: string;
}

/** Reads the feed on and on (docs/EVENTS.md). Ends only with `follow: false`, a `break`, an error, or the signal, whose reason it throws. */
export async function* readFeed(
  get: Calls['GET'],
  options: FeedOptions = {},
): AsyncGenerator<FeedPage, void, undefined> {
  const { type, limit, signal, follow = true } = options;
  let cursor = options.cursor ?? null;
  let wait = 0;
  for (;;) {
    const { data: page } = await get('/v1/events', {
      params: { query: { cursor, type: type ?? null, limit: limit ?? null, wait } },
      timeoutMs: wait * 1000 + ANSWER_MS,
      signal,
    });
    // An empty page may still lead on, past what held nothing for this reader.
    if (page.data.length > 0 || page.nextCursor !== cursor)
      yield { data: page.data.map(typed), nextCursor: page.nextCursor };
    cursor = page.nextCursor;
    if (!page.hasMore && !follow) return;
    wait = page.hasMore ? 0 : LONGEST_WAIT_S;
  }
}

/** The document describes the data of each type in words, {@link EventData} in types. */
function typed(event: Schemas['PublishedEvent']): GatehouseEvent {
  return { ...event, data: event.data as never };
}
