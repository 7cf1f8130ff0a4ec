import { isDeepStrictEqual } from 'node:util';

import { type GatewayTenant, required } from '../../support/gateway-client.js';
import { type Inbox } from '../receiving.js';
import { type Records } from '../records.js';
import { countBy } from '../rest.js';
import { check, type Check, counted, showing } from './check.js';

/** An event as the feed tells it. */
export interface FeedEvent {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An endpoint of the tenant's, with what came to it. */
export interface Endpoint {
  readonly id: string;
  /** None: all. */
  readonly eventTypes: readonly string[];
  readonly inbox: Inbox;
}

export async function readFeed(tenant: GatewayTenant): Promise<readonly FeedEvent[]> {
  const events: FeedEvent[] = [];
  let cursor: string | null = null;
  for (;;) {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = required(await tenant.call('GET', `/events?limit=200${query}`), 200);
    events.push(...(page['data'] as readonly FeedEvent[]));
    cursor = page['nextCursor'] as string;
    if (page['hasMore'] !== true) return events;
  }
}

/** Every event of the feed came to every endpoint that asked for its kind, at least once and proven; nothing else did. */
export async function deliveries(
  feed: readonly FeedEvent[],
  endpoints: readonly Endpoint[],
  records: Records,
): Promise<readonly Check[]> {
  const byId = new Map(feed.map((event) => [event.id, event]));
  return [
    feedOrder(feed),
    ...endpoints.flatMap((endpoint, index) => arrivals(feed, byId, endpoint, index + 1)),
    await delivered(records, feed, endpoints),
  ].map((one) => showing(['I5'], one));
}

/** Of one verification, the feed's order is that of `version`, and no version comes twice: so whoever is told out of order can sort. */
function feedOrder(feed: readonly FeedEvent[]): Check {
  const repeated = [...countBy(feed.map(({ id }) => id))].filter(([, count]) => count > 1);
  const last = new Map<string, number>();
  const disorder = feed.flatMap(({ id, data }) => {
    const { verificationId, version } = data;
    if (typeof verificationId !== 'string' || typeof version !== 'number') return [];
    const before = last.get(verificationId) ?? 0;
    last.set(verificationId, version);
    return version > before ? [] : [`${verificationId}: version ${version} after ${before} (${id})`];
  });
  return check('5. the feed tells each event once, each verification’s by rising version', feed.length, [
    ...repeated.map(([id, count]) => `${id}: ${count} times`),
    ...disorder,
  ]);
}

function arrivals(
  feed: readonly FeedEvent[],
  byId: ReadonlyMap<string, FeedEvent>,
  { id: endpointId, eventTypes, inbox }: Endpoint,
  number: number,
): readonly Check[] {
  const asked = feed.filter(({ type }) => eventTypes.length === 0 || eventTypes.includes(type));
  const missing = asked.flatMap(({ id, type, data }) => {
    const accepted = inbox.messages.get(id)?.accepted ?? 0;
    return accepted > 0 ? [] : [`${aboutWhom(data) ?? id}: ${type} (${id}) never came to ${endpointId}`];
  });
  const foreign = [...inbox.messages].flatMap(([id, { body }]) => {
    const event = byId.get(id);
    if (event === undefined) return [`${id}: came to ${endpointId}, and is not in the feed`];
    const { type, timestamp, data } = event;
    const isSame = isDeepStrictEqual(JSON.parse(body), { type, timestamp, data });
    const isAsked = eventTypes.length === 0 || eventTypes.includes(type);
    if (!isAsked) return [`${id}: ${type} came to ${endpointId}, which did not ask for it`];
    return isSame ? [] : [`${id}: came to ${endpointId} with other words than the feed’s`];
  });
  const all = [...inbox.messages.values()];
  const again = all.filter(({ accepted }) => accepted > 1).length;
  return [
    check(
      `5. every event was delivered to endpoint ${number} at least once, proven, and nothing else`,
      asked.length,
      [...missing, ...foreign, ...inbox.complaints],
      [
        `${all.reduce((sum, { arrived }) => sum + arrived, 0)} messages, ${again} accepted more than once`,
        ...counted(new Map([...inbox.misbehaved].map(([way, count]) => [`answered badly: ${way}`, count]))),
      ],
    ),
  ];
}

function aboutWhom({ verificationId }: FeedEvent['data']): string | null {
  return typeof verificationId === 'string' ? verificationId : null;
}

async function delivered(
  { pool, tenantId }: Records,
  feed: readonly FeedEvent[],
  endpoints: readonly Endpoint[],
): Promise<Check> {
  const { rows } = await pool.query<{ state: string; count: number; attempts: number }>(
    'SELECT state, count(*)::int AS count, sum(attempts)::int AS attempts FROM webhook_deliveries WHERE tenant_id = $1 GROUP BY state',
    [tenantId],
  );
  const expected = endpoints.reduce(
    (sum, { eventTypes }) =>
      sum + feed.filter(({ type }) => eventTypes.length === 0 || eventTypes.includes(type)).length,
    0,
  );
  const all = rows.reduce((sum, { count }) => sum + count, 0);
  return check(
    '5. every delivery that was written ended as delivered, one for each event and endpoint',
    expected,
    [
      ...rows.flatMap(({ state, count }) =>
        state === 'delivered' ? [] : [`${count} deliveries are ${state}`],
      ),
      ...(all === expected ? [] : [`${all} deliveries for ${expected} events to be told`]),
    ],
    [`${rows.reduce((sum, { attempts }) => sum + attempts, 0)} attempts`],
  );
}
