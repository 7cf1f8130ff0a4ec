import {
  type ByteStream,
  type Handle,
  type ImageEntry,
  type ImageSource,
  ProviderError,
} from '@gatehouse/contract';

import { type SentinelCalls, type SentinelConnection } from './sentinel.calls.js';
import { type SentinelCredentials, type SentinelSettings } from './sentinel.config.js';
import { sentinelHandle } from './sentinel.handle.js';
import { imageEntriesIn, openImageIn } from './sentinel.image-stream.js';
import { ageOf } from './sentinel.reading.js';
import { findCustomer, type FoundCustomer } from './sentinel.search.js';

/** Counting is part of a read, which should not wait for long. */
const COUNT_TIMEOUT_MS = 20_000;

/**
 * Images come inside the customer's full record, many megabytes of it (providers/sentinel.md 10), which is never held. Before
 * it is asked for, the light record must be surely the person's and no older than the verification; the full one must
 * then be of the same customer.
 */
export class SentinelImages implements ImageSource<SentinelCredentials, SentinelSettings> {
  constructor(private readonly calls: SentinelCalls) {}

  async list(connection: SentinelConnection, handle: Handle): Promise<readonly ImageEntry[]> {
    const found = await this.#result(connection, handle);
    return found === null ? [] : this.#entriesOf(connection, found, null);
  }

  async open(
    connection: SentinelConnection,
    handle: Handle,
    { isWanted, size, signal }: Parameters<ImageSource<SentinelCredentials, SentinelSettings>['open']>[2],
  ): Promise<ByteStream | null> {
    const found = await this.#result(connection, handle);
    if (found === null) return null;
    const request = { isTrimmed: size === 'small', signal };
    const answer = await this.calls.customerWithImages(connection, found.contact, request);
    return openImageIn(answer, found.customer, isWanted);
  }

  /** How many images the customer's record has, trimmed or not; null: that could not be found out now. */
  async count(connection: SentinelConnection, found: FoundCustomer): Promise<number | null> {
    const signal = AbortSignal.timeout(COUNT_TIMEOUT_MS);
    try {
      return (await this.#entriesOf(connection, found, signal)).length;
    } catch (error) {
      if (error instanceof ProviderError || signal.aborted) return null;
      throw error;
    }
  }

  /** The record, if a read would take it for the result of this verification; null if not. */
  async #result(connection: SentinelConnection, handle: Handle): Promise<FoundCustomer | null> {
    const known = sentinelHandle.parse(handle);
    const found = await findCustomer(this.calls, connection, known);
    if (found === null || found === 'foreign')
      throw new ProviderError(
        'sentinel',
        'not_found',
        'none',
        'Could not fetch images at Sentinel: the customer is gone',
      );
    const isResult = found.whose === 'ours' && ageOf(found.customer, known, connection.settings) !== 'old';
    return isResult ? found : null;
  }

  async #entriesOf(
    connection: SentinelConnection,
    { customer, contact }: FoundCustomer,
    signal: AbortSignal | null,
  ): Promise<readonly ImageEntry[]> {
    const answer = await this.calls.customerWithImages(connection, contact, { isTrimmed: true, signal });
    return imageEntriesIn(answer, customer);
  }
}
