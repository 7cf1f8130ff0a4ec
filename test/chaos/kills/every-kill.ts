import { RECOVERED_MS } from '../recovery.js';
import { type Cell, cells } from './cells.js';
import { type KillCase } from './kill-case.js';
import { startKillServer } from './kill-server.js';
import { type KillWorld, openKillWorld, type Victim, VICTIMS } from './kill-world.js';
import { MIGRATION_STOPS, strikeMigration } from './migration-kills.js';
import { type Breach } from './promises.js';
import { askAgain, type Outcome, strikeTogether } from './run-kills.js';

export interface KillsResult {
  readonly outcomes: readonly Outcome[];
  /** What a last restart showed to be different from before. */
  readonly afterRestart: readonly Breach[];
  /** Keys that were asked again with then. */
  readonly askedAgain: number;
  /** Lines of the gateways' logs in which somebody is named, and what they wrote to standard error. */
  readonly indiscretions: readonly string[];
  readonly logLines: number;
}

/** Each operation at each point, once for each victim, one at a time; then every key once more after a restart. */
export async function killEverywhere(say: (line: string) => void): Promise<KillsResult> {
  await using server = await startKillServer();
  await using world = await openKillWorld(server);
  const outcomes: Outcome[] = [];
  const stories: KillCase[] = [];
  const note = (struck: Outcome): void => {
    const outcome = inTime(struck);
    outcomes.push(outcome);
    const { point, operation, where, victim, breaches, restMs, recoveryMs } = outcome;
    const verdict = breaches.length === 0 ? 'held' : breaches.map(({ invariant }) => invariant).join(', ');
    say(
      `${point} ${operation}, ${where}; ${victim}: ${verdict} (good after ${recoveryMs ?? '–'} ms; ${restMs} ms)`,
    );
  };
  for (const victim of VICTIMS) {
    for (const cell of cells()) {
      const { outcome, story } = await alone(world, victim, cell);
      note(outcome);
      if (story !== null) stories.push(story);
    }
    for (const stop of MIGRATION_STOPS) note(await strikeMigration(server, victim, stop));
  }
  await world.restart();
  const afterRestart = await askAgain(stories);
  const { stdout, stderr } = world.output();
  const lines = stdout.split('\n').filter((line) => line !== '');
  return {
    outcomes,
    afterRestart,
    askedAgain: stories.reduce((sum, { calls }) => sum + calls.length, 0),
    indiscretions: [...lines.filter(namesSomebody), ...stderr.split('\n').filter((line) => line !== '')],
    logLines: lines.length,
  };
}

/**
 * With what is late as a breach: the first create that is answered well, whoever died, and the rest after the death of a gateway. Where
 * the owner of a lease lives on, it is waited for, which is no matter of speed.
 */
function inTime(outcome: Outcome): Outcome {
  const { victim, recoveryMs, restMs, breaches, checked } = outcome;
  if (recoveryMs === null) return outcome;
  const late: string[] = [];
  if (recoveryMs > RECOVERED_MS) late.push(`a create was answered well after ${recoveryMs} ms`);
  if (victim === 'gateway' && restMs > RECOVERED_MS) late.push(`at rest after ${restMs} ms`);
  return {
    ...outcome,
    breaches: [...breaches, ...late.map((what): Breach => ({ invariant: 'I10', what }))],
    checked: [...checked, 'I10'],
  };
}

/** A point that nobody came to is a breach as well: nothing was shown there. */
async function alone(
  world: KillWorld,
  victim: Victim,
  cell: Cell,
): Promise<{ readonly outcome: Outcome; readonly story: KillCase | null }> {
  try {
    const [struck] = await strikeTogether(world, victim, [cell]);
    if (struck !== undefined) return struck;
    throw new Error('nothing was struck');
  } catch (error) {
    await world.restart();
    const { point, operation, where } = cell;
    const breach: Breach = { invariant: 'I8', what: error instanceof Error ? error.message : String(error) };
    return {
      outcome: {
        point,
        operation,
        where,
        victim,
        breaches: [breach],
        checked: ['I8'],
        recoveryMs: null,
        restMs: 0,
      },
      story: null,
    };
  }
}

/** As `people.ts` invents them. */
function namesSomebody(line: string): boolean {
  return /ana\.ruiz|@mail\.test|"Ruiz"|\+1\d{10}/i.test(line);
}
