import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { type LogLevel } from '../config.js';
import { errorFields } from './error-fields.js';
import { RequestContext } from './request-context.js';

/*
 * A log line holds what this list names and nothing else. An allow-list, because a list of what to remove is wrong from the day
 * somebody adds a field; and none of these can hold a person's data, a secret, a URL or a body.
 */
const TEXT_FIELDS = [
  'requestId',
  'tenantId',
  'verificationId',
  'connectionId',
  'deliveryId',
  'keyId',
  'jobId',
  /** Of the table in `kind`. */
  'rowId',
  'provider',
  'method',
  /** The pattern (`/v1/verifications/:id`), never the URL. */
  'route',
  'code',
  'fault',
  'effect',
  'event',
  'reason',
  'source',
  'kind',
  'role',
  'host',
  'signal',
  'context',
  'statement',
  'migration',
  'version',
  'state',
] as const;

const NUMBER_FIELDS = ['durationMs', 'delayMs', 'lagMs', 'count', 'attempt', 'bytes', 'port', 'pid'] as const;

type TextField = (typeof TEXT_FIELDS)[number];
type NumberField = (typeof NUMBER_FIELDS)[number];

export type LogFields = { readonly [K in TextField]?: string | undefined } & {
  readonly [K in NumberField]?: number | undefined;
} & {
  /** Of an HTTP answer, or of a verification. */
  readonly status?: number | string | undefined;
  readonly retry?: boolean | undefined;
  /** Anything thrown: its name, code and stack frames are written, its message never. */
  readonly error?: unknown;
};

/**
 * A message is fixed text in the source: what varies goes into fields, where the allow-list sees it. Of a string that is not known
 * in full, a Record is an index signature, which the empty type satisfies.
 */
// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type
type Fixed<M extends string> = M & (Record<never, never> extends Record<M, true> ? never : M);

export interface LogOptions {
  /** `info` unless given. */
  readonly level?: LogLevel;
  /** Where the JSON lines go; standard output unless given. */
  readonly destination?: DestinationStream;
}

const ALLOWED: ReadonlySet<string> = new Set([...TEXT_FIELDS, ...NUMBER_FIELDS, 'status', 'retry']);
/** Ids, codes, names and route patterns. No blank, `@` or `+`: those are in names, e-mail addresses and phone numbers. */
const TEXT = /^[\w.:/{}*-]{1,200}$/;
const MAX_MESSAGE = 200;

/** Writes JSON lines. The id of the request at hand is on every line by itself. */
export class Log {
  readonly #pino: Logger;

  constructor(options: LogOptions = {}) {
    this.#pino = pino(
      {
        level: options.level ?? 'info',
        base: null,
        messageKey: 'message',
        timestamp: stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      options.destination ?? pino.destination({ dest: 1, sync: true }),
    );
  }

  debug<M extends string>(message: Fixed<M>, fields?: LogFields): void {
    this.#write('debug', message, fields);
  }

  info<M extends string>(message: Fixed<M>, fields?: LogFields): void {
    this.#write('info', message, fields);
  }

  warn<M extends string>(message: Fixed<M>, fields?: LogFields): void {
    this.#write('warn', message, fields);
  }

  error<M extends string>(message: Fixed<M>, fields?: LogFields): void {
    this.#write('error', message, fields);
  }

  /** For the adapter of a framework only: a line whose text is not ours, cut to 200 characters. */
  foreign(level: 'warn' | 'error', text: string, fields?: LogFields): void {
    this.#write(level, text, fields);
  }

  #write(level: 'debug' | 'info' | 'warn' | 'error', message: string, fields: LogFields = {}): void {
    if (!this.#pino.isLevelEnabled(level)) return;
    this.#pino[level](allowed(fields), message.slice(0, MAX_MESSAGE));
  }
}

function allowed(fields: LogFields): Record<string, unknown> {
  const line: Record<string, unknown> = {};
  const requestId = RequestContext.current()?.requestId;
  if (requestId !== undefined && TEXT.test(requestId)) line['requestId'] = requestId;
  // The types say the same; this also holds for what a cast or plain JavaScript hands in.
  for (const [key, value] of Object.entries(fields)) {
    if (ALLOWED.has(key) && isPlain(value)) line[key] = value;
  }
  return fields.error === undefined ? line : Object.assign(line, errorFields(fields.error));
}

function isPlain(value: unknown): value is string | number | boolean {
  if (typeof value === 'string') return TEXT.test(value);
  return typeof value === 'number' || typeof value === 'boolean';
}
