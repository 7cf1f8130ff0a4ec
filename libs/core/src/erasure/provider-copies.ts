import {
  InvalidShape,
  Problem,
  type Provider,
  ProviderError,
  type ProviderRegistry,
} from '@gatehouse/contract';
import {
  type Clock,
  type Database,
  derivedId,
  type Log,
  type Queryable,
  SealError,
  type Statement,
  type Tx,
} from '@gatehouse/platform';

import { type TenantVault } from '../privacy/tenant-vault.js';
import { can } from '../routing/capabilities.js';
import { type ConnectionOpener } from '../tenancy/connection-opener.js';
import { type Environment, tenantScope } from '../tenancy/tenant-scope.js';
import { type VerificationRow } from '../verifications/verification.rows.js';
import { type VerificationSealer } from '../verifications/verification-sealer.js';
import { type ProviderCopy } from './erasure.js';

/** By the primary key. A person whom the provider knows by one name is one copy, however many verifications read it. */
const INSERT: Statement = {
  name: 'erasure_duties_insert',
  text: `INSERT INTO erasure_duties (tenant_id, id, erasure_id, environment, provider, connection_id, reference, ask, state, way,
             created_at, done_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (tenant_id, id) DO NOTHING`,
};
/** Served by erasure_duties_of. */
const LIST: Statement = {
  name: 'erasure_duties_list',
  text: 'SELECT * FROM erasure_duties WHERE tenant_id = $1 AND erasure_id = ANY($2) ORDER BY created_at, id',
};
/**
 * Locked, so that of two that are erased at once one is the last: the other one's transaction runs into it, and is run again. Served by
 * verifications_by_subject and verifications_by_provider_reference.
 */
const FIND_SHARING: Statement = {
  name: 'verifications_find_sharing_a_copy',
  text: `SELECT id FROM verifications
          WHERE tenant_id = $1 AND (subject_id = $2 OR (connection_id = $4 AND provider_reference = $5)) AND id <> $3
            AND connection_id = $4 AND erased_at IS NULL AND start_state <> 'failed'
          LIMIT 1 FOR SHARE`,
};
/** By the primary key. */
const CLOSE: Statement = {
  name: 'erasure_duties_close',
  text: `UPDATE erasure_duties SET state = 'done', way = 'asked', note_sealed = $4, done_by = $5, done_at = $6
          WHERE tenant_id = $1 AND erasure_id = $2 AND id = $3 AND state = 'open'
         RETURNING provider`,
};

interface DutyRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly erasure_id: string;
  readonly environment: Environment;
  readonly provider: string;
  readonly connection_id: string;
  readonly reference: string | null;
  readonly ask: string;
  readonly state: 'open' | 'done';
  readonly way: 'api' | 'asked' | null;
  readonly note_sealed: Buffer | null;
  readonly done_by: string | null;
  readonly done_at: Date | null;
}

/** How the provider took it. */
export type EraseOutcome =
  /** It has no such call, holds nothing, or refuses for good. */
  | 'not_erased'
  | 'erased'
  /** It may take it later. */
  | 'try_again';

export interface CopyParts {
  readonly database: Database;
  readonly vault: TenantVault;
  readonly sealer: VerificationSealer;
  readonly connections: ConnectionOpener;
  readonly providers: ProviderRegistry;
  readonly log: Log;
}

/** What providers hold of those who are erased here: erased by their call where they have one, else listed with whom to ask. */
export class ProviderCopies {
  constructor(
    private readonly parts: CopyParts,
    private readonly clock: Clock,
  ) {}

  /** Calls the provider while its handle can still be opened. Never throws for a failing provider. */
  async eraseThere(row: VerificationRow): Promise<EraseOutcome> {
    if (this.parts.providers.get(row.provider)?.erase === undefined || row.handle_sealed === null)
      return 'not_erased';
    if (await this.#isShared(this.parts.database.within({ tenantId: row.tenant_id }), row))
      return 'not_erased';
    const scope = tenantScope(row.tenant_id, row.environment, 'system');
    try {
      const connection = await this.parts.connections.openById(scope, row.connection_id);
      const { handle } = await this.parts.sealer.open(row);
      if (connection === null || handle === null || !can(connection.provider, 'erase')) return 'not_erased';
      await connection.provider.erase(connection, connection.provider.handle.parse(handle));
      return 'erased';
    } catch (error) {
      const isAboutThis =
        error instanceof ProviderError ||
        error instanceof Problem ||
        error instanceof InvalidShape ||
        // Damaged, and goes as it is; who is asked is told by the reference, which is in the clear.
        error instanceof SealError;
      if (!isAboutThis) throw error;
      const fault = error instanceof ProviderError ? error.fault : undefined;
      this.parts.log.warn('a provider did not erase', {
        verificationId: row.id,
        provider: row.provider,
        ...(fault !== undefined && { fault }),
      });
      return fault === undefined || fault === 'invalid_request' || fault === 'credentials'
        ? 'not_erased'
        : 'try_again';
    }
  }

  /** Writes down the copy, in the transaction that erases ours. Not while other verifications need the same one. */
  async note(tx: Tx, row: VerificationRow, erasureId: string, isErased: boolean): Promise<void> {
    if (row.start_state === 'failed' && row.provider_reference === null) return;
    if (await this.#isShared(tx, row)) return;
    const now = this.clock.now();
    const provider = this.parts.providers.get(row.provider);
    const name = `${row.connection_id}/${row.provider_reference ?? row.id}`;
    await tx.query(INSERT, [
      row.tenant_id,
      derivedId(erasureId, name),
      erasureId,
      row.environment,
      row.provider,
      row.connection_id,
      row.provider_reference,
      whomToAsk(row.provider, provider),
      isErased ? 'done' : 'open',
      isErased ? 'api' : null,
      now,
      isErased ? now : null,
    ]);
  }

  async listOf(
    on: Queryable,
    tenantId: string,
    erasureIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly ProviderCopy[]>> {
    const rows = await on.query<DutyRow>(LIST, [tenantId, erasureIds]);
    const copies = await Promise.all(
      rows.map(async (row) => [row.erasure_id, await this.#copyOf(row)] as const),
    );
    const grouped = Map.groupBy(copies, ([erasureId]) => erasureId);
    return new Map([...grouped].map(([erasureId, group]) => [erasureId, group.map(([, copy]) => copy)]));
  }

  /** An operator says that it is done. The provider's name; null when there is no such open duty. */
  async close(
    tx: Tx,
    duty: { readonly tenantId: string; readonly erasureId: string; readonly id: string },
    by: { readonly actor: string; readonly note: string },
  ): Promise<string | null> {
    const sealed = await this.parts.vault.sealForTenant(duty.tenantId, by.note, placeOf(duty.id));
    const values = [duty.tenantId, duty.erasureId, duty.id, sealed, by.actor, this.clock.now()];
    const [closed] = await tx.query<{ provider: string }>(CLOSE, values);
    return closed?.provider ?? null;
  }

  async #isShared(on: Queryable, row: VerificationRow): Promise<boolean> {
    // A session is this verification's own; a person's record serves the others as well, also those that know the person by another key.
    if (this.parts.providers.get(row.provider)?.identifies !== 'person') return false;
    const found = await on.query(FIND_SHARING, [
      row.tenant_id,
      row.subject_id,
      row.id,
      row.connection_id,
      row.provider_reference,
    ]);
    return found.length > 0;
  }

  async #copyOf(row: DutyRow): Promise<ProviderCopy> {
    const note =
      row.note_sealed === null
        ? null
        : // Sealed by `close`.
          ((await this.parts.vault.openForTenant(row.tenant_id, row.note_sealed, placeOf(row.id))) as string);
    return {
      id: row.id,
      environment: row.environment,
      provider: row.provider,
      connectionId: row.connection_id,
      reference: row.reference,
      ask: row.ask,
      state: row.state,
      way: row.way,
      note,
      doneBy: row.done_by,
      doneAt: row.done_at,
    };
  }
}

function whomToAsk(name: string, provider: Provider | undefined): string {
  return (
    provider?.erasureContact ??
    `${provider?.title ?? name}, at the address that your contract with them names`
  );
}

function placeOf(dutyId: string): { table: string; row: string; column: string } {
  return { table: 'erasure_duties', row: dutyId, column: 'note_sealed' };
}
