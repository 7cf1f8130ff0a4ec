import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { startWorld, type World } from './world.js';
import { quantile, rounded } from '../ground.js';

/*
 * A tenant's data key is rotated over many verifications while others read and write them. Does a request fail, and what does it cost
 * them? The same requests at the same rate run before the rotation, during it, and after it.
 */

const { values: options } = parseArgs({
  options: {
    verifications: { type: 'string', default: '100000' },
    /** Requests a second, half of them reads. */
    rate: { type: 'string', default: '100' },
    json: { type: 'string' },
  },
});

const PHASE_MS = 15_000;
const LEAST_DURING_MS = 1_000;

interface Latencies {
  readonly reads: number[];
  readonly writes: number[];
  failed: number;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function timed(
  into: number[],
  latencies: Latencies,
  due: number,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
    into.push(performance.now() - due);
  } catch (error) {
    latencies.failed += 1;
    if (latencies.failed === 1) say(`  the first failure: ${String(error)}`);
  }
}

/** At a constant rate, each counted from when it was due, so that waiting behind others is not hidden. */
async function requests(world: World, known: string[], isOver: () => boolean): Promise<Latencies> {
  const latencies: Latencies = { reads: [], writes: [], failed: 0 };
  const rate = Number(options.rate);
  const running = new Set<Promise<void>>();
  const began = performance.now();
  for (let n = 0; !isOver(); n += 1) {
    const due = began + (n * 1000) / rate;
    await delay(Math.max(0, due - performance.now()));
    const isRead = n % 2 === 0;
    const request = timed(isRead ? latencies.reads : latencies.writes, latencies, due, async () => {
      if (!isRead) {
        known.push(await world.record());
        return;
      }
      // All of them in turn, those that are not moved yet and those that are.
      const id = known[(n * 7919) % known.length] ?? '';
      const { subject } = await world.serving.verifications.get(world.scope, id);
      if (subject?.firstName !== 'Ana') throw new Error('what was read is not what was written');
    }).finally(() => running.delete(request));
    running.add(request);
  }
  await Promise.all(running);
  return latencies;
}

function forMs(ms: number): () => boolean {
  const end = performance.now() + ms;
  return () => performance.now() >= end;
}

function figuresOf({ reads, writes, failed }: Latencies): Record<string, number> {
  return {
    done: reads.length + writes.length,
    failed,
    readP50Ms: rounded(quantile(reads, 0.5)),
    readP99Ms: rounded(quantile(reads, 0.99)),
    writeP50Ms: rounded(quantile(writes, 0.5)),
    writeP99Ms: rounded(quantile(writes, 0.99)),
  };
}

const world = await startWorld();
try {
  const began = performance.now();
  const known = [...(await world.load(Number(options.verifications)))];
  say(`${known.length} verifications loaded in ${Math.round((performance.now() - began) / 1000)} s`);

  await requests(world, known, forMs(3_000));
  world.working.workers.start();
  const before = await requests(world, known, forMs(PHASE_MS));

  const started = performance.now();
  const { id } = await world.serving.keyRotations.begin('bench', world.scope.tenantId, 'tenant');
  const progress: { movedAt: number | null } = { movedAt: null };
  const watching = (async () => {
    while (progress.movedAt === null) {
      await delay(50);
      const { phase } = await world.serving.keyRotations.get(id);
      if (phase === 'check') progress.movedAt = performance.now();
    }
  })();
  const during = await requests(
    world,
    known,
    () => progress.movedAt !== null && performance.now() - started > LEAST_DURING_MS,
  );
  await watching;
  const seconds = ((progress.movedAt ?? performance.now()) - started) / 1000;
  const after = await requests(world, known, forMs(PHASE_MS));
  const { moved, failed } = await world.serving.keyRotations.get(id);

  const figures = { before: figuresOf(before), during: figuresOf(during), after: figuresOf(after) };
  say(
    `\nmoved ${moved}, did not open ${failed}, in ${seconds.toFixed(1)} s: ${Math.round(moved / seconds)} a second`,
  );
  say(`\n${''.padEnd(14)}${['without', 'rotating', 'moved'].map((title) => title.padStart(12)).join('')}`);
  for (const name of Object.keys(figures.before)) {
    const row = [figures.before, figures.during, figures.after].map((column) =>
      String(column[name]).padStart(12),
    );
    say(`${name.padEnd(14)}${row.join('')}`);
  }
  const total = before.failed + during.failed + after.failed;
  say(`\nfailed requests: ${total}`);
  if (options.json !== undefined)
    await writeFile(options.json, `${JSON.stringify({ moved, failed, seconds, ...figures }, null, 2)}\n`);
  if (total > 0 || failed > 0 || moved < Number(options.verifications)) process.exitCode = 1;
} finally {
  await world.close();
}
