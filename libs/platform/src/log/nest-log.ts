import { type Log } from './log.js';
import { isError } from '../system-error.js';

/** The part of Nest's LoggerService that Nest calls; written out here so that the platform needs no framework. */
export interface FrameworkLogger {
  log(message: unknown, ...optional: unknown[]): void;
  error(message: unknown, ...optional: unknown[]): void;
  warn(message: unknown, ...optional: unknown[]): void;
  debug(message: unknown, ...optional: unknown[]): void;
  verbose(message: unknown, ...optional: unknown[]): void;
  fatal(message: unknown, ...optional: unknown[]): void;
}

/**
 * Nest's own lines through our filter, for `NestFactory.create(…, { logger: new NestLog(log) })`: warnings and errors with their
 * context, nothing below (Nest tells every route at every start). Of an error only what `errorFields` allows.
 */
export class NestLog implements FrameworkLogger {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  log(): void {
    // Below warn: not ours to repeat.
  }

  debug(): void {
    // Below warn.
  }

  verbose(): void {
    // Below warn.
  }

  warn(message: unknown, ...optional: unknown[]): void {
    this.#write('warn', message, optional);
  }

  error(message: unknown, ...optional: unknown[]): void {
    this.#write('error', message, optional);
  }

  fatal(message: unknown, ...optional: unknown[]): void {
    this.#write('error', message, optional);
  }

  #write(level: 'warn' | 'error', message: unknown, optional: unknown[]): void {
    // Nest passes (message, context) or (message, stack, context).
    const last = optional.at(-1);
    const context = typeof last === 'string' && !isStack(last) ? last : undefined;
    const ofError = optional.some((value) => typeof value === 'string' && isStack(value));
    if (typeof message === 'string' && !ofError) {
      this.#log.foreign(level, message, { context });
    } else {
      // An error, or the text of one: it may quote anything.
      this.#log.foreign(level, 'the framework reports an error', {
        context,
        ...(isError(message) ? { error: message } : {}),
      });
    }
  }
}

function isStack(text: string): boolean {
  return /\n[ \t]+at /.test(text);
}
