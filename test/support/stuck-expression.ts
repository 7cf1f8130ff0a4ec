import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

export interface Expression {
  readonly where: string;
  readonly pattern: RegExp;
}

const NOT_BEGUN = -1;

/** Notes which expression it is at, and tries it with every text. */
const PROGRAM = `
  const { workerData: { expressions, texts, progress } } = require('node:worker_threads');
  const at = new Int32Array(progress);
  for (const [index, { source, flags }] of expressions.entries()) {
    Atomics.store(at, 0, index);
    const pattern = new RegExp(source, flags);
    for (const text of texts) pattern.test(text);
  }`;

/**
 * The first that was at the texts for longer than its time, once or twice of which it gets; null: none. In a thread, since nothing else
 * could end it.
 */
export async function stuckAt(
  expressions: readonly Expression[],
  texts: readonly string[],
  deadlineMs: number,
): Promise<string | null> {
  const progress = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const at = new Int32Array(progress).fill(NOT_BEGUN);
  const worker = new Worker(PROGRAM, {
    eval: true,
    workerData: {
      // A search that remembers where it was would pass the rest by.
      expressions: expressions.map(({ pattern: { source, flags } }) => ({
        source,
        flags: flags.replace(/[gy]/gu, ''),
      })),
      texts,
      progress,
    },
  });
  const over = new AbortController();
  const done = once(worker, 'exit').then(() => true);
  try {
    for (let last = NOT_BEGUN; ;) {
      const isDone = await Promise.race([done, delay(deadlineMs, false, { signal: over.signal })]);
      if (isDone) return null;
      const now = Atomics.load(at, 0);
      if (now === last && now !== NOT_BEGUN) return expressions[now]?.where ?? '';
      last = now;
    }
  } finally {
    await worker.terminate();
    over.abort();
  }
}
