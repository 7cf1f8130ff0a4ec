import { ProviderError } from '@gatehouse/contract';

import { type ProviderHttp } from '../kit/provider-http.js';
import { entityCall, type SardineConnection } from './sardine.calls.js';
import { EntityReader } from './sardine.entity.js';
import { type SardineEntity } from './sardine.wire.js';

/** For a whole answer, unless its images are being passed on at their reader's pace. */
const PATIENCE_MS = 30_000;

/** What is there of a person; `why` there is nothing, in a word for the record. */
export type FoundEntity =
  | { readonly entity: SardineEntity; readonly kept: unknown; readonly why: null }
  | { readonly entity: null; readonly kept: null; readonly why: string };

/** Sardine's one call about a person (providers/sardine.md 4.4). */
export class SardineEntities {
  constructor(
    private readonly http: ProviderHttp,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /** What is held, without images. */
  async find(connection: SardineConnection, customerId: string): Promise<FoundEntity> {
    try {
      const operation = 'read an identity at Sardine';
      return await this.visit(connection, customerId, { operation }, async (reader) => {
        const entity = await reader.rest();
        return entity === null
          ? { entity, kept: null, why: 'empty' }
          : { entity, kept: reader.kept, why: null };
      });
    } catch (error) {
      if (!(error instanceof ProviderError) || error.fault !== 'not_found') throw error;
      return { entity: null, kept: null, why: error.httpStatus?.toString() ?? 'empty' };
    }
  }

  /** Reads an answer with `look`, in time. Throws ProviderError `not_found` where there is nothing for us. */
  async visit<T>(
    connection: SardineConnection,
    customerId: string,
    { operation, signal }: { readonly operation: string; readonly signal?: AbortSignal },
    look: (reader: EntityReader) => Promise<T>,
  ): Promise<T> {
    const deadline = new AbortController();
    const timer = setTimeout(() => {
      deadline.abort(
        new ProviderError('sardine', 'timeout', 'none', `Could not ${operation}: no answer in time`),
      );
    }, this.patienceMs);
    const signals = signal === undefined ? [deadline.signal] : [deadline.signal, signal];
    try {
      const reader = await this.open(connection, customerId, { operation, signal: AbortSignal.any(signals) });
      try {
        return await look(reader);
      } finally {
        reader.close();
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** An answer that is read at leisure. Throws as {@link visit}. */
  async open(
    connection: SardineConnection,
    customerId: string,
    { operation, signal }: { readonly operation: string; readonly signal: AbortSignal },
  ): Promise<EntityReader> {
    const call = entityCall(connection, customerId, operation);
    return new EntityReader(await this.http.open({ ...call, signal }));
  }
}
