import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

import { findProjectRoot } from '@gatehouse/platform';

import { type Environment } from '../../support/gateway-process.js';
import { type Check } from '../invariants/check.js';
import { after, underPressure } from './pressure.js';
import { nothingMissing, type Scenario } from './scenario.js';
import { openServer } from './server.js';

const PRELOAD = join(findProjectRoot(), 'dist', 'test', 'chaos', 'cluster', 'shifted-clock.js');
/** Five minutes apart, and neither as far from the receiver's as its tolerance. */
const APART_MS = [150_000, -150_000] as const;
const BEFORE = 12;
const JUMP_MS = 3_600_000;
const JUMPED_MS = 4_000;

export const apart: Scenario = {
  name: 'clocks-apart',
  what: 'two gateways whose machines’ clocks are five minutes apart',
  missing: nothingMissing,
  run: (say) =>
    withClocks(APART_MS, say, async (_, soFar) => {
      await after(BEFORE, soFar);
      return [];
    }),
};

export const jump: Scenario = {
  name: 'clock-jumps',
  what: 'a gateway’s clock is an hour behind for some seconds, and then the other’s an hour ahead',
  missing: nothingMissing,
  run: (say) =>
    withClocks([0, 0], say, async (clocks, soFar) => {
      const [one, other] = clocks;
      await after(BEFORE, soFar);
      await one?.set(-JUMP_MS);
      say('an hour back');
      await delay(JUMPED_MS);
      await one?.set(0);
      await after(2 * BEFORE, soFar);
      await other?.set(JUMP_MS);
      say('an hour ahead');
      await delay(JUMPED_MS);
      await other?.set(0);
      return [];
    }),
};

interface MovedClock {
  readonly environment: Environment;
  set(offsetMs: number): Promise<void>;
}

async function withClocks(
  offsets: readonly number[],
  say: (line: string) => void,
  trouble: (clocks: readonly MovedClock[], soFar: Parameters<typeof after>[1]) => Promise<readonly Check[]>,
): Promise<readonly Check[]> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'gatehouse-chaos-')), (made) =>
    rm(made, { recursive: true }),
  );
  const server = stack.adopt(await openServer(), (opened) => opened.close());
  const clocks = await Promise.all(
    offsets.map((offset, index) => clockIn(join(folder, String(index)), offset)),
  );
  return await underPressure({
    databaseUrl: server.url,
    gateways: clocks.map(({ environment }) => environment),
    isNobodyCutOff: true,
    say,
    trouble: (_, soFar) => trouble(clocks, soFar),
  });
}

async function clockIn(file: string, offsetMs: number): Promise<MovedClock> {
  const set = (offset: number): Promise<void> => writeFile(file, String(offset));
  await set(offsetMs);
  return {
    environment: { NODE_OPTIONS: `--import=${pathToFileURL(PRELOAD).href}`, SHIFTED_CLOCK: file },
    set,
  };
}
