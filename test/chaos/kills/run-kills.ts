import { required } from '../../support/gateway-client.js';
import { type Cell, type Reached } from './cells.js';
import { type KillCase } from './kill-case.js';
import { type KillWorld, type Victim } from './kill-world.js';
import { type Invariant } from '../invariants/invariants.js';
import { type Breach, comeToRest, lookedForIn, promisesKept, sameAnswers } from './promises.js';

/** What came of one operation that was stopped at one point, for one victim. */
export interface Outcome {
  readonly point: string;
  readonly operation: string;
  readonly where: string;
  readonly victim: Victim;
  readonly breaches: readonly Breach[];
  /** What was looked for. */
  readonly checked: readonly Invariant[];
  /** From the kill until a create was answered well; null: not measured. */
  readonly recoveryMs: number | null;
  /** From when everything was back until nothing was left to be done. */
  readonly restMs: number;
}

export interface Struck {
  readonly outcome: Outcome;
  readonly story: KillCase;
}

/** Brings all cells to their points, one after the other, kills once, and looks at what must hold of each. */
export async function strikeTogether(
  world: KillWorld,
  victim: Victim,
  together: readonly Cell[],
): Promise<readonly Struck[]> {
  const reached: (Reached & { readonly cell: Cell })[] = [];
  for (const cell of together) reached.push({ cell, ...(await cell.reach(world)) });
  const [only] = reached;
  const struck = performance.now();
  await world.strike(victim, reached.length === 1 && only !== undefined ? only.backend : null);
  const recovering = world.probe.untilGood(struck);
  const isOwnerDead = victim === 'gateway';
  for (const { story } of reached) {
    await story.noteCutOff();
    if (isOwnerDead) await story.endLeases(0);
  }
  await world.recover();
  const began = performance.now();
  for (const { release } of reached) release();
  return Promise.all(
    reached.map(async ({ cell, story, goOn }): Promise<Struck> => {
      const { point, operation, where } = cell;
      const breaches = await failures(async () => {
        await goOn();
        return comeToRest(story, isOwnerDead);
      });
      const restMs = Math.round(performance.now() - began);
      const recoveryMs = await recovering;
      const kept = await failures(() => promisesKept(story));
      return {
        outcome: {
          point,
          operation,
          where,
          victim,
          breaches: [...breaches, ...kept],
          checked: lookedForIn(story),
          recoveryMs,
          restMs,
        },
        story,
      };
    }),
  );
}

/** A story that cannot be told to its end is a breach, not the end of the run. */
async function failures(look: () => Promise<readonly Breach[]>): Promise<readonly Breach[]> {
  try {
    return await look();
  } catch (error) {
    return [{ invariant: 'I8', what: error instanceof Error ? error.message : String(error) }];
  }
}

/** Asks again with every key that has an answer; for after a restart, which must not change a byte. */
export async function askAgain(stories: readonly KillCase[]): Promise<readonly Breach[]> {
  const breaches: Breach[] = [];
  for (const story of stories) {
    for (const call of story.calls) {
      const [first] = call.answers.filter((answer) => answer !== null && answer.status < 300);
      if (first === undefined || first === null) continue;
      const again = await story.send(call);
      if (again === null) continue;
      required(again, first.status);
    }
    breaches.push(...sameAnswers(story).map((what): Breach => ({ invariant: 'I9', what })));
  }
  return breaches;
}
