import { type OwnProcess, ownProgram } from './own-process.js';

/** How long an event loop was held up, in milliseconds, since it was asked last. */
export interface HeldUp {
  readonly p99: number;
  readonly max: number;
}

/** What a process that is {@link watched} is asked. */
export const HELD_UP = { asks: 'held up' } as const;

/** Node's flags and program, with one loaded before it that watches its event loop. */
export function watched(command: readonly string[]): readonly string[] {
  return ['--import', ownProgram('process/watch-loop.js'), ...command];
}

export function heldUp(process: OwnProcess): Promise<HeldUp> {
  return process.ask<HeldUp>(HELD_UP);
}
