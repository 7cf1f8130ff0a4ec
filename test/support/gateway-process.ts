import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findProjectRoot } from '@gatehouse/platform';

// The same from here and from `dist/`, where a program of the tests runs.
const ROOT = findProjectRoot();
const READY = /^Gatehouse is ready: (\S+) /m;

interface Command {
  readonly environment: Environment;
  readonly arguments: readonly string[];
}

const COMMAND = gatewayCommand();
/** What `npm run gateway` gives to Node once all is built: its flags and the program. */
export const GATEWAY_ARGUMENTS = COMMAND.arguments;
/** The variables that it sets itself. */
export const GATEWAY_ENVIRONMENT = COMMAND.environment;

function gatewayCommand(): Command {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: { gateway: string };
  };
  const [, variables, words] = /&& ((?:\w+=\w+ )*)node (\S[^&|;"']*)$/.exec(scripts.gateway) ?? [];
  if (variables === undefined || words === undefined)
    throw new Error(`the script "gateway" ends with no call of Node: ${scripts.gateway}`);
  const pairs = variables.split(' ').filter((variable) => variable !== '');
  return {
    environment: Object.fromEntries(pairs.map((pair) => pair.split('='))) as Environment,
    arguments: words.split(' '),
  };
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The program as an operator runs it, with the same flags, in a process of its own. */
export interface GatewayProcess {
  readonly pid: number;
  /** Standard output so far, the log included. */
  stdout(): string;
  stderr(): string;
  /** Resolves with the origin of the ready line; rejects with what was printed when the process ends before. */
  readonly ready: Promise<string>;
  /** Resolves when the process has ended and all its output was read. */
  readonly ended: Promise<Exit>;
  /** Sends the signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<Exit>;
}

export type Environment = Readonly<Record<string, string>>;

const running = new Set<ChildProcess>();
// Whatever becomes of Jest, no child of its outlives it.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** With `environment` and nothing else: no variable of whoever runs the tests reaches the program. */
export function launchGateway(environment: Environment): GatewayProcess {
  const [program = '', ...flags] = GATEWAY_ARGUMENTS.toReversed();
  const child = spawn(process.execPath, [...flags.toReversed(), join(ROOT, program)], {
    // Where no `.data` of a developer is.
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'] ?? '', ...GATEWAY_ENVIRONMENT, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${process.execPath} cannot be run`);
  running.add(child);
  let stdout = '';
  let stderr = '';
  const ended = once(child, 'close').then(([code, signal]: unknown[]): Exit => {
    running.delete(child);
    // As Node documents the event.
    return { code: code as number | null, signal: signal as NodeJS.Signals | null };
  });
  const ready = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
      const url = READY.exec(stdout)?.[1];
      if (url !== undefined) resolve(url.replace('localhost', '127.0.0.1'));
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    void ended.then(({ code, signal }) => {
      reject(
        new Error(`the gateway ended (${String(code ?? signal)}) before it was ready:\n${stdout}${stderr}`),
      );
    });
  });
  // Who does not wait for it is interested in the end.
  ready.catch(() => undefined);
  return {
    pid,
    stdout: () => stdout,
    stderr: () => stderr,
    ready,
    ended,
    stop(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

/** Kills whatever a test has left running, and waits until it is gone. */
export async function killGateways(): Promise<void> {
  await Promise.all(
    [...running].map(async (child) => {
      const gone = once(child, 'close');
      child.kill('SIGKILL');
      await gone;
    }),
  );
}

/** Whether the process runs. One that has ended keeps its number until somebody waits for it, which in a bare container nobody does. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
  try {
    return !/^\d+ \(.*\) Z /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // No such file: it went meanwhile, or this is not Linux.
    return process.platform !== 'linux';
  }
}

/** A free port below those that the system hands to outgoing connections, so that it stays free between two starts. */
export async function unusedPort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => {
        resolve(false);
      });
      server.listen(port, '127.0.0.1', () => {
        server.close(() => {
          resolve(true);
        });
      });
    });
    if (isFree) return port;
  }
}

/** The system's code of a failure. No question of `instanceof`: Node's own errors are of another realm than Jest's. */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
