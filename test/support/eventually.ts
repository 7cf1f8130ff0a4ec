import { setTimeout as delay } from 'node:timers/promises';

const EVERY_MS = 25;
// For a machine that is busy with other things: only a test that fails waits so long.
const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * Calls `attempt` every 25 ms until it does not throw, and gives back its answer; so an `expect` inside says what is waited for.
 * Past the deadline, throws what the last attempt threw.
 */
export async function eventually<T>(
  attempt: () => T | Promise<T>,
  { timeoutMs = DEFAULT_TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() >= deadline) throw error;
    }
    await delay(EVERY_MS);
  }
}

/** The value, or an error saying that there is no `what`: for lookups inside {@link eventually}. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`There is no ${what}`);
  return value;
}
