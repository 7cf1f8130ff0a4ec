import pg from 'pg';

import { Dice } from '../../chaos/dice.js';
import { refusalsOf } from './refusals.js';
import { statementsOf } from './sql-words.js';

export interface Misfortune {
  /** The same decisions in the same order for the same seed. */
  readonly seed: string;
  /** Of all transactions, of single statements as well. */
  readonly share: number;
}

export interface DistributedMode {
  /** A line for each statement that was refused: its name, the rule, its text. */
  readonly refused: readonly string[];
  /** How often 40001 was raised so far: in a transaction, instead of its COMMIT, of a statement by itself. */
  readonly raised: Readonly<Record<Moment, number>>;
  /** From now on sessions are PostgreSQL's own again. */
  end(): void;
}

type Moment = 'within' | 'commit' | 'alone';

interface Session {
  isInTransaction: boolean;
  /** Statements that still succeed before one is refused; null: all of them. */
  left: number | null;
}

/** What the gateway's sessions call themselves. A test's own are let alone, and so are migrations. */
const OURS = 'gatehouse';
/** A transaction that is to fail does so at one of its first statements, or at its COMMIT where that comes earlier. */
const LATEST_STATEMENT = 5;

/**
 * The gateway's sessions with PostgreSQL as one of the engines would have them that spread it over many machines: what these refuse
 * is refused (0A000), and now and then a transaction is told to try again (40001), as with them every transaction has to expect. It is the
 * server that raises both, so that the session is left as it would be. For the modules of this spec file.
 */
export function actDistributed({ seed, share }: Misfortune): DistributedMode {
  const dice = new Dice(seed);
  const refused: string[] = [];
  const raised: Record<Moment, number> = { within: 0, commit: 0, alone: 0 };
  const sessions = new WeakMap<pg.Client, Session>();
  // Called with the session that it is taken from.
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const query = pg.Client.prototype.query as (this: pg.Client, ...given: unknown[]) => unknown;

  const sessionOf = (client: pg.Client): Session => {
    const session = sessions.get(client) ?? { isInTransaction: false, left: null };
    sessions.set(client, session);
    return session;
  };

  /** The code that the statement fails with instead of being run. */
  const failureOf = (session: Session, { name, text }: Asked): '0A000' | '40001' | null => {
    if (isOpening(text)) return null;
    const rules = refusalsOf(name, text);
    if (rules.length > 0) {
      refused.push(
        ...rules.map((rule) => `${name ?? '(unnamed)'} ${rule}: ${text.replaceAll(/\s+/gu, ' ')}`),
      );
      return '0A000';
    }
    const moment = misfortuneOf(session, text);
    if (moment === null) return null;
    raised[moment] += 1;
    return '40001';
  };

  const misfortuneOf = (session: Session, text: string): Moment | null => {
    const [[{ text: first } = { text: '' }] = []] = statementsOf(text);
    if (first === 'begin' || first === 'start') {
      session.isInTransaction = true;
      session.left = dice.happens(share) ? dice.whole(LATEST_STATEMENT) : null;
      return null;
    }
    if (['commit', 'end', 'rollback', 'abort'].includes(first)) {
      const isRefused = session.left !== null && (first === 'commit' || first === 'end');
      session.isInTransaction = false;
      session.left = null;
      return isRefused ? 'commit' : null;
    }
    // What looks at no table meets nobody.
    if (!/\b(?:from|into|update)\b/iu.test(text)) return null;
    if (!session.isInTransaction) return dice.happens(share) ? 'alone' : null;
    if (session.left === null) return null;
    session.left -= 1;
    if (session.left >= 0) return null;
    session.left = null;
    return 'within';
  };

  const shim = function (this: pg.Client, ...given: unknown[]): unknown {
    const asked = askedIn(given);
    if (asked === null || nameOf(this) !== OURS) return query.apply(this, given);
    const code = failureOf(sessionOf(this), asked);
    if (code === null) return query.apply(this, given);
    const callback = given.find((each) => typeof each === 'function') ?? callbackOf(given[0]);
    return query.apply(this, callback === undefined ? [raise(code)] : [raise(code), callback]);
  };
  pg.Client.prototype.query = shim as typeof pg.Client.prototype.query;
  return {
    refused,
    raised,
    end: () => {
      pg.Client.prototype.query = query as typeof pg.Client.prototype.query;
    },
  };
}

interface Asked {
  readonly name: string | null;
  readonly text: string;
}

/** Of a call of `query`, which takes a text or an object. */
function askedIn([first]: readonly unknown[]): Asked | null {
  if (typeof first === 'string') return { name: null, text: first };
  if (typeof first !== 'object' || first === null || !('text' in first) || typeof first.text !== 'string')
    return null;
  const [, noted = null] = /^\/\* (\w+) \*\//.exec(first.text) ?? [];
  const name = 'name' in first && typeof first.name === 'string' ? first.name : noted;
  return { name, text: first.text };
}

/** A query that is an object of the driver's has its own. */
function callbackOf(first: unknown): unknown {
  return typeof first === 'object' && first !== null && 'callback' in first ? first.callback : undefined;
}

function nameOf(client: pg.Client): unknown {
  // Its types leave it out.
  return (client as unknown as { readonly connectionParameters: { readonly application_name?: unknown } })
    .connectionParameters.application_name;
}

/** What a session is set to when it is opened, its role last. It stays so for as long as the session, which every engine takes. */
function isOpening(text: string): boolean {
  const statements = statementsOf(text);
  return statements.every(([first]) => first?.text === 'set') && statements.at(-1)?.[1]?.text === 'role';
}

function raise(code: string): string {
  return `DO $$ BEGIN RAISE EXCEPTION 'distributed mode' USING ERRCODE = '${code}'; END $$`;
}
