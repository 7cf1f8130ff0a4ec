import { setImmediate as nextTick } from 'node:timers/promises';

import type pg from 'pg';

import { type Pattern } from '../pattern.js';
import { type Beginning, type Ending } from './rows.js';
import { alikeInBegin, alikeInEnd, jsonOf, MANY, ONE, valuesOf } from './statements.js';

/** Writes the two halves of a create; each resolves once it is committed. */
export interface Writer {
  begin(row: Beginning): Promise<void>;
  end(row: Ending): Promise<void>;
}

/** B0: a statement for each request. */
export function oneAtATime(pool: pg.Pool, pattern: Pattern): Writer {
  const [inBegin, inEnd] = [alikeInBegin(pattern), alikeInEnd(pattern)];
  return {
    async begin(row) {
      await pool.query({ ...ONE.begin, values: [...inBegin, ...valuesOf(row)] });
    },
    async end(row) {
      await pool.query({ ...ONE.end, values: [...inEnd, ...valuesOf(row)] });
    },
  };
}

/** B1: a statement for all requests that wait. One that fails fails them all, which a real program could not leave at that. */
export function inBatches(pool: pg.Pool, pattern: Pattern): Writer {
  const [inBegin, inEnd] = [alikeInBegin(pattern), alikeInEnd(pattern)];
  const begins = new Batches<Beginning>(async (rows) => {
    await pool.query({ ...MANY.begin, values: [...inBegin, jsonOf(rows)] });
  });
  const ends = new Batches<Ending>(async (rows) => {
    await pool.query({ ...MANY.end, values: [...inEnd, jsonOf(rows)] });
  });
  return { begin: (row) => begins.write(row), end: (row) => ends.write(row) };
}

const ROWS_AT_MOST = 64;
const IN_FLIGHT = 2;

interface Waiting<T> {
  readonly row: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

class Batches<T> {
  #waiting: Waiting<T>[] = [];
  #inFlight = 0;

  constructor(private readonly send: (rows: readonly T[]) => Promise<void>) {}

  write(row: T): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ row, resolve, reject });
      if (this.#inFlight < IN_FLIGHT) void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    this.#inFlight += 1;
    // Whatever else came in with the same packets is taken along.
    await nextTick();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, ROWS_AT_MOST);
      try {
        await this.send(batch.map(({ row }) => row));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#inFlight -= 1;
  }
}
