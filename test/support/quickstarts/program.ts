import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

import { eventually } from '../eventually.js';
import { codeOf } from '../gateway-process.js';

/** A program of a reader of ours. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** One that goes on until it is stopped. */
export interface RunningProgram {
  /** Resolves when standard output has this text in it; rejects with all that was said if it never has. */
  says(text: string): Promise<void>;
  stdout(): string;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) kill(child);
});

/** With all that it has started: `go run` is not the program, but its parent. */
function kill({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It has gone by itself meanwhile.
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

/** Whether the language is at hand. */
export function isAtHand(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** Runs a program to its end: what it said, or an error that shows it. */
export async function run(program: Program): Promise<string> {
  const { child, said } = start(program);
  child.stdin.end(program.input ?? '');
  const [code] = (await once(child, 'close')) as unknown[];
  if (code === 0) return said.stdout;
  throw new Error(`${program.args.join(' ')} ended with ${String(code)}:\n${said.stdout}${said.stderr}`);
}

export function launch(program: Program): RunningProgram {
  const { child, said } = start(program);
  child.stdin.end();
  return {
    stdout: () => said.stdout,
    says: (text) =>
      eventually(() => {
        if (!said.stdout.includes(text)) throw new Error(`not said: ${text}\n${said.stdout}${said.stderr}`);
      }),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'close');
      kill(child);
      await gone;
    },
  };
}

interface Said {
  stdout: string;
  stderr: string;
}

function start({ command, args, folder, environment }: Program): {
  child: ChildProcessWithoutNullStreams;
  said: Said;
} {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(command, args, { cwd: folder, env: { PATH, HOME, ...environment }, detached: true });
  running.add(child);
  const said: Said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      said[name] += chunk;
    });
  // Whoever refuses a message for its age does not read it; what it says about it is what counts.
  child.stdin.on('error', (error) => {
    if (codeOf(error) !== 'EPIPE') throw error;
  });
  child.once('close', () => running.delete(child));
  return { child, said };
}
