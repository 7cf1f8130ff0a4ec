import { errorFields } from './log/error-fields.js';
import { StartError } from './start-error.js';

/**
 * Runs a program. When it rejects, says why on standard error and sets exit code 1: the lines of a StartError as they are; of anything
 * else its name, code and stack frames, as messages may hold data.
 */
export async function runProgram(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    process.exitCode = 1;
    for (const line of explain(error)) process.stderr.write(`${line}\n`);
  }
}

function explain(error: unknown): readonly string[] {
  if (error instanceof StartError) return error.lines;
  const { errorName, errorCode, stackFrames } = errorFields(error);
  const code = errorCode === undefined ? '' : ` (${errorCode})`;
  return [`unexpected ${errorName}${code}`, ...(stackFrames ?? []).map((frame) => `    at ${frame}`)];
}
