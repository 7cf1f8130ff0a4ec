import { once } from 'node:events';
import process from 'node:process';

/** Rejects when somebody stops us early: for a race with what then has to leave no server behind. */
export async function interruption(): Promise<never> {
  const signal = await Promise.race(
    (['SIGINT', 'SIGTERM'] as const).map((name) => once(process, name).then(() => name)),
  );
  throw new Error(`stopped by ${signal}`);
}
