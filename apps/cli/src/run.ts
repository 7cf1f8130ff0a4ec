import { CommanderError } from 'commander';

import { EXIT, type ExitCode } from './exit-code.js';
import { Failure, NotSo } from './failure.js';
import { createProgram } from './program.js';
import { type GlobalOptions } from './session.js';
import { type Surroundings } from './surroundings.js';
import { paintFor, shown } from './terminal/paint.js';

const SHOWN = new Set(['commander.helpDisplayed', 'commander.version']);

/** Runs one command line, without the program's own name. Never rejects: what goes wrong is told, and is the exit code. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const program = createProgram(surroundings);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    // Commander has said what it has to say.
    if (error instanceof CommanderError) return SHOWN.has(error.code) ? EXIT.ok : EXIT.usage;
    if (error instanceof NotSo) return error.exitCode;
    if (surroundings.interruption.aborted) return EXIT.interrupted;
    const failure = error instanceof Failure ? error : unexpected(error);
    surroundings.stderr.write(report(failure, program.opts<GlobalOptions>(), surroundings));
    return failure.exitCode;
  }
}

function unexpected(error: unknown): Failure {
  const what =
    error instanceof Error ? `${error.name}: ${error.message}` : 'something that is no error was thrown';
  return new Failure(EXIT.notSo, `The command failed unexpectedly: ${what}`, {
    json: { code: 'unexpected' },
  });
}

function report(failure: Failure, options: GlobalOptions, { stderr, configuration }: Surroundings): string {
  const { message, lines, hint, json } = failure;
  if (options.json === true) return `${JSON.stringify({ error: { ...json, detail: message, hint } })}\n`;
  const paint = paintFor(stderr, configuration.noColor || !options.color);
  return [
    `${paint('red', 'Error:')} ${shown(message)}`,
    ...lines.map((line) => `  ${shown(line)}`),
    ...(hint === null ? [] : [`${paint('yellow', 'What helps:')} ${shown(hint)}`]),
    '',
  ].join('\n');
}
