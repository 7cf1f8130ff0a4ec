import { type Database, type Statement } from '@gatehouse/platform';

import { decodeCursor, encodeCursor } from '../paging.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { type PageRequest } from '../verifications/verification.js';
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
  /** Null only while nothing was read yet. */
  readonly nextCursor: string | null;
  readonly hasMore: boolean;
}

/** Served by ledger_by_position. */
const FEED: Statement = {
  name: 'ledger_feed',
  text: `SELECT e.id, e.kind, e.environment, e.verification_id AS "verificationId", e.version, e.data, e.at,
                e.position::text AS position, v.provider
           FROM ledger_entries e
           LEFT JOIN verifications v ON v.tenant_id = e.tenant_id AND v.id = e.verification_id
          WHERE e.tenant_id = $1 AND e.environment = $2 AND e.position > $3 AND e.kind = ANY($4)
          ORDER BY e.position LIMIT $5`,
};

/** A tenant's events in the order in which they were committed. Nothing is ever left out of it, or moved. */
export class EventFeed {
  constructor(private readonly database: Database) {}

  /** Oldest first. Throws Problem `validation_failed` for a cursor that we did not make. */
  async page(scope: TenantScope, types: readonly EventType[], page: PageRequest): Promise<FeedPage> {
    const after = decodeCursor(page.cursor);
    const rows = await this.database.query<PublishedEntry & { readonly position: string }>(FEED, [
      scope.tenantId,
      scope.environment,
      // A cursor's number counts entries here, not milliseconds.
      after?.at.getTime() ?? 0,
      kindsOf(types),
      page.limit + 1,
    ]);
    const shown = rows.slice(0, page.limit);
    const last = shown.at(-1);
    return {
      data: shown.map(publishedEvent),
      nextCursor: last === undefined ? page.cursor : encodeCursor(Number(last.position), last.id),
      hasMore: rows.length > page.limit,
    };
  }
}
