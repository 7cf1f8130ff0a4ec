import {
  type Connection,
  FAULTS,
  type Provider,
  ProviderError,
  type ProviderFault,
} from '@gatehouse/contract';
import { type Clock, type Log } from '@gatehouse/platform';
import {
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  handleWhen,
  isBrokenCircuitError,
  IterableBackoff,
} from 'cockatiel';

import { type Environment } from '../tenancy/tenant-scope.js';
import { CallRecord, type CallSummary } from './call-record.js';
import { RecentCalls, type RecentCallsRules } from './recent-calls.js';
import { type ConnectedProvider } from './routing-board.js';
import { type BreakerNotices } from './shared-breakers.js';

/** When a connection counts as failing, and for how long nobody is sent there. Times in milliseconds. */
export interface HealthRules extends RecentCallsRules {
  /** How long before it is tried again: the first time, the second, and so on. */
  readonly restsMs: readonly [number, ...number[]];
}

const RULES: HealthRules = {
  windowMs: 30_000,
  minimumCalls: 5,
  failureShare: 0.5,
  restsMs: [10_000, 20_000, 40_000, 60_000],
};
/** For the others: how long the replica that found it failing may take to try it again. */
const PROBE_MS = 15_000;
/** A vendor that hangs fails for many tenants: one after the other would take minutes. */
const PROBED_AT_ONCE = 16;

/** A connection, by what names it. */
export interface ConnectionPlace {
  readonly id: string;
  /** With other credentials or settings it is another one, as far as its health goes. */
  readonly version: number;
  readonly tenantId: string;
  readonly environment: Environment;
  readonly provider: string;
}

/** A connection that can be tried. */
export interface Probed extends Connection<unknown, unknown> {
  readonly provider: Provider;
  readonly webhookUrl: string;
}

export interface ConnectionHealth extends CallSummary {
  readonly breaker: 'closed' | 'open' | 'half_open';
  /** When it is tried again. */
  readonly openUntil: Date | null;
  readonly lastFault: ProviderFault | null;
}

const BREAKER: Readonly<Record<CircuitState, ConnectionHealth['breaker']>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half_open',
  [CircuitState.Isolated]: 'open',
};

/** What this replica has seen of one connection. */
interface Watched {
  readonly place: ConnectionPlace;
  readonly breaker: CircuitBreakerPolicy;
  readonly calls: CallRecord;
  /** Whether it can be tried without a person. */
  readonly isProbed: boolean;
  /** Since it last worked. */
  timesOpened: number;
  openUntil: Date | null;
  lastFault: ProviderFault | null;
}

/**
 * How the calls at each connection go, from real traffic, and a circuit breaker for each. What a person is to blame for counts for
 * nothing. Other replicas learn of an open breaker with their next look at the routing board.
 */
export class ProviderHealth {
  readonly #watched = new Map<string, Watched>();

  constructor(
    private readonly notices: BreakerNotices,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly rules: HealthRules = RULES,
  ) {}

  /**
   * Throws what `invoke` throws, and ProviderError without a call while the connection is given a rest. `isProbed`: it can be tried
   * without a person.
   */
  async call<T>(place: ConnectionPlace, isProbed: boolean, invoke: () => Promise<T>): Promise<T> {
    const watched = this.#of(place, isProbed);
    if (!this.#admits(watched)) throw this.#resting(watched);
    try {
      return await watched.breaker.execute(() => watched.calls.time(this.clock, invoke));
    } catch (error) {
      if (isBrokenCircuitError(error)) throw this.#resting(watched);
      throw error;
    }
  }

  /** Until when nobody should be sent there, as far as is known; null: nothing speaks against it. */
  awayUntil({ connectionId, version, openUntil }: ConnectedProvider): Date | null {
    const known = this.#watched.get(connectionId);
    const watched = known?.place.version === version ? known : undefined;
    const now = this.clock.now();
    if (watched !== undefined && !this.#admitsPeople(watched)) return watched.openUntil ?? now;
    return openUntil !== null && openUntil > now ? openUntil : null;
  }

  /**
   * Tries connections whose rest is over, with the provider's own check, so that no person has to be the one who finds out.
   * False: there was none to try.
   */
  async probe(open: (place: ConnectionPlace) => Promise<Probed | null>): Promise<boolean> {
    const due = [...this.#watched.values()]
      .filter(
        (watched) => watched.isProbed && watched.breaker.state === CircuitState.Open && this.#isOver(watched),
      )
      .slice(0, PROBED_AT_ONCE);
    await Promise.all(due.map((watched) => this.#try(watched, open)));
    return due.length > 0;
  }

  async #try(due: Watched, open: (place: ConnectionPlace) => Promise<Probed | null>): Promise<void> {
    const connection = await open(due.place);
    if (connection?.provider.check === undefined) {
      this.#watched.delete(due.place.id);
      return;
    }
    const { provider } = connection;
    try {
      await due.breaker.execute(async () => {
        const [access] = (await provider.check?.(connection, connection.webhookUrl)) ?? [];
        if (access?.ok === false)
          throw new ProviderError(provider.name, due.lastFault ?? 'unavailable', 'none', access.detail);
      });
    } catch (error) {
      // The breaker is still open, or open again; that is all there is to it.
      if (!(error instanceof ProviderError || isBrokenCircuitError(error))) throw error;
    }
  }

  /** How the last calls at a provider went, over all its connections here. */
  summary(provider: string): CallSummary & { readonly openConnections: number } {
    const watched = [...this.#watched.values()].filter(({ place }) => place.provider === provider);
    return {
      ...CallRecord.summary(watched.map(({ calls }) => calls)),
      openConnections: watched.filter((one) => one.breaker.state !== CircuitState.Closed).length,
    };
  }

  /** How one connection is doing, with its present credentials and settings. */
  ofConnection(connectionId: string, version: number): ConnectionHealth {
    const known = this.#watched.get(connectionId);
    const watched = known?.place.version === version ? known : undefined;
    return {
      ...CallRecord.summary(watched === undefined ? [] : [watched.calls]),
      breaker: BREAKER[watched?.breaker.state ?? CircuitState.Closed],
      openUntil: watched?.openUntil ?? null,
      lastFault: watched?.lastFault ?? null,
    };
  }

  #of(place: ConnectionPlace, isProbed: boolean): Watched {
    const known = this.#watched.get(place.id);
    if (known?.place.version === place.version) return known;
    const breaker = circuitBreaker(handleWhen(countsAgainst), {
      halfOpenAfter: new IterableBackoff(this.rules.restsMs),
      breaker: new RecentCalls(this.rules),
    });
    const watched: Watched = {
      place,
      breaker,
      calls: new CallRecord(),
      isProbed,
      timesOpened: 0,
      openUntil: null,
      lastFault: null,
    };
    breaker.onBreak((reason) => {
      this.#opened(watched, 'error' in reason ? reason.error : null);
    });
    breaker.onReset(() => {
      this.#closed(watched);
    });
    this.#watched.set(place.id, watched);
    return watched;
  }

  #admits(watched: Watched): boolean {
    const { state } = watched.breaker;
    // While somebody tries it, nobody waits for how that ends.
    return state === CircuitState.Closed || (state === CircuitState.Open && this.#isOver(watched));
  }

  /** Somebody new is not to be the one who finds out, where there is another way. */
  #admitsPeople(watched: Watched): boolean {
    return watched.isProbed ? watched.breaker.state === CircuitState.Closed : this.#admits(watched);
  }

  #isOver({ openUntil }: Watched): boolean {
    return openUntil === null || openUntil <= this.clock.now();
  }

  #opened(watched: Watched, error: unknown): void {
    const { restsMs } = this.rules;
    const rest = restsMs[Math.min(watched.timesOpened, restsMs.length - 1)] ?? restsMs[0];
    const now = this.clock.now();
    watched.timesOpened += 1;
    watched.openUntil = new Date(now.getTime() + rest);
    watched.lastFault = error instanceof ProviderError ? error.fault : 'unavailable';
    const { place, lastFault } = watched;
    this.log.warn('a connection is failing; nobody is sent there for a while', {
      provider: place.provider,
      connectionId: place.id,
      fault: lastFault,
    });
    const openForOthers = new Date(watched.openUntil.getTime() + PROBE_MS);
    this.#tell(this.notices.opened(place, lastFault, openForOthers));
  }

  #closed(watched: Watched): void {
    const { place } = watched;
    watched.timesOpened = 0;
    watched.openUntil = null;
    this.log.info('a connection works again', { provider: place.provider, connectionId: place.id });
    this.#tell(this.notices.closed(place));
  }

  /** Nobody waits for it: the others find out by themselves if it fails. */
  #tell(told: Promise<unknown>): void {
    told.catch((error: unknown) => {
      this.log.error('the other replicas could not be told of a connection', { error });
    });
  }

  #resting({ place, openUntil, lastFault }: Watched): ProviderError {
    const left = (openUntil?.getTime() ?? 0) - this.clock.now().getTime();
    return new ProviderError(
      place.provider,
      'unavailable',
      'none',
      `Not asked: the connection has been failing (${lastFault ?? 'unavailable'})`,
      { retryAfterSeconds: Math.max(1, Math.ceil(left / 1000)) },
    );
  }
}

function countsAgainst(error: unknown): boolean {
  return error instanceof ProviderError && FAULTS[error.fault].breaker !== 'none';
}
