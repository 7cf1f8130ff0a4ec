import { DatabaseError } from './database-error.js';

export interface BatchLimits {
  /** Pieces of work in one batch, at most. */
  readonly size: number;
  /** Batches of one kind of work that run at the same time, at most. What comes meanwhile gathers for the next one. */
  readonly inFlight: number;
}

const LIMITS: BatchLimits = { size: 64, inFlight: 2 };

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

interface Queue<Item, Result> {
  waiting: Waiting<Item, Result>[];
  running: number;
  isScheduled: boolean;
}

/**
 * What many callers want written at the same moment shares a transaction: with one commit for all of them PostgreSQL takes a multiple
 * of what it takes one at a time, and nobody is told before it is durable. Who is alone waits for nobody.
 *
 * `run` writes all of them or nothing, with a result for each in their order. Where it fails for what may be wrong with one of them, each
 * is run by itself, so that only what cannot be written fails. Where the database is away, or nobody knows whether they were written, all
 * of them hear so at once.
 */
export class Batches<Item, Result> {
  readonly #queues = new Map<string, Queue<Item, Result>>();

  constructor(
    private readonly run: (items: readonly Item[]) => Promise<readonly Result[]>,
    private readonly limits: BatchLimits = LIMITS,
  ) {}

  /** Only what has the same `kind` shares a batch. Throws what `run` throws for this item by itself. */
  add(kind: string, item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      const queue = this.#queues.get(kind) ?? { waiting: [], running: 0, isScheduled: false };
      this.#queues.set(kind, queue);
      queue.waiting.push({ item, resolve, reject });
      this.#schedule(kind, queue);
    });
  }

  /** On the next turn of the event loop: what else came in this one goes along. */
  #schedule(kind: string, queue: Queue<Item, Result>): void {
    if (queue.isScheduled || queue.running >= this.limits.inFlight) return;
    queue.isScheduled = true;
    setImmediate(() => {
      queue.isScheduled = false;
      void this.#next(kind, queue);
    });
  }

  async #next(kind: string, queue: Queue<Item, Result>): Promise<void> {
    const batch = queue.waiting.splice(0, this.limits.size);
    if (batch.length === 0) return;
    queue.running += 1;
    if (queue.waiting.length > 0) this.#schedule(kind, queue);
    await this.#carryOut(batch);
    queue.running -= 1;
    if (queue.waiting.length > 0) this.#schedule(kind, queue);
    else if (queue.running === 0 && !queue.isScheduled) this.#queues.delete(kind);
  }

  /** Never throws: each of them hears for itself. */
  async #carryOut(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.run(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
    } catch (error) {
      if (batch.length === 1 || !isOfOneOfThem(error)) for (const { reject } of batch) reject(error);
      else for (const each of batch) await this.#carryOut([each]);
    }
  }
}

/** Classes of SQLSTATE that are about what was to be written: data, constraints, conflicts with somebody else, sizes. */
const ABOUT_ROWS = ['22', '23', '40', '54'];

function isOfOneOfThem(error: unknown): boolean {
  return !(error instanceof DatabaseError) || ABOUT_ROWS.includes(error.code.slice(0, 2));
}
