import { EXIT, type ExitCode } from './exit-code.js';

interface FailureDetails {
  /** More about it, line by line. */
  readonly lines?: readonly string[];
  /** What helps. */
  readonly hint?: string | null;
  /** For programs: beside `detail`, which is the message. */
  readonly json?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** Ends a command: what happened, in words for a person, and what helps. Must hold no secret. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly lines: readonly string[];
  readonly hint: string | null;
  readonly json: Readonly<Record<string, unknown>>;

  constructor(
    readonly exitCode: ExitCode,
    message: string,
    { lines = [], hint = null, json = {}, cause }: FailureDetails = {},
  ) {
    super(message, { cause });
    this.lines = lines;
    this.hint = hint;
    this.json = json;
  }
}

/** The command line, a file or a variable is not what it has to be. */
export function misuse(message: string, hint: string | null = null): Failure {
  return new Failure(EXIT.usage, message, { hint, json: { code: 'wrong_use' } });
}

/** All was said already; only the exit code is left to tell that the thing asked for is not so. */
export class NotSo extends Error {
  override readonly name = 'NotSo';

  constructor(readonly exitCode: ExitCode = EXIT.notSo) {
    super('what was asked for is not so');
  }
}
