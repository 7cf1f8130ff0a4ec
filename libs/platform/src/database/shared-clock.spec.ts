import { beforeEach, expect, it } from '@jest/globals';

import { Log } from '../log/log.js';
import { type Queryable } from './database.js';
import { SharedClock } from './shared-clock.js';

const HOUR = 3_600_000;
const NOON = Date.parse('2026-03-01T12:00:00Z');

/** A machine and a database, each with a clock that can be set; what both do takes no time unless told. */
let date: number;
let running: number;
let databaseTime: number;
let tookMs: number;
let lines: string[];
let clock: SharedClock;

beforeEach(async () => {
  [date, running, databaseTime, tookMs, lines] = [NOON, 5_000, NOON, 0, []];
  const database: Queryable = {
    query: <T>() => {
      pass(tookMs / 2);
      const ms = databaseTime;
      pass(tookMs / 2);
      // As the statement returns it.
      return Promise.resolve([{ ms }] as T[]);
    },
    afterCommit: () => undefined,
  };
  const log = new Log({ level: 'debug', destination: { write: (line: string) => lines.push(line) } });
  clock = new SharedClock(database, log, { date: () => date, running: () => running });
  await clock.start();
  clock.stop();
});

/** Time goes on for both. */
function pass(ms: number): void {
  date += ms;
  running += ms;
  databaseTime += ms;
}

const shows = (): number => clock.now().getTime() - NOON;

it('goes on by how long the machine has run, whatever its date is set to', async () => {
  pass(1_000);
  date += HOUR;
  expect(shows()).toBe(1_000);
  await clock.look();
  expect(shows()).toBe(1_000);
  date -= 2 * HOUR;
  pass(1_000);
  await clock.look();
  expect(shows()).toBe(2_000);
  expect(lines).toEqual([]);
});

it('follows the database, though not for so little as an answer may be late', async () => {
  databaseTime += 40;
  await clock.look();
  expect(shows()).toBe(0);
  tookMs = 400;
  databaseTime += 100;
  await clock.look();
  expect(shows()).toBe(400);
  databaseTime += 3_000;
  await clock.look();
  expect(clock.now().getTime()).toBe(databaseTime);
  expect(lines.filter((line) => line.includes('follows that of the database'))).toHaveLength(1);
});

it('follows no leap of the database that its own machine knows nothing of, and says so once', async () => {
  databaseTime += HOUR;
  await clock.look();
  await clock.look();
  expect(shows()).toBe(0);
  expect(lines.filter((line) => line.includes('has leapt'))).toHaveLength(1);
});

it('follows a leap of both: a machine that was stopped does not know for how long', async () => {
  databaseTime += HOUR;
  date += HOUR;
  await clock.look();
  expect(shows()).toBe(HOUR);
});

it('begins with what the database says, whatever its own machine does', async () => {
  date -= HOUR;
  const late = new SharedClock(
    { query: <T>() => Promise.resolve([{ ms: databaseTime }] as T[]), afterCommit: () => undefined },
    new Log({ level: 'silent' }),
    { date: () => date, running: () => running },
  );
  await late.start();
  late.stop();
  expect(late.now().getTime()).toBe(NOON);
});
