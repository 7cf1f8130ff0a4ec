import {
  InvalidShape,
  type Observation,
  Problem,
  type ProviderRegistry,
  type ReasonCode,
  type Remapped,
  type VerificationStatus,
} from '@gatehouse/contract';
import { type Database, LOWEST_ID } from '@gatehouse/platform';

import { type ConnectionOpener, type OpenConnection } from '../tenancy/connection-opener.js';
import { tenantScope, type TenantScope } from '../tenancy/tenant-scope.js';
import { type SetAsideReason, type Signal, transition } from '../verifications/transition.js';
import { type VerificationApplier } from '../verifications/verification-applier.js';
import { claimOn, judgedBy } from '../verifications/verification-rivals.js';
import { type KeptReading, type ReadingArchive, type ReadingRow } from './reading-archive.js';

export interface RemapRequest {
  readonly provider: string;
  /** Verifications that were last read before are left out. */
  readonly since: Date;
  readonly tenantId: string | null;
  /** False: only tells what would happen. */
  readonly apply: boolean;
}

/** What a caller sees of a verification. */
export interface Standing {
  readonly status: VerificationStatus;
  readonly reasonCodes: readonly ReasonCode[];
}

/** What the present mapping makes of one verification. */
export interface RemapResult {
  readonly tenantId: string;
  readonly verificationId: string;
  readonly readAt: Date;
  /** Of the mapping that read it, and of the present one. */
  readonly mapping: { readonly from: number; readonly to: number };
  readonly before: Standing;
  /** What it would be, or is, by the present mapping, or what that says in vain; null where it says nothing. */
  readonly after: Standing | null;
  readonly outcome: RemapOutcome;
}

/**
 * - `unchanged`; `would_change`, `changed`: the latter only where it was to be applied;
 * - why it stays as it is although the mapping says otherwise: {@link SetAsideReason}, of which `stale` means that a newer answer
 *   is not kept or says otherwise, and `not_allowed` that the move is none that there is;
 * - `unreadable`: the mapping cannot read what an older one kept; `not_connected`, `erased`.
 */
export type RemapOutcome =
  | 'unchanged'
  | 'would_change'
  | 'changed'
  | Exclude<SetAsideReason, 'repeated'>
  | 'unreadable'
  | 'not_connected'
  | 'erased';

const PAGE_SIZE = 200;

/**
 * Tries the present mapping and the present settings on what earlier reads were made of. Calls no provider. What changes goes through
 * `apply`, one verification at a time, so a run that is cut off is simply run again.
 */
export class Remapper {
  constructor(
    private readonly database: Database,
    private readonly archive: ReadingArchive,
    private readonly connections: ConnectionOpener,
    private readonly applier: VerificationApplier,
    private readonly providers: ProviderRegistry,
  ) {}

  /** Page by page. Throws Problem `not_found` for a provider that there is not. */
  async *run(request: RemapRequest): AsyncGenerator<readonly RemapResult[], void, undefined> {
    if (this.providers.get(request.provider) === undefined)
      throw new Problem('not_found', 'There is no such provider.');
    const opened = new Map<string, OpenConnection | null>();
    let after = { tenantId: LOWEST_ID, verificationId: LOWEST_ID };
    for (;;) {
      const rows = await this.archive.page(this.database, request, after, PAGE_SIZE);
      const results: RemapResult[] = [];
      for (const row of rows) results.push(await this.#remap(row, request, opened));
      const last = rows.at(-1);
      if (last === undefined) return;
      yield results;
      after = { tenantId: last.tenant_id, verificationId: last.id };
    }
  }

  async #remap(
    row: ReadingRow,
    { apply }: RemapRequest,
    opened: Map<string, OpenConnection | null>,
  ): Promise<RemapResult> {
    // Our own doing, on behalf of whose row it is.
    const scope = tenantScope(row.tenant_id, row.environment, 'system');
    const reading = await this.archive.open(row);
    if (reading === null) return resultOf(row, 'erased');
    const connection = await this.#connection(scope, row.connection_id, opened);
    if (connection === null) return resultOf(row, 'not_connected');
    const { mappingVersion } = connection.provider;
    const read = remapped(connection, reading, row.read_at);
    if (read === null) return resultOf(row, 'unreadable', mappingVersion);
    // A record that is no longer taken for this verification's un-verifies nobody, as one that has vanished.
    if (read.kind !== 'present')
      return resultOf(row, read.kind === 'absent' ? 'absent_after_present' : 'foreign', mappingVersion);
    const at = row.read_at.toISOString();
    const claim = await claimOn(this.database, scope, row, connection, {
      observation: read.observation,
      reference: row.provider_reference,
      at,
    });
    if (claim === 'superseded') return resultOf(row, 'superseded', mappingVersion);
    const isDisputed = reading.isDisputed || claim === 'disputed';
    const observation = disputedOr(read.observation, isDisputed);
    const signal: Signal = { kind: 'remap', at, observation };
    const { setAside, changed, view } = transition(row.facts, signal);
    if (setAside !== null && setAside !== 'repeated')
      return resultOf(row, setAside, mappingVersion, saidBy(observation, row));
    if (!changed) return resultOf(row, 'unchanged', mappingVersion, view);
    if (!apply) return resultOf(row, 'would_change', mappingVersion, view);
    const applied = await this.applier.apply(scope, row.id, signal, {
      identity: read.identity,
      reading: { evidence: reading.evidence, isDisputed: reading.isDisputed, mappingVersion },
      cause: { why: 'remap', formerMappingVersion: row.mapping_version },
    });
    const outcome = applied.changed ? 'changed' : outcomeOfAside(applied.setAside);
    return resultOf(row, outcome, mappingVersion, {
      status: applied.row.status,
      reasonCodes: applied.row.reason_codes,
    });
  }

  async #connection(
    scope: TenantScope,
    id: string,
    opened: Map<string, OpenConnection | null>,
  ): Promise<OpenConnection | null> {
    const known = opened.get(id);
    if (known !== undefined) return known;
    const connection = await this.connections.openById(scope, id);
    opened.set(id, connection);
    return connection;
  }
}

/** Null for evidence that the mapping cannot read. */
function remapped(connection: OpenConnection, reading: KeptReading, readAt: Date): Remapped | null {
  try {
    return connection.provider.remap(reading.evidence, connection.settings, readAt);
  } catch (error) {
    if (error instanceof InvalidShape) return null;
    throw error;
  }
}

/** A dispute stays one until a read settles it. */
function disputedOr(observation: Observation, isDisputed: boolean): Observation {
  const isClaimed = isDisputed && observation.verdict === 'verified';
  return isClaimed ? judgedBy('disputed', observation) : observation;
}

/** What the mapping says, where it does not count. */
function saidBy({ verdict, reasonCodes }: Observation, row: ReadingRow): Standing {
  return { status: verdict ?? row.status, reasonCodes };
}

/** Somebody else was faster than this run. */
function outcomeOfAside(reason: SetAsideReason | 'erased' | null): RemapOutcome {
  return reason === null || reason === 'repeated' ? 'unchanged' : reason;
}

function resultOf(
  row: ReadingRow,
  outcome: RemapOutcome,
  mappingVersion = row.mapping_version,
  after: Standing | null = null,
): RemapResult {
  return {
    tenantId: row.tenant_id,
    verificationId: row.id,
    readAt: row.read_at,
    mapping: { from: row.mapping_version, to: mappingVersion },
    before: { status: row.status, reasonCodes: row.reason_codes },
    after: after === null ? null : { status: after.status, reasonCodes: after.reasonCodes },
    outcome,
  };
}
