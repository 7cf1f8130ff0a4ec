import { type QueryClient } from '@tanstack/react-query';

/**
 * How often a page that is looked at asks again, in milliseconds. In the background nothing is asked: TanStack Query pauses
 * an interval while the page is hidden, and asks at once when it is shown again.
 */
export const LIVE = {
  /** What changes while one looks on: a verification under way, a replay. */
  close: { refetchInterval: 3_000 },
  /** Lists and figures. */
  far: { refetchInterval: 10_000 },
} as const;

/** After a change: whatever it may have changed is asked for again. */
export async function refresh(queries: QueryClient, ...keys: readonly (readonly unknown[])[]): Promise<void> {
  await Promise.all(keys.map((queryKey) => queries.invalidateQueries({ queryKey })));
}
