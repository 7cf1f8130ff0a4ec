import { expect } from '@jest/globals';
import type pg from 'pg';

import { eventually } from './eventually.js';

/** A row that the test has locked, so that the gateway's next statement about it waits. */
export interface RowLock {
  /** Until a session of the gateway waits for it. */
  isWaitedFor(): Promise<void>;
  /**
   * Ends the session that waits, then the lock. For a gateway that was killed: the server would carry out the statement that it
   * has received, and here it counts as never sent.
   */
  endWithWaiter(): Promise<void>;
}

/** `select` names the row: `SELECT … FROM … WHERE …`. */
export async function lockRow(pool: pg.Pool, select: string, values: readonly unknown[]): Promise<RowLock> {
  const session = await pool.connect();
  await session.query('BEGIN');
  const { rows } = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const locked = await session.query(`${select} FOR UPDATE`, [...values]);
  expect(locked.rows).toHaveLength(1);
  const waiting = async (): Promise<readonly number[]> => {
    const found = await pool.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'gatehouse' AND $1 = ANY (pg_blocking_pids(pid))`,
      [rows[0]?.pid],
    );
    return found.rows.map(({ pid }) => pid);
  };
  return {
    isWaitedFor: () =>
      eventually(async () => {
        expect(await waiting()).toHaveLength(1);
      }),
    async endWithWaiter() {
      for (const pid of await waiting()) await pool.query('SELECT pg_terminate_backend($1, 5000)', [pid]);
      await session.query('ROLLBACK');
      session.release();
    },
  };
}
