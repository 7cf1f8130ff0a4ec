import {
  type ByteStream,
  type Handle,
  type ImageKind,
  Problem,
  ProviderError,
  type VerificationStatus,
} from '@gatehouse/contract';
import { type Clock, type Database, derivedId } from '@gatehouse/platform';

import { type Ledger } from '../ledger/ledger.js';
import { type LedgerKind } from '../ledger/ledger-kind.js';
import { type SubjectKey } from '../privacy/subject-key.js';
import { type Capabilities } from '../routing/capabilities.js';
import { type ConnectionOpener, type OpenConnection } from '../tenancy/connection-opener.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { type VerificationQueries } from '../verifications/verification-queries.js';
import { type VerificationSealer } from '../verifications/verification-sealer.js';
import { type VerificationRow } from '../verifications/verification.rows.js';
import { statedIn, type ViewReason } from '../verifications/view-reason.js';
import { type ImageLinks } from './image-links.js';
import { type ReportArchive } from './report-archive.js';

/** One image of a verification. Ids are UUIDs here and TypeIDs at the API. */
export interface ListedImage {
  readonly id: string;
  readonly kind: ImageKind;
  /** The place of its document in the identity's `documents`. */
  readonly document: number | null;
  readonly mediaType: string | null;
}

export interface EvidenceParts {
  readonly database: Database;
  readonly queries: VerificationQueries;
  readonly sealer: VerificationSealer;
  readonly connections: ConnectionOpener;
  readonly capabilities: Capabilities;
  readonly archive: ReportArchive;
  readonly links: ImageLinks;
  readonly ledger: Ledger;
}

interface OpenedRow {
  readonly row: VerificationRow;
  /** The person's. */
  readonly key: SubjectKey;
  readonly handle: Handle | null;
}

interface Connected {
  readonly row: VerificationRow;
  readonly connection: OpenConnection;
  readonly handle: Handle | null;
}

/** Images and reports. They come from the provider at each view and pass through; every view is in the ledger first. */
export class EvidenceService {
  constructor(
    private readonly parts: EvidenceParts,
    private readonly clock: Clock,
  ) {}

  /**
   * `reason`: an operator's. Throws Problem `not_found`, `erased`, `evidence_lost`, `capability_unsupported`, and ProviderError.
   */
  async images(
    scope: TenantScope,
    id: string,
    reason: ViewReason | null = null,
  ): Promise<readonly ListedImage[]> {
    const { row, connection, handle } = await this.#connect(scope, await this.#row(scope, id));
    const { images } = this.parts.capabilities.require(connection.provider, 'images', 'give images');
    if (handle === null || !hasResult(row)) return [];
    const entries = await found(row, images.list(connection, handle, this.#linksOf(row)));
    if (entries.length === 0 && this.#wereThere(row)) throw lost('images');
    await this.#record(scope, id, 'images.listed', {
      provider: row.provider,
      images: entries.length,
      ...statedIn(reason),
    });
    return entries.map((entry) => ({
      id: imageId(id, entry.key),
      kind: entry.kind,
      document: entry.document,
      mediaType: entry.mediaType,
    }));
  }

  /** The image's bytes, as they arrive. Throws as {@link images}. */
  async image(
    scope: TenantScope,
    id: string,
    wantedId: string,
    request: { readonly size: 'full' | 'small'; readonly signal: AbortSignal },
    reason: ViewReason | null = null,
  ): Promise<ByteStream> {
    const { row, connection, handle } = await this.#connect(scope, await this.#row(scope, id));
    const { images } = this.parts.capabilities.require(connection.provider, 'images', 'give images');
    if (handle === null || !hasResult(row)) throw new Problem('not_found', 'There is no such image.');
    const stream = await found(
      row,
      images.open(connection, handle, {
        ...request,
        links: this.#linksOf(row),
        isWanted: (key) => imageId(id, key) === wantedId,
      }),
    );
    if (stream !== null) {
      return this.#shown(scope, id, stream, 'image.viewed', {
        provider: row.provider,
        imageId: wantedId,
        ...statedIn(reason),
      });
    }
    // Of images that can be had for a moment only, nobody knows afterwards which ones there were.
    if (row.evidence?.imagesUntil != null) throw lost('image');
    throw new Problem('not_found', 'There is no such image.');
  }

  /** The provider's report as a PDF; the archived one where the tenant has them kept. Throws as {@link images}. */
  async report(
    scope: TenantScope,
    id: string,
    request: { readonly confidences: boolean; readonly signal: AbortSignal },
  ): Promise<ByteStream> {
    const opened = await this.#row(scope, id);
    const { row } = opened;
    // What is kept needs neither the provider nor a connection to it any more.
    const archived = await this.parts.archive.open(row, opened.key, request.confidences);
    const stream = archived ?? (await this.#fetchReport(scope, opened, request));
    return this.#shown(scope, id, stream, 'report.viewed', {
      provider: row.provider,
      confidences: request.confidences,
      isArchived: archived !== null,
    });
  }

  async #fetchReport(
    scope: TenantScope,
    opened: OpenedRow,
    request: { readonly confidences: boolean; readonly signal: AbortSignal },
  ): Promise<ByteStream> {
    const { row, connection, handle } = await this.#connect(scope, opened);
    const provider = this.parts.capabilities.require(connection.provider, 'report', 'give a report');
    if (handle === null || !hasResult(row)) {
      throw new Problem('not_found', 'There is no report before the provider has decided.');
    }
    const stream = await found(row, provider.report(connection, handle, request));
    if (stream === null) throw lost('report');
    return stream;
  }

  async #row(scope: TenantScope, id: string): Promise<OpenedRow> {
    const row = await this.parts.queries.row(scope, id);
    const { key, handle } = await this.parts.sealer.open(row);
    if (row.status === 'revoked') {
      throw new Problem('evidence_lost', 'The person has withdrawn the consent.', { provider: row.provider });
    }
    return { row, key, handle };
  }

  async #connect(scope: TenantScope, { row, handle }: OpenedRow): Promise<Connected> {
    const connection = await this.parts.connections.requireById(scope, row);
    return { row, connection, handle: handle === null ? null : connection.provider.handle.parse(handle) };
  }

  #linksOf(row: VerificationRow): ReturnType<ImageLinks['of']> {
    return this.parts.links.of(row.tenant_id, row.id);
  }

  #wereThere({ evidence }: VerificationRow): boolean {
    if (evidence === null || evidence.images === 0 || evidence.imagesUntil === null) return false;
    return evidence.imagesUntil <= this.clock.now().toISOString();
  }

  /** The stream, once its view is in the ledger: without that, nobody sees a byte of it. */
  async #shown(
    scope: TenantScope,
    id: string,
    stream: ByteStream,
    kind: LedgerKind,
    data: Readonly<Record<string, unknown>>,
  ): Promise<ByteStream> {
    try {
      await this.#record(scope, id, kind, data);
    } catch (error) {
      await giveUp(stream);
      throw error;
    }
    return stream;
  }

  async #record(
    scope: TenantScope,
    id: string,
    kind: LedgerKind,
    data: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.parts.ledger.append(this.parts.database.within(scope), {
      kind,
      tenantId: scope.tenantId,
      environment: scope.environment,
      verificationId: id,
      version: null,
      actor: scope.actor,
      data,
    });
  }
}

/** A provider that no longer knows the record no longer has what belonged to it. */
async function found<T>(row: VerificationRow, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ProviderError && error.fault === 'not_found')
      throw lost('evidence', row.provider, error);
    throw error;
  }
}

function lost(what: string, provider?: string, cause?: unknown): Problem {
  return new Problem('evidence_lost', `The provider no longer has the ${what}.`, {
    ...(provider !== undefined && { provider }),
    cause,
  });
}

/** Ends the provider's answer. An iteration has to have begun to be ended; an answer that breaks off at that has ended too. */
async function giveUp({ bytes }: ByteStream): Promise<void> {
  const iterator = bytes[Symbol.asyncIterator]();
  await Promise.allSettled([iterator.next()]);
  await iterator.return?.();
}

function imageId(verificationId: string, key: string): string {
  return derivedId(verificationId, `image/${key}`);
}

/** Before, the provider may still hold what belongs to an earlier verification of the person. */
function hasResult({ status }: { readonly status: VerificationStatus }): boolean {
  return (
    status === 'processing' || status === 'needs_review' || status === 'verified' || status === 'rejected'
  );
}
