import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { findProjectRoot } from '@gatehouse/platform';

/** The three twins in a process of their own. */
export interface SimulatorProcess {
  readonly origin: string;
  close(): Promise<void>;
}

export async function startSimulator(port: number): Promise<SimulatorProcess> {
  const program = join(findProjectRoot(), 'dist', 'apps', 'simulator', 'src', 'main.js');
  if (!existsSync(program)) throw new Error('build first: npm run build');
  const child = spawn(process.execPath, [program], {
    env: { PATH: process.env['PATH'] ?? '', SIMULATOR_HOST: '127.0.0.1', SIMULATOR_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Whatever becomes of us, it does not outlive us.
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', kill);
  const ended = once(child, 'close');
  await Promise.race([
    isReady(child),
    ended.then(() => Promise.reject(new Error('the simulator ended before it was ready'))),
  ]);
  return {
    origin: `http://127.0.0.1:${port}`,
    async close() {
      kill();
      await ended;
      process.off('exit', kill);
    },
  };
}

function isReady({ stdout }: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    let text = '';
    stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('simulator ready')) resolve();
    });
  });
}
