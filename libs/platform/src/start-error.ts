import { hasCode } from './system-error.js';

/**
 * The program cannot start, for a reason that the operator can act on. `lines` are printed as they are, one problem each;
 * they name what is wrong and never carry a value from the environment or from the database.
 */
export class StartError extends Error {
  override readonly name: string = 'StartError';
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.lines = lines;
  }
}

/** A variable of the environment is missing or breaks its rule: `NAME: rule`, one line for each. */
export class ConfigError extends StartError {
  override readonly name = 'ConfigError';
}

/** A failure to use the folder of DATA_DIR as the line that says so; anything else as it is. */
export function asDataDirError(error: unknown): unknown {
  if (!hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR', 'EEXIST')) return error;
  return new StartError([`DATA_DIR: must be a folder that this user may read and write (${error.code})`]);
}
