import { Clock } from '../clock.js';
import { type Log } from '../log/log.js';
import { type Queryable, type Statement } from './database.js';

/** What a machine says of the time: the date, which somebody may set, and how long it has run, which nobody can. Milliseconds. */
export interface MachineTime {
  readonly date: () => number;
  readonly running: () => number;
}

const MACHINE: MachineTime = { date: () => Date.now(), running: () => performance.now() };

const READ: Statement = {
  name: 'shared_clock_read',
  text: `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms`,
};

const EVERY_MS = 1_000;
/** Closer than that nobody follows: what is written in one order is dated in it. */
const CLOSE_MS = 50;
/** A clock that is further off has been set, or is wrong. */
const FAR_MS = 10_000;

/**
 * One clock for all processes of a deployment: the database's, counted on from each look at it by how long the machine has run. Leases
 * that one process writes and another reads mean the same then, and whoever sets a machine's clock moves nothing that is due.
 *
 * A database whose clock leaps is only followed where this machine's agrees with it; otherwise time goes on as it did.
 */
export class SharedClock extends Clock {
  readonly #machine: MachineTime;
  /** What is added to how long the machine has run. */
  #offset: number;
  #isDoubted = false;
  #looking: NodeJS.Timeout | null = null;

  constructor(
    private readonly database: Queryable,
    private readonly log: Log,
    machine: MachineTime = MACHINE,
  ) {
    super();
    this.#machine = machine;
    this.#offset = machine.date() - machine.running();
  }

  override now(): Date {
    return new Date(this.#offset + this.#machine.running());
  }

  /** Begins with what the database says, and looks again each second until {@link stop}. Throws DatabaseError. */
  async start(): Promise<void> {
    const { ms, tookMs } = await this.#read();
    if (this.#off(ms, tookMs) > CLOSE_MS) this.#set(ms);
    this.#lookAgain();
  }

  stop(): void {
    if (this.#looking !== null) clearTimeout(this.#looking);
    this.#looking = null;
  }

  /** Looks at the database's clock now. Throws DatabaseError. */
  async look(): Promise<void> {
    const { ms, tookMs } = await this.#read();
    const off = this.#off(ms, tookMs);
    if (off <= CLOSE_MS) {
      this.#isDoubted = false;
      return;
    }
    if (off <= FAR_MS || Math.abs(ms - this.#machine.date()) <= FAR_MS) {
      this.#isDoubted = false;
      this.log.warn('the clock follows that of the database', { lagMs: Math.round(off) });
      this.#set(ms);
      return;
    }
    // Said once: it is asked each second.
    if (!this.#isDoubted) {
      this.log.error('the clock of the database is not followed: it has leapt', {
        lagMs: Math.round(off),
      });
    }
    this.#isDoubted = true;
  }

  #lookAgain(): void {
    this.#looking = setTimeout(() => {
      void this.look()
        // Away, as everybody else hears who asks it; time goes on.
        .catch((error: unknown) => {
          this.log.debug('the clock of the database could not be read', { error });
        })
        .finally(() => {
          if (this.#looking !== null) this.#lookAgain();
        });
    }, EVERY_MS).unref();
  }

  /** What the database says, as of the middle of the question; the answer may be off by half of what it took. */
  async #read(): Promise<{ readonly ms: number; readonly tookMs: number }> {
    const asked = this.#machine.running();
    const [row] = await this.database.query<{ ms: number }>(READ);
    const tookMs = this.#machine.running() - asked;
    if (row === undefined) throw new Error('a SELECT without a table gives one row');
    return { ms: row.ms + tookMs / 2, tookMs };
  }

  /** By how much we differ for sure. */
  #off(ms: number, tookMs: number): number {
    return Math.abs(ms - this.now().getTime()) - tookMs / 2;
  }

  #set(ms: number): void {
    this.#offset = ms - this.#machine.running();
  }
}
