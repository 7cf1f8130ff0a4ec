import { type Database, type Statement } from '@gatehouse/platform';

import { strangeCursor } from '../paging.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { type PageRequest } from '../verifications/verification.js';
import { decodeFeedCursor, encodeFeedCursor } from './feed-cursor.js';
import { type FeedWatch } from './feed-watch.js';
import {
  type EventType,
  kindsOf,
  type PublishedEntry,
  type PublishedEvent,
  publishedEvent,
} from './published-event.js';

/** A stretch of the feed, and where to read on: also at its end, where the next event will be. */
export interface FeedPage {
  readonly data: readonly PublishedEvent[];
  readonly nextCursor: string;
  /** Whether there is more to read already. */
  readonly hasMore: boolean;
}

/** For how long to wait for an event where there is none yet. */
export interface Patience {
  readonly waitMs: number;
  /** The caller is gone. */
  readonly signal: AbortSignal;
}

/** Served by the primary key. Every position up to it is visible to any later statement. */
const SIZE: Statement = {
  name: 'ledger_size',
  text: 'SELECT size::text FROM ledger_heads WHERE tenant_id = $1',
};
/**
 * Of each kind as far as a page goes, then the first of all: what is rare is found as soon as what is not. Served by ledger_leaves_feed
 * alone, then by primary keys.
 */
export const FEED: Statement = {
  name: 'ledger_feed',
  isPlannedAnew: true,
  text: `SELECT e.id, e.kind, e.environment, e.verification_id AS "verificationId", e.version, e.data, e.at,
                l.position::text AS position, v.provider
           FROM (SELECT told.position FROM unnest($5::text[]) AS k(kind) CROSS JOIN LATERAL (
                   SELECT position FROM ledger_leaves
                    WHERE tenant_id = $1 AND environment = $2 AND kind = k.kind AND position > $3 AND position <= $4
                    ORDER BY position LIMIT $6) told
                  ORDER BY told.position LIMIT $6) page
           JOIN ledger_leaves l ON l.tenant_id = $1 AND l.position = page.position
           JOIN ledger_entries e ON e.tenant_id = l.tenant_id AND e.id = l.entry_id
           LEFT JOIN verifications v ON v.tenant_id = e.tenant_id AND v.id = e.verification_id
          ORDER BY l.position`,
};

/** A tenant's events in the order in which they were committed. Nothing is ever left out of it, or moved. */
export class EventFeed {
  constructor(
    private readonly database: Database,
    private readonly watch: FeedWatch,
  ) {}

  /**
   * Oldest first. Where there is no event, waits for one until patience ends, the caller is gone, or this process stops. Throws
   * Problem `validation_failed` for a cursor that is not of this feed.
   */
  async page(
    scope: TenantScope,
    types: readonly EventType[],
    { limit, cursor }: PageRequest,
    patience: Patience | null = null,
  ): Promise<FeedPage> {
    const after = decodeFeedCursor(scope, cursor);
    if (patience === null || patience.waitMs === 0) return this.#read(scope, types, after, limit);
    const end = AbortSignal.any([AbortSignal.timeout(patience.waitMs), patience.signal]);
    for (let position = after; ;) {
      const page = await this.#read(scope, types, position, limit);
      if (page.data.length > 0) return page;
      position = decodeFeedCursor(scope, page.nextCursor);
      if (end.aborted || (!page.hasMore && !(await this.watch.grown(scope.tenantId, position, end)))) {
        return page;
      }
    }
  }

  async #read(
    scope: TenantScope,
    types: readonly EventType[],
    after: number,
    limit: number,
  ): Promise<FeedPage> {
    const [head] = await this.database.within(scope).query<{ size: string }>(SIZE, [scope.tenantId]);
    const size = Number(head?.size ?? 0);
    // Of a database that has lost its newest entries since: positions will be given anew, and reading on would skip those.
    if (after > size) throw strangeCursor();
    if (after === size) return { data: [], nextCursor: encodeFeedCursor(scope, after), hasMore: false };
    const rows = await this.database
      .within(scope)
      .query<PublishedEntry & { readonly position: string }>(FEED, [
        scope.tenantId,
        scope.environment,
        after,
        size,
        kindsOf(types),
        limit + 1,
      ]);
    const shown = rows.slice(0, limit);
    const isCut = rows.length > limit;
    const position = isCut ? Number(shown.at(-1)?.position) : size;
    return {
      data: shown.map(publishedEvent),
      nextCursor: encodeFeedCursor(scope, position),
      hasMore: isCut,
    };
  }
}
