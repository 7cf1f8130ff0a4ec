import pg from 'pg';

/** A statement as the gateway sent it, with the session that it went to. */
export interface SentStatement {
  readonly session: pg.Client;
  readonly name: string | undefined;
  readonly text: string;
  readonly values: readonly unknown[];
  /** Until the rows were there. */
  ms: number;
}

/** A query of the driver's own, which tells what has become of it by a function instead of a promise. */
interface QueryObject {
  submit: unknown;
  callback: (...answer: unknown[]) => void;
}

function isQueryObject(first: unknown): first is QueryObject {
  return typeof first === 'object' && first !== null && 'submit' in first && 'callback' in first;
}

function onAnswer(query: QueryObject, then: () => void): void {
  const { callback } = query;
  query.callback = (...answer) => {
    then();
    callback(...answer);
  };
}

interface QueryConfig {
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly unknown[];
}

type Query = (this: pg.Client, ...parameters: unknown[]) => unknown;

const SETS_UP = 'enter_reach';

/** Looks on at all statements of this process' sessions, in whose driver it takes the place of `query`. */
export class StatementListener {
  #heard: SentStatement[] = [];
  #isListening = false;
  readonly #query: Query;

  constructor() {
    // The driver's overloads have one implementation, which takes whatever they take.
    const prototype = pg.Client.prototype as unknown as { query: Query };
    const query = prototype.query;
    this.#query = query;
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the function below has a `this` of its own
    const listener = this;
    prototype.query = function (...parameters) {
      const [first] = parameters;
      const sent = listener.#note(this, first);
      if (sent === null) return query.apply(this, parameters);
      const startedAt = performance.now();
      const noteTime = (): void => {
        sent.ms = performance.now() - startedAt;
      };
      if (isQueryObject(first)) onAnswer(first, noteTime);
      const answer = query.apply(this, parameters);
      return answer instanceof Promise ? answer.finally(noteTime) : answer;
    };
  }

  /** What `work` sends; of one caller at a time. */
  async during<T>(
    work: () => Promise<T>,
  ): Promise<{ readonly result: T; readonly statements: readonly SentStatement[] }> {
    this.#heard = [];
    this.#isListening = true;
    try {
      const result = await work();
      return { result, statements: this.#heard };
    } finally {
      this.#isListening = false;
    }
  }

  /**
   * The plan that the session has for the statement with these values, be it made for them or for all: of a prepared one it is asked to
   * explain the execution, not the text. Runs it once more.
   */
  async plan({ session, name, text, values }: SentStatement): Promise<unknown> {
    const options = 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)';
    const list = values.length === 0 ? '' : `(${values.map(literal).join(', ')})`;
    const asked =
      name === undefined
        ? { text: `${options} ${text}`, values: [...values] }
        : `${options} EXECUTE ${pg.escapeIdentifier(name)}${list}`;
    const answer = (await this.#query.call(session, asked)) as pg.QueryResult<{ 'QUERY PLAN': unknown }>;
    return answer.rows[0]?.['QUERY PLAN'];
  }

  #note(session: pg.Client, first: unknown): SentStatement | null {
    if (!this.#isListening || !isConfig(first)) return null;
    if (first.name === SETS_UP) return null;
    const sent = { session, name: first.name, text: first.text, values: first.values ?? [], ms: NaN };
    this.#heard.push(sent);
    return sent;
  }
}

/** Whether it only reads, so that it can be run once more. */
export function isReading({ text }: SentStatement): boolean {
  return !/\b(?:INSERT|UPDATE|DELETE)\b/.test(text);
}

function isConfig(value: unknown): value is QueryConfig {
  return typeof value === 'object' && value !== null && 'text' in value;
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return pg.escapeLiteral(written(value));
}

function written(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`;
  if (Array.isArray(value))
    return `{${value.map((item: unknown) => (item === null ? 'NULL' : JSON.stringify(written(item)))).join(',')}}`;
  return JSON.stringify(value);
}
