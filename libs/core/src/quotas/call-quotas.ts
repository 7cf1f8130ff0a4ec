import { AsyncLocalStorage } from 'node:async_hooks';

import { type Clock, type Database, type Log, OutgoingRequests, type Statement } from '@gatehouse/platform';

import { type CallRate, callRate } from './call-rate.js';

/** A connection, as far as its vendor counts calls. */
export interface QuotaPlace {
  readonly tenantId: string;
  readonly id: string;
  readonly callsPerMinute: number;
  /** Of one read, at most. */
  readonly requestsPerRead: number;
}

export interface Grant {
  /** Pieces of work that may be done now. */
  readonly pieces: number;
  /** When it is worth asking again, where not all were granted. */
  readonly nextAt: Date;
}

/**
 * What is in the bucket once `$7` calls that were made anyway are taken out, and how many of `$8` pieces of work, each of `$9` calls,
 * it holds above the reserve `$6`. While the vendor is given a rest: none.
 */
const outcome = (level: string, restsUntil: string): string => `(
  SELECT present.level - granting.pieces * $9::int, granting.pieces
    FROM (SELECT greatest($10::float8, least($4::float8, ${level} - $7::int)) AS level) present,
  LATERAL (SELECT CASE WHEN ${restsUntil} > $3::timestamptz THEN 0
                       ELSE greatest(0, least($8::int, floor((present.level - $6::int) / $9::int)))::int END AS pieces) granting)`;
const FILLED =
  'least($4::float8, q.level + $5::float8 * greatest(0, extract(epoch FROM $3::timestamptz - q.updated_at)::float8))';

/** One statement, so that replicas cannot grant the same call twice. Served by the primary key. */
const SPEND: Statement = {
  name: 'connection_quotas_spend',
  text: `INSERT INTO connection_quotas AS q (tenant_id, connection_id, level, granted, updated_at)
         SELECT $1, $2, o.level, o.granted, $3::timestamptz
           FROM ${outcome('$4::float8', 'NULL::timestamptz')} AS o (level, granted)
         ON CONFLICT (tenant_id, connection_id) DO UPDATE
            SET (level, granted) = ${outcome(FILLED, 'q.rests_until')},
                updated_at = greatest(q.updated_at, $3::timestamptz)
         RETURNING level, granted, rests_until`,
};
const REST: Statement = {
  name: 'connection_quotas_rest',
  text: `INSERT INTO connection_quotas AS q (tenant_id, connection_id, level, granted, rests_until, updated_at)
         VALUES ($1, $2, 0, 0, $4, $3)
         ON CONFLICT (tenant_id, connection_id) DO UPDATE SET rests_until = greatest(q.rests_until, $4)`,
};

/** How long calls may be counted in this process alone: a statement for each would cost callers more than it tells. */
const TELL_AFTER_MS = 250;
/** Asked for more often, a bucket gives a call at a time. */
const ASK_AGAIN_MS = 1000;

interface Purse {
  readonly connectionId: string;
  left: number;
}

/**
 * The calls that a vendor takes from each connection in a minute, shared by all replicas. Background work asks for its calls first;
 * what callers want is done at once and counted, so it comes before and never waits.
 */
export class CallQuotas {
  /** Made here and not told yet; below zero: granted and not used. */
  readonly #untold = new Map<string, { readonly place: QuotaPlace; calls: number }>();
  readonly #purses = new AsyncLocalStorage<Purse>();
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Counts the requests that `call` makes. */
  counting<T>(place: QuotaPlace, call: () => T): T {
    return OutgoingRequests.hear(() => {
      this.#count(place);
    }, call);
  }

  /** Asks for up to `pieces` pieces of background work, each of at most `calls` calls. */
  async ask(place: QuotaPlace, pieces: number, calls: number): Promise<Grant> {
    const rate = callRate(place.callsPerMinute, Math.max(calls, place.requestsPerRead));
    const { level, granted, rests_until } = await this.#spend(place, rate, pieces, calls);
    const now = this.clock.now().getTime();
    const missing = (calls + rate.reserve - level) / rate.perSecond;
    const nextAt = new Date(now + Math.max(ASK_AGAIN_MS, Math.ceil(missing * 1000)));
    return {
      pieces: granted,
      nextAt: rests_until !== null && rests_until > nextAt ? rests_until : nextAt,
    };
  }

  /** Does one piece of the work that was granted; the calls that it does not need are given back. */
  async spending<T>(place: QuotaPlace, calls: number, work: () => Promise<T>): Promise<T> {
    const purse: Purse = { connectionId: place.id, left: calls };
    try {
      return await this.#purses.run(purse, work);
    } finally {
      if (purse.left > 0) this.#note(place, -purse.left);
    }
  }

  /** The vendor said that it was too much: no background work until then, in any replica. */
  async rest(place: QuotaPlace, until: Date): Promise<void> {
    await this.database.within(place).query(REST, [place.tenantId, place.id, this.clock.now(), until]);
  }

  /** Counts in the database what was counted here so far. Throws nothing: what cannot be is kept for the next time, and logged. */
  async tell(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    try {
      for (const { place } of [...this.#untold.values()]) {
        await this.#spend(place, callRate(place.callsPerMinute, place.requestsPerRead), 0, 1);
      }
    } catch (error) {
      this.log.warn('calls to vendors could not be counted', { error });
    }
  }

  #count(place: QuotaPlace): void {
    const purse = this.#purses.getStore();
    if (purse?.connectionId === place.id && purse.left > 0) purse.left -= 1;
    else this.#note(place, 1);
  }

  #note(place: QuotaPlace, calls: number): void {
    const untold = this.#untold.get(place.id) ?? { place, calls: 0 };
    untold.calls += calls;
    this.#untold.set(place.id, untold);
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      void this.tell();
    }, TELL_AFTER_MS).unref();
  }

  async #spend(place: QuotaPlace, rate: CallRate, pieces: number, calls: number): Promise<SpentRow> {
    const made = this.#untold.get(place.id)?.calls ?? 0;
    this.#untold.delete(place.id);
    try {
      const [row] = await this.database
        .within(place)
        .query<SpentRow>(SPEND, [
          place.tenantId,
          place.id,
          this.clock.now(),
          rate.burst,
          rate.perSecond,
          rate.reserve,
          made,
          pieces,
          calls,
          rate.floor,
        ]);
      if (row === undefined) throw new Error('A quota was not returned');
      return row;
    } catch (error) {
      if (made !== 0) this.#note(place, made);
      throw error;
    }
  }
}

interface SpentRow {
  readonly level: number;
  readonly granted: number;
  readonly rests_until: Date | null;
}
