import {
  FAULTS,
  type Glance,
  type Handle,
  InvalidShape,
  Problem,
  type ProblemCode,
  ProviderError,
} from '@gatehouse/contract';
import { type Clock } from '@gatehouse/platform';

import { concurrently } from '../concurrently.js';
import { can, type Capable } from '../routing/capabilities.js';
import { type ConnectionOpener, type OpenConnection } from '../tenancy/connection-opener.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { type VerificationReader } from './verification-reader.js';
import { type VerificationSealer } from './verification-sealer.js';
import { type VerificationRow } from './verification.rows.js';

/** A caller waits for all of them. */
const READS_AT_ONCE = 8;
/** Within the time that a request may take. */
const BUDGET_MS = 20_000;

/** Verifications that could not be read, each with the problem that a read of it alone would have met. */
export type ReadFailures = Map<string, ProblemCode>;

/**
 * Reads many verifications. Where the provider answers in bulk, a glance tells which of them have changed, and only those are
 * read: a bulk answer never makes anybody verified by itself.
 */
export class VerificationBulkReader {
  constructor(
    private readonly sealer: VerificationSealer,
    private readonly reader: VerificationReader,
    private readonly connections: ConnectionOpener,
    private readonly clock: Clock,
  ) {}

  async read(scope: TenantScope, rows: readonly VerificationRow[]): Promise<ReadFailures> {
    const failures: ReadFailures = new Map();
    const until = this.clock.now().getTime() + BUDGET_MS;
    const readable = rows.filter(isOpen);
    const changed: VerificationRow[] = [];
    for (const group of Map.groupBy(readable, (row) => row.connection_id).values()) {
      // What is left when the time is up gets its problem below.
      const isTimeUp = this.clock.now().getTime() > until;
      changed.push(...(isTimeUp ? group : await this.#changed(scope, group, failures)));
    }
    await concurrently(changed, READS_AT_ONCE, async (row) => {
      if (this.clock.now().getTime() > until) failures.set(row.id, 'provider_timeout');
      else await this.#readOne(scope, row, failures);
    });
    return failures;
  }

  /** Of the verifications of one connection, those that have to be read one by one. */
  async #changed(
    scope: TenantScope,
    rows: readonly VerificationRow[],
    failures: ReadFailures,
  ): Promise<readonly VerificationRow[]> {
    const [first] = rows;
    if (first === undefined) return [];
    const connection = await this.connections.openById(scope, first.connection_id);
    if (connection === null) {
      for (const row of rows) failures.set(row.id, 'provider_not_configured');
      return [];
    }
    const { provider } = connection;
    if (!can(provider, 'readMany')) return rows;
    try {
      return await this.newsAt({ ...connection, provider }, rows);
    } catch (error) {
      for (const row of rows) failures.set(row.id, codeOf(error));
      return [];
    }
  }

  /** Those of the connection's verifications on which a glance tells something new, or nothing. Throws ProviderError. */
  async newsAt(
    connection: OpenConnection & { readonly provider: Capable<'readMany'> },
    rows: readonly VerificationRow[],
  ): Promise<readonly VerificationRow[]> {
    const { provider } = connection;
    const asked: { readonly row: VerificationRow; readonly handle: Handle }[] = [];
    for (const row of rows) {
      const handle = await this.#handleOf(provider, row);
      if (handle !== null) asked.push({ row, handle });
    }
    const glances = await provider.readMany(
      connection,
      asked.map(({ handle }) => handle),
    );
    const unchanged = new Set(
      asked.filter(({ row }, index) => tellsNoNews(glances[index] ?? null, row)).map(({ row }) => row.id),
    );
    return rows.filter(({ id }) => !unchanged.has(id));
  }

  /** Null for one that cannot be asked for: read singly, it meets the problem that is its own. */
  async #handleOf(provider: Capable<'readMany'>, row: VerificationRow): Promise<Handle | null> {
    if (row.handle_sealed === null || row.key_wrapped === null) return null;
    try {
      return provider.handle.parse((await this.sealer.open(row)).handle);
    } catch (error) {
      if (error instanceof InvalidShape) return null;
      throw error;
    }
  }

  async #readOne(scope: TenantScope, row: VerificationRow, failures: ReadFailures): Promise<void> {
    try {
      await this.reader.read(scope, row.id, { why: 'refresh' });
    } catch (error) {
      failures.set(row.id, codeOf(error));
    }
  }
}

/** No answer is no sign that all is as it was (providers/mapping.md 4.3). */
function tellsNoNews(glance: Glance | null, { facts }: VerificationRow): boolean {
  const { read } = facts;
  return glance !== null && glance.verdict === read?.verdict && glance.rawStatus === read.rawStatus;
}

/** There is nothing to be learnt of one that is over. */
function isOpen({ status }: VerificationRow): boolean {
  return status !== 'canceled' && status !== 'revoked';
}

function codeOf(error: unknown): ProblemCode {
  if (error instanceof ProviderError) return FAULTS[error.fault].problem;
  if (error instanceof Problem) return error.code;
  if (error instanceof InvalidShape) return 'internal_error';
  throw error;
}
