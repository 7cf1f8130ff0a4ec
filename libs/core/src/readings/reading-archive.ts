import { type Database, type Queryable, type Statement } from '@gatehouse/platform';

import { context, type Place, type TenantVault, wrappedKeyOf } from '../privacy/tenant-vault.js';
import { canonical } from '../verifications/facts.js';
import { type VerificationRow } from '../verifications/verification.rows.js';

/** An authenticated read, as far as a later mapping needs it. */
export interface KeptReading {
  readonly mappingVersion: number;
  /** As the adapter made it; null: nothing of it may be kept. */
  readonly evidence: unknown;
  /** Another open verification claimed the same person's result (`verification-rivals.ts`). */
  readonly isDisputed: boolean;
}

/** A verification with the newest of its readings. */
export interface ReadingRow extends VerificationRow {
  readonly evidence_hash: Buffer;
  readonly evidence_sealed: Buffer;
  readonly mapping_version: number;
  readonly read_at: Date;
}

/** Whose turn comes next, in the order of the primary key. */
export interface ReadingPlace {
  readonly tenantId: string;
  readonly verificationId: string;
}

/**
 * The same answer again only moves its time. Says whether there were as many before as are kept. Served by the primary key.
 */
const KEEP: Statement = {
  name: 'readings_keep_one',
  text: `INSERT INTO readings (tenant_id, verification_id, evidence_hash, environment, provider, mapping_version,
             evidence_sealed, read_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (tenant_id, verification_id, evidence_hash) DO UPDATE
            SET mapping_version = EXCLUDED.mapping_version,
                read_at = greatest(readings.read_at, EXCLUDED.read_at)
         RETURNING (SELECT count(*) >= 20 FROM readings WHERE tenant_id = $1 AND verification_id = $2) AS is_full`,
};
/**
 * Of a verification the last 20 different answers stay: the one that was just written, and 19 others. Not in the statement that writes it: there
 * are engines that take one table for one change only. Served by the primary key.
 */
const TRIM: Statement = {
  name: 'readings_trim',
  text: `DELETE FROM readings
          WHERE tenant_id = $1 AND verification_id = $2 AND evidence_hash <> $3
            AND read_at < (SELECT read_at FROM readings WHERE tenant_id = $1 AND verification_id = $2 AND evidence_hash <> $3
                            ORDER BY read_at DESC OFFSET 18 LIMIT 1)`,
};
/** What a person has withdrawn is not kept: to be run in the transaction that learns of it. By the primary key. */
const FORGET: Statement = {
  name: 'readings_forget',
  text: 'DELETE FROM readings WHERE tenant_id = $1 AND verification_id = $2',
};
/** By the primary key. */
const NEWEST_VERSION: Statement = {
  name: 'readings_newest_version',
  text: `SELECT mapping_version FROM readings WHERE tenant_id = $1 AND verification_id = $2
          ORDER BY read_at DESC LIMIT 1`,
};
/** Walks the primary key: a run of an operator's, not a request's. */
const PAGE: Statement = {
  name: 'readings_page',
  isPlannedAnew: true,
  text: `SELECT v.*, s.key_wrapped, s.key_version, s.spare_key_sealed, s.details_sealed,
                r.evidence_hash, r.evidence_sealed, r.mapping_version, r.read_at
           FROM readings r
           JOIN verifications v ON v.tenant_id = r.tenant_id AND v.id = r.verification_id
           JOIN subjects s ON s.tenant_id = v.tenant_id AND s.id = v.subject_id
          WHERE r.provider = $1 AND r.read_at >= $2 AND ($3::uuid IS NULL OR r.tenant_id = $3)
            AND (r.tenant_id, r.verification_id) > ($4, $5)
            AND NOT EXISTS (SELECT 1 FROM readings n
                             WHERE n.tenant_id = r.tenant_id AND n.verification_id = r.verification_id
                               AND (n.read_at, n.evidence_hash) > (r.read_at, r.evidence_hash))
          ORDER BY r.tenant_id, r.verification_id LIMIT $6`,
};

/** Keeps what authenticated reads were made of, sealed under the person's key, so that it goes with them when they are erased. */
export class ReadingArchive {
  constructor(private readonly vault: TenantVault) {}

  /** In the transaction that applies the reading, under the verification's row lock. */
  async keep(tx: Queryable, row: VerificationRow, reading: KeptReading, readAt: string): Promise<void> {
    const { evidence, isDisputed, mappingVersion } = reading;
    const { tenant_id: tenantId } = row;
    const wrapped = wrappedKeyOf(row);
    if (evidence === null || wrapped === null) return;
    const content = { evidence, isDisputed };
    const hash = await this.vault.lookupHash(tenantId, 'reading', canonical(content));
    const key = await this.vault.openSubjectKey(tenantId, wrapped);
    const [written] = await tx.query<{ is_full: boolean }>(KEEP, [
      tenantId,
      row.id,
      hash,
      row.environment,
      row.provider,
      mappingVersion,
      key.sealJson(content, context(tenantId, placeOf(row.id, hash))),
      new Date(readAt),
    ]);
    if (written?.is_full === true) await tx.query(TRIM, [tenantId, row.id, hash]);
  }

  async forget(tx: Queryable, { tenant_id, id }: Pick<VerificationRow, 'tenant_id' | 'id'>): Promise<void> {
    await tx.query(FORGET, [tenant_id, id]);
  }

  /** Of the mapping that read the verification's newest answer; null where none is kept. */
  async newestVersion(database: Database, tenantId: string, verificationId: string): Promise<number | null> {
    const [row] = await database
      .within({ tenantId })
      .query<{ mapping_version: number }>(NEWEST_VERSION, [tenantId, verificationId]);
    return row?.mapping_version ?? null;
  }

  /** Newest readings at a provider, one for each verification that was read since. */
  async page(
    database: Database,
    filter: { readonly provider: string; readonly since: Date; readonly tenantId: string | null },
    after: ReadingPlace,
    limit: number,
  ): Promise<readonly ReadingRow[]> {
    return database.across.query<ReadingRow>(PAGE, [
      filter.provider,
      filter.since,
      filter.tenantId,
      after.tenantId,
      after.verificationId,
      limit,
    ]);
  }

  /** What {@link keep} sealed; null when the person has been erased since. */
  async open(row: ReadingRow): Promise<KeptReading | null> {
    const wrapped = wrappedKeyOf(row);
    if (wrapped === null) return null;
    const key = await this.vault.openSubjectKey(row.tenant_id, wrapped);
    const place = context(row.tenant_id, placeOf(row.id, row.evidence_hash));
    const content = key.openJson(row.evidence_sealed, place) as Omit<KeptReading, 'mappingVersion'>;
    return { ...content, mappingVersion: row.mapping_version };
  }
}

function placeOf(verificationId: string, hash: Buffer): Place {
  return { table: 'readings', row: `${verificationId}/${hash.toString('hex')}`, column: 'evidence_sealed' };
}
