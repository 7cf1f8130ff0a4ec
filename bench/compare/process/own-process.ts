import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { type Layout, type Part, placed } from './layout.js';

/** A process of the bench's. */
export interface OwnProcess {
  readonly pid: number;
  /** Sends a message and waits for the answer; one at a time. Rejects when the process ends instead. */
  ask<T>(message: object): Promise<T>;
  /** The first message that it sends by itself. */
  readonly first: Promise<unknown>;
  /** Takes it out of the way of others without ending it. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

export interface Start {
  readonly layout: Layout;
  readonly part: Part;
  /** Node's flags, the program and its arguments. */
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** A program of the bench: its path below the bench's folder, as it is built. */
export function ownProgram(path: string): string {
  return join(import.meta.dirname, '..', path);
}

const STOP_MS = 20_000;
const running = new Set<ChildProcess>();
// Whatever becomes of the bench, no child outlives it.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export function start({ layout, part, command, environment = {} }: Start): OwnProcess {
  const [program = '', ...rest] = placed(layout, part, [process.execPath, ...command]);
  const child = spawn(program, rest, {
    // No variable of whoever runs the bench reaches what is measured.
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...environment },
    // Nobody reads a log while it is written; what goes wrong is said where the bench says it.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // JSON, which is the usual way, has no Infinity.
    serialization: 'advanced',
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} cannot be run`);
  running.add(child);
  const ended = once(child, 'exit').then(([code, signal]: unknown[]) => {
    running.delete(child);
    return new Error(`${command.join(' ')} has ended with ${String(code ?? signal)}`);
  });
  const message = async (): Promise<unknown> => {
    const first = await Promise.race([once(child, 'message'), ended]);
    if (first instanceof Error) throw first;
    return first[0];
  };
  const first = message();
  // Who expects none is not told.
  first.catch(() => undefined);
  return {
    pid,
    first,
    async ask<T>(question: object) {
      const answer = message();
      child.send(question);
      // The other side is a program of this folder.
      return (await answer) as T;
    },
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    async stop() {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const hung = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(hung);
    },
  };
}
