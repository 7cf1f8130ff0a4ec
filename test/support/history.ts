import { expect } from '@jest/globals';
import { isLegalMove, type VerificationStatus } from '@gatehouse/contract';
import type pg from 'pg';

import { eventually } from './eventually.js';

interface Entry {
  readonly kind: string;
  readonly version: number | null;
  readonly data: Record<string, unknown>;
}

/**
 * What must hold of a verification whatever happened to the processes that worked on it: the ledger has one entry for each version,
 * without a gap and up to the present one; every move is legal; and no work on it is left lying. Returns its statuses.
 */
export async function expectSoundHistory(pool: pg.Pool, id: string): Promise<readonly VerificationStatus[]> {
  await expectNothingOverdue(pool, id);
  const { rows } = await pool.query<Entry>(
    'SELECT kind, version, data FROM ledger_entries WHERE verification_id = $1 ORDER BY version, id',
    [id],
  );
  const record = await pool.query<{ version: number; status: VerificationStatus }>(
    'SELECT version, status FROM verifications WHERE id = $1',
    [id],
  );
  const changes = rows.filter((entry) => entry.version !== null);
  expect(changes.map((entry) => entry.version)).toEqual(changes.map((_, index) => index + 1));
  expect(changes.filter((entry) => entry.kind === 'verification.created')).toHaveLength(1);
  expect(changes[0]?.kind).toBe('verification.created');

  // As the applier writes it.
  const statuses = changes.map((entry) => entry.data['to'] as VerificationStatus);
  const moves = statuses.slice(1).map((to, index) => ({ from: statuses[index] ?? to, to }));
  expect(moves.filter(({ from, to }) => !isLegalMove(from, to))).toEqual([]);
  expect(record.rows).toEqual([{ version: changes.length, status: statuses.at(-1) }]);
  return statuses;
}

async function expectNothingOverdue(pool: pg.Pool, id: string): Promise<void> {
  await eventually(async () => {
    const { rows } = await pool.query(
      `SELECT 'read' AS work, due_at FROM verifications WHERE id = $1 AND due_at <= now()
       UNION ALL
       SELECT 'webhook', due_at FROM signals WHERE verification_id = $1 AND state = 'pending'`,
      [id],
    );
    expect(rows).toEqual([]);
  });
}
