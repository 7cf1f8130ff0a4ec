import { type Readable, type Writable } from 'node:stream';

import { type Configuration } from './configuration.js';

/** A stream that may be a terminal. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };
export type Input = Readable & { readonly isTTY?: boolean };

/** All that a command sees of the world, so that a test can hand it another. */
export interface Surroundings {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly configuration: Configuration;
  /** Aborted by Ctrl-C. */
  readonly interruption: AbortSignal;
  readonly now: () => Date;
}
