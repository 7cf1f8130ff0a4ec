import pg from 'pg';

import { parsers } from './types.js';

/** What is used of the driver's own class, whose published types leave it out. It takes no other kind of query while it pipelines. */
interface DriverQuery extends pg.Submittable {
  name: string;
  callback: Done;
  /** Sends Parse, unless this session has parsed the statement, then Bind, Describe, Execute and Sync. */
  prepare(connection: pg.Connection): void;
}

type Done = (error: Error | null, rows: unknown[]) => void;

const Driver = pg.Query as unknown as new (text: string, values: readonly unknown[]) => DriverQuery;

/** Of a column, as the server describes it. */
interface Field {
  readonly name: string;
  readonly dataTypeID: Parameters<typeof parsers.getTypeParser>[0];
}

interface Column {
  readonly name: string;
  readonly read: (text: string) => unknown;
}

/** The columns of a statement's rows, and a row without values, so that all rows are objects of one shape. */
interface Description {
  readonly columns: readonly Column[];
  readonly blank: Readonly<Record<string, unknown>>;
}

/** What is known of one connection: statements by name, and the connection for those that are described. */
interface Session {
  readonly described: Map<string, Description>;
  readonly undescribing: pg.Connection;
}

const sessions = new WeakMap<pg.Connection, Session>();

function sessionOf(connection: pg.Connection): Session {
  let session = sessions.get(connection);
  if (session === undefined) {
    const undescribing = Object.create(connection, { describe: { value: () => undefined } }) as pg.Connection;
    session = { described: new Map(), undescribing };
    sessions.set(connection, session);
  }
  return session;
}

/**
 * A prepared statement whose result is described to each session once. The driver asks for the description, and reads it, at every
 * execution, which is a third of what a wide row costs it. PostgreSQL itself refuses to run a prepared statement whose result has
 * changed since (0A000).
 */
class NamedQuery extends Driver {
  readonly #rows: unknown[] = [];
  #session: Session | null = null;
  #description: Description | null = null;
  #failure: Error | null = null;

  constructor(name: string, text: string, values: readonly unknown[], done: Done) {
    super(text, values);
    this.name = name;
    this.callback = done;
  }

  override prepare(connection: pg.Connection): void {
    this.#session = sessionOf(connection);
    this.#description = this.#session.described.get(this.name) ?? null;
    super.prepare(this.#description === null ? connection : this.#session.undescribing);
  }

  /** Of a statement that returns nothing there is none, and it is asked for each time. */
  handleRowDescription({ fields }: { readonly fields: readonly Field[] }): void {
    const columns = fields.map(({ name, dataTypeID }) => ({
      name,
      read: parsers.getTypeParser(dataTypeID, 'text') as Column['read'],
    }));
    this.#description = { columns, blank: Object.fromEntries(columns.map(({ name }) => [name, null])) };
    this.#session?.described.set(this.name, this.#description);
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    if (this.#failure !== null) return;
    if (this.#description === null) {
      this.#failure = new Error('a row came without its description');
      return;
    }
    const { columns, blank } = this.#description;
    const row = { ...blank };
    try {
      let next = 0;
      for (const { name, read } of columns) {
        const text = fields[next] ?? null;
        if (text !== null) row[name] = read(text);
        next += 1;
      }
      this.#rows.push(row);
    } catch (error) {
      // A value that is not what its type says. The session goes on; its next statement is none the worse.
      this.#failure = error as Error;
    }
  }

  handleCommandComplete(): void {
    // The driver counts the rows here.
  }

  handleError(error: Error): void {
    this.callback(error, []);
  }

  handleReadyForQuery(): void {
    this.callback(this.#failure, this.#rows);
  }
}

/** The rows of a statement that is prepared under its name once for each session. Rejects with what the driver or the server says. */
export function queryNamed(
  client: pg.ClientBase,
  { name, text }: { readonly name: string; readonly text: string },
  values: readonly unknown[],
): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    client.query(
      new NamedQuery(name, text, values, (error, rows) => {
        if (error === null) resolve(rows);
        else reject(error);
      }),
    );
  });
}
