/*
 * Prisma's record of a migration says when it was begun and when it had finished. Ours also says in between that it is recorded as finished
 * by its own transaction: as long as it is not, nothing of it is there, whenever its process died.
 */

const FINISHES_ITSELF = 'recorded as finished together with its script';

/** There is one at a time: the engine records that it has begun before it gives out the script. */
const OPEN = 'finished_at IS NULL AND rolled_back_at IS NULL';

const change = (columns: string): string =>
  `DO $record$ BEGIN
     IF to_regclass('_prisma_migrations') IS NOT NULL THEN UPDATE _prisma_migrations SET ${columns} WHERE ${OPEN}; END IF;
   END $record$`;

/** Before the script, by itself. */
export const RECORD_BEGINNING = change(`logs = '${FINISHES_ITSELF}'`);
/** After the script, in its transaction. */
export const RECORD_END = change('logs = NULL, finished_at = now()');

/** What the sessions are called in which scripts run. */
export const SCRIPT_SESSION = 'gatehouse migration script';

/** For who has the migrations' lock: whoever runs a script without it is a session whose process has died. */
export const END_STRAGGLERS = `SELECT pg_terminate_backend(pid, 10000) AS has_ended FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = '${SCRIPT_SESSION}'`;
/** After that: what is there no more, to be begun anew. */
export const GIVE_UP_UNFINISHED = `UPDATE _prisma_migrations SET rolled_back_at = now()
  WHERE ${OPEN} AND logs = '${FINISHES_ITSELF}' RETURNING migration_name AS name`;
