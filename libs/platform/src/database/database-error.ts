import pg from 'pg';
import { isError } from '../system-error.js';

/** SQLSTATE 08006: the connection was lost, and with it whatever was not committed. */
export const CONNECTION_LOST = '08006';
/** SQLSTATE 53300: no connection to be had, here or at the server. */
export const TOO_MANY = '53300';
/** SQLSTATE 08007: the connection was lost while committing; whether the transaction happened is not known. */
export const OUTCOME_UNKNOWN = '08007';

/**
 * A statement failed. Says which one, why, and what constraint was in the way, and never repeats a value: PostgreSQL's own
 * `detail`, and for some errors its message, quote rows and parameters.
 */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  /** SQLSTATE, or the code of a failed connection (`ECONNREFUSED`). */
  readonly code: string;
  /** Name of the statement. */
  readonly statement: string;
  readonly constraint: string | null;
  readonly table: string | null;
  /** The server has ended the session with it. */
  readonly endsSession: boolean;

  constructor(
    code: string,
    statement: string,
    reason: string,
    further: {
      readonly constraint?: string | undefined;
      readonly table?: string | undefined;
      readonly endsSession?: boolean;
    } = {},
  ) {
    super(`${statement}: ${reason} (${code})`);
    this.code = code;
    this.statement = statement;
    this.constraint = further.constraint ?? null;
    this.table = further.table ?? null;
    this.endsSession = further.endsSession ?? false;
  }
}

/** Whether a row collided with another one; with `constraint`, in that unique constraint or index. */
export function isUniqueViolation(error: unknown, constraint?: string): error is DatabaseError {
  return violates(error, '23505', constraint);
}

/** Whether a row broke a check constraint; with `constraint`, that one. */
export function isCheckViolation(error: unknown, constraint?: string): error is DatabaseError {
  return violates(error, '23514', constraint);
}

/** The session has ended, by the network's doing or the server's. What was not in a transaction may have been carried out. */
export function isConnectionLost(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && SESSION_ENDED.has(error.code);
}

/** Also server going down, crash of another session. */
const SESSION_ENDED = new Set([CONNECTION_LOST, '57P01', '57P02']);

function violates(error: unknown, code: string, constraint: string | undefined): error is DatabaseError {
  return (
    error instanceof DatabaseError &&
    error.code === code &&
    (constraint === undefined || error.constraint === constraint)
  );
}

/**
 * Classes of SQLSTATE whose message consists of names from the schema only. Not 22 (quotes the value), not 42601 (text search
 * and JSON paths report it with the user's text), not P0 (whatever a function raised).
 */
const NAMES_ONLY = /^(08|23|25|40|42(?!601)|53|55|57)/;

/** Of a connection that was open; one that cannot be opened keeps its code (`ECONNREFUSED`). */
const LOST = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

const ENDS_SESSION = new Set(['FATAL', 'PANIC']);
/**
 * A pooler that has lost the server answers in its place, with 08P01 whatever was under way; a COMMIT may have reached it. With the same
 * code, but less severe, the server says that a statement of ours is not as it should be.
 */
const SAYS_LOST = /^08/;

/** Any failure of `pg` as a DatabaseError without values. */
export function toDatabaseError(error: unknown, statement: string): DatabaseError {
  if (error instanceof DatabaseError) return error;
  if (error instanceof pg.DatabaseError && error.code !== undefined) {
    const endsSession = ENDS_SESSION.has(error.severity ?? '');
    if (endsSession && SAYS_LOST.test(error.code)) return lost(statement);
    const reason = NAMES_ONLY.test(error.code) ? error.message : 'the statement failed';
    return new DatabaseError(error.code, statement, reason, {
      constraint: error.constraint,
      table: error.table,
      endsSession,
    });
  }
  // The pool says by a text alone that none of its connections became free in time.
  if (isError(error) && error.message.startsWith('timeout exceeded when trying to connect')) {
    return new DatabaseError(TOO_MANY, statement, 'no connection became free in time');
  }
  const code = isError(error) && 'code' in error ? error.code : undefined;
  // pg reports a lost connection by the socket's error, or by one without a code.
  if (typeof code !== 'string' || LOST.has(code)) return lost(statement);
  return new DatabaseError(code, statement, 'the connection failed');
}

function lost(statement: string): DatabaseError {
  return new DatabaseError(CONNECTION_LOST, statement, 'the connection failed');
}
