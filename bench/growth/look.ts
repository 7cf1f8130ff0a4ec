import { type ListCase } from './cases.js';
import { faultsOf, indexesOf, type PlanFault } from './plan.js';
import { type Stage } from './stage.js';
import { isReading, type SentStatement, type StatementListener } from './statements.js';

/** One request: until its answer was read, and of that until its statements had theirs. */
export interface Timed {
  readonly ms: number;
  readonly sqlMs: number;
  readonly statements: readonly SentStatement[];
}

/** How the statements of a list are gone about. */
export interface Looked {
  readonly faults: readonly PlanFault[];
  readonly indexes: readonly string[];
}

/** A list that is refused says nothing of its plan. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/** Throws {@link Unanswered} where it is not answered 200. */
export async function timed(stage: Stage, listener: StatementListener, of: ListCase): Promise<Timed> {
  const startedAt = performance.now();
  const { result, statements } = await listener.during(() => stage.call(of.key, of.method, of.path, of.body));
  const ms = performance.now() - startedAt;
  if (result.status !== 200)
    throw new Unanswered(`${of.name} was answered ${result.status}: ${JSON.stringify(result.json)}`);
  return { ms, sqlMs: statements.reduce((sum, statement) => sum + statement.ms, 0), statements };
}

/** Asks once, and has the statements explained that it took, by the sessions that ran them. */
export async function looked(stage: Stage, listener: StatementListener, of: ListCase): Promise<Looked> {
  if (of.path.includes('/audit-log')) await stage.settle();
  const { statements } = await timed(stage, listener, of);
  const faults: PlanFault[] = [];
  const indexes: string[] = [];
  for (const statement of statements.filter(isReading)) {
    const plan = await listener.plan(statement);
    faults.push(...faultsOf(statement.name ?? statement.text.trim().slice(0, 60), plan, of.page));
    indexes.push(...indexesOf(plan));
  }
  return { faults, indexes: [...new Set(indexes)].sort() };
}
