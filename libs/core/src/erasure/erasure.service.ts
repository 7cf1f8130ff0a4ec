import { Problem } from '@gatehouse/contract';
import { type Clock, type Database, type Ids, type Queryable, type Statement } from '@gatehouse/platform';

import { type IdempotencyClaim, linkTo } from '../idempotency/idempotency.service.js';
import { type Ledger } from '../ledger/ledger.js';
import { decodeCursor, pageOf } from '../paging.js';
import { type TenantVault } from '../privacy/tenant-vault.js';
import { type TenantService } from '../tenancy/tenant.service.js';
import { type Environment } from '../tenancy/tenant-scope.js';
import { type Page, type PageRequest } from '../verifications/verification.js';
import { bucketOf } from '../verifications/verification.rows.js';
import { type Certifier } from './certifier.js';
import { type Erasure, type ErasureRequest, NOTHING_ERASED } from './erasure.js';
import { type BareErasure, erasureOf, type ErasureRow, FIND, INSERT, LIST, LOCK } from './erasure.rows.js';
import { type ProviderCopies } from './provider-copies.js';

/** Served by the primary key. */
const FIND_ENVIRONMENT: Statement = {
  name: 'verifications_find_environment',
  text: 'SELECT environment FROM verifications WHERE tenant_id = $1 AND id = $2',
};

export interface ErasureParts {
  readonly database: Database;
  readonly vault: TenantVault;
  readonly tenants: TenantService;
  readonly copies: ProviderCopies;
  readonly certifier: Certifier;
  readonly ledger: Ledger;
  /** Told after the commit of what is to be worked off. */
  readonly onWork: () => void;
}

/** Erasures as operators ask for them and follow them. The work itself is done in the background ({@link ErasureWorker}). */
export class ErasureService {
  constructor(
    private readonly parts: ErasureParts,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** Throws Problem `not_found` for a tenant or a verification that there is not. A contact may be nobody's. */
  async request(
    actor: string,
    tenantId: string,
    request: ErasureRequest,
    claim: IdempotencyClaim | null,
  ): Promise<Erasure> {
    const { database, ledger, tenants, onWork } = this.parts;
    await tenants.get(tenantId);
    if (claim?.resourceId != null) return this.get(tenantId, claim.resourceId);
    const id = this.ids.next();
    const hashes = await this.#hashesOf(tenantId, request);
    const row = await database.within({ tenantId }).transaction(async (tx) => {
      const verificationId = request.by === 'verification' ? request.verificationId : null;
      const environment =
        request.by === 'verification'
          ? await environmentOf(tx, tenantId, request.verificationId)
          : request.environment;
      const [inserted] = await tx.query<ErasureRow>(INSERT, [
        tenantId,
        id,
        environment,
        'request',
        request.by,
        verificationId === null ? [] : [verificationId],
        hashes.emails,
        hashes.phones,
        JSON.stringify(NOTHING_ERASED),
        actor,
        bucketOf(tenantId),
        this.clock.now(),
      ]);
      if (inserted === undefined) throw new Error('an insert returned no row');
      await ledger.append(tx, {
        kind: 'erasure.requested',
        tenantId,
        environment,
        verificationId,
        version: null,
        actor,
        data: { erasureId: id, namedBy: request.by },
      });
      if (claim !== null) await linkTo(tx, claim, id);
      tx.afterCommit(onWork);
      return inserted;
    });
    if (claim !== null) claim.resourceId = id;
    return this.#whole(erasureOf(row));
  }

  /** Throws Problem `not_found`. */
  async get(tenantId: string, id: string): Promise<Erasure> {
    const [row] = await this.parts.database.within({ tenantId }).query<ErasureRow>(FIND, [tenantId, id]);
    if (row === undefined) throw new Problem('not_found', 'There is no such erasure.');
    return this.#whole(erasureOf(row));
  }

  /** Newest first. Throws Problem `not_found` for a tenant that there is not. */
  async list(tenantId: string, page: PageRequest): Promise<Page<Erasure>> {
    await this.parts.tenants.get(tenantId);
    const after = decodeCursor(page.cursor);
    const sessions = this.parts.database.within({ tenantId });
    const rows = await sessions.query<ErasureRow>(LIST, [tenantId, after?.id ?? null, page.limit + 1]);
    const erasures = await this.#wholes(tenantId, rows.map(erasureOf));
    return pageOf(erasures, page.limit, (erasure) => ({ at: erasure.createdAt, id: erasure.id }));
  }

  /**
   * What a provider had to be asked for is done there. Once the erasure itself is done, its certificate is issued anew; the former one
   * is kept. Throws Problem `not_found`, and `conflict` for a duty that is done already.
   */
  async closeDuty(
    actor: string,
    duty: { readonly tenantId: string; readonly erasureId: string; readonly id: string },
    note: string,
  ): Promise<Erasure> {
    const { database, copies, certifier, ledger } = this.parts;
    const { tenantId, erasureId } = duty;
    const before = await this.get(tenantId, erasureId);
    if (!before.providerCopies.some(({ id }) => id === duty.id))
      throw new Problem('not_found', 'There is no such duty.');
    const prepared = await certifier.prepare(tenantId);
    await database.within({ tenantId }).transaction(async (tx) => {
      const [row] = await tx.query<ErasureRow>(LOCK, [tenantId, erasureId]);
      const provider = await copies.close(tx, duty, { actor, note });
      if (row === undefined || provider === null) throw new Problem('conflict', 'This duty is done already.');
      const issued =
        row.completed_at === null
          ? null
          : await certifier.issue(tx, erasureOf(row), row.completed_at, prepared);
      await ledger.append(tx, {
        kind: 'erasure.duty_done',
        tenantId,
        environment: row.environment,
        verificationId: null,
        version: null,
        actor,
        data: {
          erasureId,
          dutyId: duty.id,
          provider,
          ...(issued !== null && { certificate: issued.number, certificateHash: issued.hash }),
        },
      });
    });
    return this.get(tenantId, erasureId);
  }

  async #hashesOf(
    tenantId: string,
    request: ErasureRequest,
  ): Promise<{ readonly emails: readonly Buffer[]; readonly phones: readonly Buffer[] }> {
    if (request.by === 'verification') return { emails: [], phones: [] };
    const value = request.by === 'email' ? request.value.toLowerCase() : request.value;
    const hash = await this.parts.vault.lookupHash(tenantId, request.by, value);
    return request.by === 'email' ? { emails: [hash], phones: [] } : { emails: [], phones: [hash] };
  }

  async #whole(erasure: BareErasure): Promise<Erasure> {
    const [whole] = await this.#wholes(erasure.tenantId, [erasure]);
    if (whole === undefined) throw new Error('one erasure makes one');
    return whole;
  }

  async #wholes(tenantId: string, erasures: readonly BareErasure[]): Promise<readonly Erasure[]> {
    const ids = erasures.map(({ id }) => id);
    const sessions = this.parts.database.within({ tenantId });
    const copies = await this.parts.copies.listOf(sessions, tenantId, ids);
    const certificates = await this.parts.certifier.listOf(sessions, tenantId, ids);
    return erasures.map((erasure) => ({
      ...erasure,
      providerCopies: copies.get(erasure.id) ?? [],
      certificates: certificates.get(erasure.id) ?? [],
    }));
  }
}

/** Throws Problem `not_found`. */
async function environmentOf(tx: Queryable, tenantId: string, verificationId: string): Promise<Environment> {
  const [row] = await tx.query<{ environment: Environment }>(FIND_ENVIRONMENT, [tenantId, verificationId]);
  if (row === undefined) throw new Problem('not_found', 'There is no such verification.');
  return row.environment;
}
