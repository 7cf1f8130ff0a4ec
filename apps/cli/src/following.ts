import { GatehouseProblem, GatehouseUnreachable, type FeedPage, type GatehouseEvent } from '@gatehouse/sdk';
import { setTimeout as pause } from 'node:timers/promises';

import { EXIT } from './exit-code.js';
import { exitCodeOf } from './problem-failure.js';
import { type Session } from './session.js';

export interface FollowOptions {
  /** Where to read on; null: at the end of what is there, or at the very beginning. */
  readonly cursor: string | null;
  readonly isFromStart: boolean;
  /** Events of these types only; none: all. */
  readonly types: readonly string[];
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;
const PAGE = 200;

/** Events as they happen, until the command is interrupted. Outlives a gateway that is away for a while. */
export async function* following(
  session: Session,
  options: FollowOptions,
): AsyncGenerator<GatehouseEvent, void, undefined> {
  const { interruption, backend, printer } = session;
  let cursor =
    options.cursor ??
    (options.isFromStart ? null : await session.waiting('looking for the end of the feed', endOf(session)));
  let pauseMs = FIRST_PAUSE_MS;
  const isOver = (): boolean => interruption.aborted;
  while (!isOver()) {
    try {
      for await (const page of backend.events({ cursor, limit: PAGE, signal: interruption })) {
        pauseMs = FIRST_PAUSE_MS;
        yield* chosen(page, options.types);
        cursor = page.nextCursor;
      }
    } catch (error) {
      if (isOver()) return;
      if (!isPassing(error)) throw error;
      printer.remark((paint) => paint('yellow', `The gateway is away; trying again in ${pauseMs / 1000} s.`));
      await pause(pauseMs, undefined, { signal: interruption }).catch(() => undefined);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }
  }
}

function chosen(page: FeedPage, types: readonly string[]): readonly GatehouseEvent[] {
  return page.data.filter(({ type }) => types.length === 0 || types.includes(type));
}

/** Where the next event will be. */
async function endOf({ backend, interruption }: Session): Promise<string | null> {
  let cursor: string | null = null;
  for await (const page of backend.events({ follow: false, limit: PAGE, signal: interruption }))
    cursor = page.nextCursor;
  return cursor;
}

function isPassing(error: unknown): boolean {
  if (error instanceof GatehouseUnreachable) return true;
  return error instanceof GatehouseProblem && exitCodeOf(error.status, error.code) === EXIT.unavailable;
}
