import { type Arena } from './arena.js';
import { type Contestant } from './contestant.js';
import { type Entrant } from './names.js';
import { type Load } from './generator/load.js';
import { median } from './median.js';
import { ordersOf } from './order.js';
import { isNoisy, type Sample, takeTurn } from './turn.js';

/** What all turns of each contestant have shown. */
export interface Result {
  readonly samples: ReadonlyMap<Entrant, readonly Sample[]>;
  /** Whether more than the bench ran on the machine, however often it was tried again. */
  readonly isNoisy: boolean;
}

/** Round after round, each contestant in its turn and each round in another order. */
export async function takeRounds(
  arena: Arena,
  all: readonly Entrant[],
  what: string,
  loadOf: (contestant: Contestant) => Pick<Load, 'kind' | 'shape'>,
): Promise<Result> {
  const names = all.filter((name) => name === 'direct' || arena.options.who.has(name));
  const { rounds, spareRounds } = arena.options.plan;
  const samples = new Map<Entrant, Sample[]>(names.map((name) => [name, []]));
  let spare = spareRounds * names.length;
  let isAnyNoisy = false;
  for (const [round, order] of ordersOf(names, rounds).entries()) {
    for (const name of order) {
      const contestant = await arena.contestant(name);
      let sample = await takeTurn(arena, contestant, loadOf(contestant));
      // One noisy turn does not use up what all of them have.
      for (let again = 0; isNoisy(sample) && again < spareRounds && spare > 0; again += 1, spare -= 1)
        sample = await takeTurn(arena, contestant, loadOf(contestant));
      isAnyNoisy ||= isNoisy(sample);
      samples.get(name)?.push(sample);
      arena.say(`${what}, round ${round + 1}: ${name} ${lineOf(sample)}`);
    }
  }
  return { samples, isNoisy: isAnyNoisy };
}

function lineOf({ perSecond, serverUs, databaseUs, outcome, foreignCpu }: Sample): string {
  const { p50, p99 } = outcome.latency;
  const failed = Object.values(outcome.bad).reduce((sum, times) => sum + times, 0);
  return (
    `${perSecond.toFixed(0)}/s, ${serverUs.toFixed(0)} + ${databaseUs.toFixed(0)} µs, ` +
    `p50 ${p50.toFixed(2)} p99 ${p99.toFixed(2)} ms, others' CPU ${foreignCpu.toFixed(2)}` +
    (failed === 0 ? '' : `, ${failed} FAILED`)
  );
}

/** The least and the median of what is looked at. */
export interface Range {
  readonly min: number;
  readonly median: number;
}

export function rangeOf(samples: readonly Sample[], of: (sample: Sample) => number): Range {
  const values = samples.map(of);
  return { min: Math.min(...values), median: median(values) };
}
