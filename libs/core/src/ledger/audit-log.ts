import { type Database, firstIdAt, HIGHEST_ID, LOWEST_ID, type Statement } from '@gatehouse/platform';

import { strangeCursor } from '../paging.js';
import { SYSTEM_TENANT_ID } from '../privacy/tenant-vault.js';
import { type Environment } from '../tenancy/tenant-scope.js';
import { type Page, type PageRequest } from '../verifications/verification.js';
import { type Ledger } from './ledger.js';
import { LEDGER_KINDS, type LedgerKind, PERSONAL_DATA_KINDS } from './ledger-kind.js';

/** An entry as it was written. */
export interface LoggedEntry {
  readonly tenantId: string;
  readonly id: string;
  readonly environment: Environment | null;
  readonly verificationId: string | null;
  readonly kind: LedgerKind;
  readonly version: number | null;
  readonly actor: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: Date;
  /** In the tenant's tree, from 1 on; null until it is sealed. */
  readonly position: number | null;
}

/** What several kinds have in common: that personal data was shown to somebody. */
export const LOG_SUBJECTS = ['personal_data'] as const;
export type LogSubject = (typeof LOG_SUBJECTS)[number];

export interface EntryFilter {
  /** Null: what is of no tenant, such as the admin keys. */
  readonly tenantId: string | null;
  readonly kind: LedgerKind | null;
  /** Beside a kind, both have to hold. */
  readonly about: LogSubject | null;
  /** In the form of the ledger, and of no other: it is written down. */
  readonly actor: string | null;
  readonly verificationId: string | null;
  readonly since: Date | null;
  readonly until: Date | null;
}

/** A signed head. */
export interface StoredCheckpoint {
  readonly tenantId: string;
  readonly size: number;
  readonly note: string;
  readonly at: Date;
}

export interface ExportedLine {
  readonly position: number;
  /** The exact text of the leaf. */
  readonly entry: string;
}

const EXPORTED_AT_ONCE = 2_000;
/** Clocks of replicas may differ by as much: an entry's id is of when it was made, its time as well, but not by the same reading. */
const MARGIN_MS = 60_000;

/** $1 to $6: tenant, before and after which id, how many, since and until when. */
const search = (name: string, found: string): Statement => ({
  name,
  isPlannedAnew: true,
  text: `SELECT e.*, l.position::text
           FROM (${found}) e LEFT JOIN ledger_leaves l ON l.tenant_id = $1 AND l.entry_id = e.id
          ORDER BY e.id DESC LIMIT $4`,
});
const WITHIN = (id: string): string => `${id} < $2 AND ${id} > $3`;
/**
 * Nearly all that the ids let through, which PostgreSQL does not know: of a comparison of times it would guess how few it lets through,
 * multiply that with the share of the ids, and read and sort all that it takes for few. Of this it guesses a half.
 */
const IN_TIME = 'coalesce(e.at >= $5::timestamptz, true) AND coalesce(e.at < $6::timestamptz, true)';
const newestEntries = (condition: string): string =>
  `SELECT e.* FROM ledger_entries e WHERE e.tenant_id = $1 AND ${WITHIN('e.id')} AND ${IN_TIME} ${condition} ORDER BY e.id DESC LIMIT $4`;
/**
 * Of one kind. No order but that of the index is by kind, then id; were the kind only compared, PostgreSQL would read and sort all of
 * the kinds that most are of, which it takes for one as rare as others.
 */
const NEWEST_OF_KIND = `SELECT e.* FROM ledger_entries e
   WHERE e.tenant_id = $1 AND e.actor = $8 AND (e.kind, e.id) < (k.kind, $2) AND (e.kind, e.id) > (k.kind, $3) AND ${IN_TIME}
   ORDER BY e.kind DESC, e.id DESC LIMIT $4`;
/**
 * The kinds that somebody has done, one probe of ledger_by_actor for each. To look through all kinds for everybody is seventy probes, and
 * of a tenant that PostgreSQL has not counted yet, which it takes for empty, each probe reads all entries.
 */
const KINDS_OF_ACTOR = `WITH RECURSIVE acted AS (
     (SELECT kind FROM ledger_entries WHERE tenant_id = $1 AND actor = $8 ORDER BY kind LIMIT 1)
     UNION ALL
     SELECT next.kind FROM acted CROSS JOIN LATERAL (
       SELECT kind FROM ledger_entries WHERE tenant_id = $1 AND actor = $8 AND kind > acted.kind ORDER BY kind LIMIT 1) next)
   SELECT kind FROM acted WHERE kind = ANY($7)`;
/**
 * The entries of `found`, which has their ids. By OFFSET each is looked up by itself: PostgreSQL takes the two, joined, for a few rows,
 * so that it reads and sorts all of a kind for a page, or all entries of the time for what has no position.
 */
const entriesOf = (found: string, condition: string): string =>
  `SELECT e.* FROM ${found} f CROSS JOIN LATERAL (
     SELECT * FROM ledger_entries e WHERE e.tenant_id = $1 AND e.id = f.entry_id AND ${IN_TIME} ${condition} OFFSET 0) e
    WHERE f.tenant_id = $1 AND ${WITHIN('f.entry_id')}`;

/** The positions are found by ledger_leaves_by_entry. */
const SEARCH = {
  /** Served by the primary key. */
  all: search('ledger_search', newestEntries('')),
  /** Served by ledger_by_verification. */
  ofVerification: search(
    'ledger_search_verification',
    newestEntries(
      'AND e.verification_id = $7 AND ($8::text[] IS NULL OR e.kind = ANY($8)) AND ($9::text IS NULL OR e.actor = $9)',
    ),
  ),
  /** Of each kind as far as a page goes. Served by ledger_by_actor. */
  ofActor: search(
    'ledger_search_actor',
    `SELECT e.* FROM (${KINDS_OF_ACTOR}) k CROSS JOIN LATERAL (${NEWEST_OF_KIND}) e ORDER BY e.id DESC LIMIT $4`,
  ),
  /**
   * Of each kind as far as a page goes, and what has no position yet, which is little. Served by ledger_leaves_by_kind and by the
   * queue's primary key: whoever writes an entry has no index by kind to keep.
   */
  ofKind: search(
    'ledger_search_kind',
    `(SELECT e.* FROM unnest($7::text[]) AS k(kind) CROSS JOIN LATERAL (
        ${entriesOf('ledger_leaves', '')} AND f.kind = k.kind ORDER BY f.entry_id DESC LIMIT $4) e
       ORDER BY e.id DESC LIMIT $4)
     UNION ALL
     (${entriesOf('ledger_queue', 'AND e.kind = ANY($7)')} ORDER BY f.entry_id DESC LIMIT $4)`,
  ),
};
/** Served by the primary key. */
const CHECKPOINTS: Statement = {
  name: 'ledger_checkpoints_list',
  text: `SELECT c.tenant_id AS "tenantId", c.size::text, c.note, c.at FROM ledger_checkpoints c
          WHERE c.tenant_id = $1 AND c.size < $2 ORDER BY c.size DESC LIMIT $3`,
};
/** Served by the primary keys: one probe for each tenant. */
const NEWEST: Statement = {
  name: 'ledger_checkpoints_newest',
  text: `SELECT c.tenant_id AS "tenantId", c.size::text, c.note, c.at
           FROM ledger_heads h
          CROSS JOIN LATERAL (SELECT * FROM ledger_checkpoints c WHERE c.tenant_id = h.tenant_id ORDER BY size DESC LIMIT 1) c
          WHERE $1::uuid IS NULL OR h.tenant_id > $1 ORDER BY h.tenant_id LIMIT $2`,
};
const EXPORT: Statement = {
  name: 'ledger_export',
  text: `SELECT l.position::text, ledger_text(e) AS entry
           FROM ledger_leaves l JOIN ledger_entries e ON e.tenant_id = l.tenant_id AND e.id = l.entry_id
          WHERE l.tenant_id = $1 AND l.position > $2 AND l.position <= $3 ORDER BY l.position LIMIT ${EXPORTED_AT_ONCE}`,
};

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface LoggedRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly environment: Environment | null;
  readonly verification_id: string | null;
  readonly kind: LedgerKind;
  readonly version: number | null;
  readonly actor: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: Date;
  readonly position: string | null;
}

/** The ledger for those who look after it. What they look at is in it too. */
export class AuditLog {
  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
  ) {}

  /** Newest first. Throws Problem `validation_failed` for a strange cursor. */
  async search(
    actor: string,
    filter: EntryFilter,
    { limit, cursor }: PageRequest,
  ): Promise<Page<LoggedEntry>> {
    const tenantId = filter.tenantId ?? SYSTEM_TENANT_ID;
    await this.#record(actor, tenantId, 'audit.searched', {
      kind: filter.kind,
      ...(filter.about !== null && { about: filter.about }),
      // Of a login or a provider the kind alone: it is a word that nobody has checked, and the ledger keeps what it is told.
      actor:
        filter.actor === null
          ? null
          : /^(?:key|admin):/.test(filter.actor)
            ? filter.actor
            : filter.actor.split(':', 1)[0],
      verificationId: filter.verificationId,
      since: filter.since,
      until: filter.until,
    });
    const beforeUntil = filter.until === null ? HIGHEST_ID : firstIdAt(filter.until.getTime() + MARGIN_MS);
    // The narrower of the two: with a cursor alone, PostgreSQL reads all that is older than it for what `until` lets through.
    const beforeCursor = cursorId(cursor) ?? HIGHEST_ID;
    const before = beforeCursor < beforeUntil ? beforeCursor : beforeUntil;
    const { statement, values } = searchBy(filter);
    const rows = await this.database
      .within({ tenantId })
      .query<LoggedRow>(statement, [
        tenantId,
        before,
        filter.since === null ? LOWEST_ID : firstIdAt(filter.since.getTime() - MARGIN_MS),
        limit + 1,
        filter.since,
        filter.until,
        ...values,
      ]);
    const data = rows.slice(0, limit).map(entryOf);
    const last = rows.length > limit ? data.at(-1) : undefined;
    return { data, nextCursor: last === undefined ? null : Buffer.from(last.id).toString('base64url') };
  }

  /** Of one tenant, newest first; of all, the newest of each. */
  async checkpoints(
    tenantId: string | null,
    { limit, cursor }: PageRequest,
  ): Promise<Page<StoredCheckpoint>> {
    type Row = Omit<StoredCheckpoint, 'size'> & { readonly size: string };
    const rows =
      tenantId === null
        ? await this.database.across.query<Row>(NEWEST, [cursorId(cursor), limit + 1])
        : await this.database
            .within({ tenantId })
            .query<Row>(CHECKPOINTS, [tenantId, cursorSize(cursor) ?? Number.MAX_SAFE_INTEGER, limit + 1]);
    const data = rows.slice(0, limit).map((row) => ({ ...row, size: Number(row.size) }));
    const last = rows.length > limit ? data.at(-1) : undefined;
    const next = last === undefined ? null : tenantId === null ? last.tenantId : String(last.size);
    return { data, nextCursor: next === null ? null : Buffer.from(next).toString('base64url') };
  }

  /** Everything that is sealed of a tenant's ledger, in its order, then the checkpoint that it leads to. */
  async *export(
    actor: string,
    ofTenant: string | null,
  ): AsyncGenerator<ExportedLine | { readonly checkpoint: string }> {
    const tenantId = ofTenant ?? SYSTEM_TENANT_ID;
    await this.#record(actor, tenantId, 'audit.exported', {});
    const { data } = await this.checkpoints(tenantId, { limit: 1, cursor: null });
    const [head] = data;
    if (head === undefined) return;
    for (let position = 0; position < head.size;) {
      const rows = await this.database
        .within({ tenantId })
        .query<{ position: string; entry: string }>(EXPORT, [tenantId, position, head.size]);
      if (rows.length === 0) break;
      for (const row of rows) yield { position: Number(row.position), entry: row.entry };
      position = Number(rows.at(-1)?.position);
    }
    yield { checkpoint: head.note };
  }

  /** That the whole was recomputed, and with what result. */
  async recordVerification(
    actor: string,
    tenantId: string | null,
    result: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.#record(actor, tenantId ?? SYSTEM_TENANT_ID, 'audit.verified', result);
  }

  async #record(
    actor: string,
    tenantId: string,
    kind: Extract<LedgerKind, `audit.${string}`>,
    data: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.ledger.append(this.database.within({ tenantId }), {
      kind,
      tenantId,
      environment: null,
      verificationId: null,
      version: null,
      actor,
      data,
    });
  }
}

/** Null for all of them. */
function kindsOf({ kind, about }: EntryFilter): readonly LedgerKind[] | null {
  switch (about) {
    case null:
      return kind === null ? null : [kind];
    case 'personal_data':
      return PERSONAL_DATA_KINDS.filter((one) => kind === null || one === kind);
  }
}

function searchBy(filter: EntryFilter): {
  readonly statement: Statement;
  readonly values: readonly unknown[];
} {
  const kinds = kindsOf(filter);
  const { actor, verificationId } = filter;
  if (verificationId !== null)
    return { statement: SEARCH.ofVerification, values: [verificationId, kinds, actor] };
  if (actor !== null) return { statement: SEARCH.ofActor, values: [kinds ?? LEDGER_KINDS, actor] };
  return kinds === null
    ? { statement: SEARCH.all, values: [] }
    : { statement: SEARCH.ofKind, values: [kinds] };
}

function entryOf(row: LoggedRow): LoggedEntry {
  return {
    tenantId: row.tenant_id,
    id: row.id,
    environment: row.environment,
    verificationId: row.verification_id,
    kind: row.kind,
    version: row.version,
    actor: row.actor,
    data: row.data,
    at: row.at,
    position: row.position === null ? null : Number(row.position),
  };
}

/** Throws Problem `validation_failed`. */
function cursorId(cursor: string | null): string | null {
  if (cursor === null) return null;
  const id = Buffer.from(cursor, 'base64url').toString('latin1');
  if (!UUID.test(id)) throw strangeCursor();
  return id;
}

/** Throws Problem `validation_failed`. */
function cursorSize(cursor: string | null): number | null {
  if (cursor === null) return null;
  const size = Number(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (!Number.isSafeInteger(size) || size < 0) throw strangeCursor();
  return size;
}
