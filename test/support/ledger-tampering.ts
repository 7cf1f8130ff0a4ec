import type pg from 'pg';

/** What the database lets nobody change, by triggers that are always there. */
export const APPEND_ONLY = ['ledger_entries', 'ledger_leaves', 'ledger_nodes', 'ledger_checkpoints'] as const;

/**
 * Changes a ledger as whoever owns the database can, and no role of ours: all of it or nothing, and with the triggers as they were
 * afterwards. Each statement is given as many of the values as it names. Throws where one changes no row: a test that changed nothing
 * would prove nothing.
 */
export async function tamper(
  pool: pg.Pool,
  values: readonly unknown[],
  ...statements: readonly string[]
): Promise<void> {
  const session = await pool.connect();
  try {
    await session.query('BEGIN');
    for (const table of APPEND_ONLY) await session.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
    for (const statement of statements) {
      const named = Math.max(0, ...[...statement.matchAll(/\$(\d)/g)].map(([, number]) => Number(number)));
      const { rowCount } = await session.query(statement, values.slice(0, named));
      if (rowCount === 0) throw new Error(`nothing was tampered with: ${statement}`);
    }
    for (const table of APPEND_ONLY)
      await session.query(
        `ALTER TABLE ${table} ENABLE ALWAYS TRIGGER append_only, ENABLE ALWAYS TRIGGER append_only_whole`,
      );
    await session.query('COMMIT');
  } catch (error) {
    await session.query('ROLLBACK');
    throw error;
  } finally {
    session.release();
  }
}
