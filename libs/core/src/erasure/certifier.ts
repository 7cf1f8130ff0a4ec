import { type Clock, type Queryable, sha256, type Statement, type Tx } from '@gatehouse/platform';

import { type LedgerKeys } from '../ledger/ledger-keys.js';
import { NoteSigner } from '../ledger/tree/signed-note.js';
import { type TenantService } from '../tenancy/tenant.service.js';
import { certificateNameOf, certificateText, type LedgerRange } from './certificate.js';
import { type ErasureCertificate } from './erasure.js';
import { type BareErasure } from './erasure.rows.js';
import { type ProviderCopies } from './provider-copies.js';

/** By the primary key. The erasure's row is locked, so that numbers do not meet. */
const INSERT: Statement = {
  name: 'erasure_certificates_insert',
  text: `INSERT INTO erasure_certificates (tenant_id, erasure_id, number, note, at)
         SELECT $1, $2, 1 + coalesce(max(number), 0), $3, $4 FROM erasure_certificates WHERE tenant_id = $1 AND erasure_id = $2
         RETURNING number`,
};
const LIST: Statement = {
  name: 'erasure_certificates_list',
  text: `SELECT erasure_id, number, note, at FROM erasure_certificates WHERE tenant_id = $1 AND erasure_id = ANY($2)
          ORDER BY erasure_id, number`,
};
/** Served by ledger_by_verification and ledger_leaves_by_entry. */
const LEDGER_RANGE: Statement = {
  name: 'ledger_range_of_verifications',
  text: `SELECT min(l.position)::text AS first, max(l.position)::text AS last, count(*)::int AS entries
           FROM ledger_entries e JOIN ledger_leaves l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
          WHERE e.tenant_id = $1 AND e.verification_id = ANY($2)`,
};
/** Served by the primary keys. */
const PERSONS_KEPT: Statement = {
  name: 'subjects_kept_of_erased',
  text: `SELECT count(DISTINCT s.id)::int AS persons
           FROM verifications v JOIN subjects s ON s.tenant_id = v.tenant_id AND s.id = v.subject_id
          WHERE v.tenant_id = $1 AND v.id = ANY($2) AND s.key_wrapped IS NOT NULL`,
};

/** Signs what became of an erasure. Each time anew, with all that is known by then; what was signed before is kept. */
export class Certifier {
  constructor(
    private readonly keys: LedgerKeys,
    private readonly copies: ProviderCopies,
    private readonly tenants: TenantService,
    private readonly clock: Clock,
  ) {}

  /** What takes a session of its own, before the transaction. */
  async prepare(tenantId: string): Promise<{ readonly signer: NoteSigner; readonly contact: string | null }> {
    const { settings } = await this.tenants.get(tenantId);
    const signer = new NoteSigner(certificateNameOf(tenantId), await this.keys.signingKey());
    return { signer, contact: settings.erasureContact };
  }

  /** Its number, and its hash for the ledger. */
  async issue(
    tx: Tx,
    erasure: BareErasure,
    finishedAt: Date,
    { signer, contact }: Awaited<ReturnType<Certifier['prepare']>>,
  ): Promise<{ readonly number: number; readonly hash: string }> {
    const { tenantId, id, erasedIds } = erasure;
    const copies = (await this.copies.listOf(tx, tenantId, [id])).get(id) ?? [];
    const [kept] = await tx.query<{ persons: number }>(PERSONS_KEPT, [tenantId, erasedIds]);
    const text = certificateText({
      erasure,
      finishedAt,
      copies,
      contact,
      ledger: await ledgerRange(tx, tenantId, erasedIds),
      personsKept: kept?.persons ?? 0,
    });
    const note = signer.sign(text);
    const [issued] = await tx.query<{ number: number }>(INSERT, [tenantId, id, note, this.clock.now()]);
    return { number: issued?.number ?? 1, hash: sha256(note).toString('hex') };
  }

  async listOf(
    on: Queryable,
    tenantId: string,
    erasureIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly ErasureCertificate[]>> {
    const rows = await on.query<ErasureCertificate & { readonly erasure_id: string }>(LIST, [
      tenantId,
      erasureIds,
    ]);
    const grouped = Map.groupBy(rows, ({ erasure_id }) => erasure_id);
    return new Map(
      [...grouped].map(([id, group]) => [id, group.map(({ number, note, at }) => ({ number, note, at }))]),
    );
  }
}

async function ledgerRange(tx: Tx, tenantId: string, ids: readonly string[]): Promise<LedgerRange | null> {
  const [range] = await tx.query<{ first: string | null; last: string | null; entries: number }>(
    LEDGER_RANGE,
    [tenantId, ids],
  );
  if (range?.first == null || range.last === null) return null;
  return { first: Number(range.first), last: Number(range.last), entries: range.entries };
}
