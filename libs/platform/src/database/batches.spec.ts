import { describe, expect, it } from '@jest/globals';

import { Batches } from './batches.js';
import { DatabaseError, OUTCOME_UNKNOWN } from './database-error.js';

/** Writes down what it was given, and answers each with its double. */
function doubling(): {
  readonly batches: number[][];
  readonly run: (items: readonly number[]) => Promise<number[]>;
} {
  const batches: number[][] = [];
  return {
    batches,
    run: (items) => {
      batches.push([...items]);
      return Promise.resolve(items.map((item) => item * 2));
    },
  };
}

function addAll(to: Batches<number, number>, items: readonly number[], kind = 'a'): Promise<number[]> {
  return Promise.all(items.map((item) => to.add(kind, item)));
}

describe('Batches', () => {
  it('does together what comes at the same moment, and gives each its own result', async () => {
    const { batches, run } = doubling();
    expect(await addAll(new Batches(run), [1, 2, 3])).toEqual([2, 4, 6]);
    expect(batches).toEqual([[1, 2, 3]]);
  });

  it('keeps apart what is of different kinds', async () => {
    const { batches, run } = doubling();
    const together = new Batches(run);
    await Promise.all([addAll(together, [1, 2], 'a'), addAll(together, [3], 'b')]);
    expect(batches).toEqual([[1, 2], [3]]);
  });

  it('takes no more at once than it may, and gathers for the next what comes while enough are under way', async () => {
    const opened: (() => void)[] = [];
    const batches: number[][] = [];
    const together = new Batches<number, number>(
      async (items) => {
        batches.push([...items]);
        await new Promise<void>((resolve) => opened.push(resolve));
        return items;
      },
      { size: 2, inFlight: 1 },
    );
    const all = addAll(together, [1, 2, 3, 4, 5]);
    for (const expected of [
      [[1, 2]],
      [
        [1, 2],
        [3, 4],
      ],
      [[1, 2], [3, 4], [5]],
    ]) {
      while (opened.length < expected.length) await new Promise(setImmediate);
      expect(batches).toEqual(expected);
      opened.at(-1)?.();
    }
    expect(await all).toEqual([1, 2, 3, 4, 5]);
  });

  it.each([
    ['not of the database', new Error('unlucky')],
    ['of a row', new DatabaseError('23514', 'insert', 'unlucky')],
  ])('fails only what cannot be done, for a reason that is %s', async (_, reason) => {
    const { batches, run } = doubling();
    const together = new Batches<number, number>((items) =>
      items.includes(13) ? Promise.reject(reason) : run(items),
    );
    const results = await Promise.allSettled([1, 13, 2].map((item) => together.add('a', item)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(batches).toEqual([[1], [2]]);
  });

  it.each([
    ['nobody knows whether it was done', OUTCOME_UNKNOWN],
    ['the database is away', '08006'],
    ['somebody holds a lock', '55P03'],
  ])('does nothing again where %s', async (_, code) => {
    let runs = 0;
    const together = new Batches<number, number>(() => {
      runs += 1;
      return Promise.reject(new DatabaseError(code, 'commit', 'it went wrong'));
    });
    const results = await Promise.allSettled([1, 2].map((item) => together.add('a', item)));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(runs).toBe(1);
  });
});
