import { execFile } from 'node:child_process';
import { chmod, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

import { codeOf } from '../../support/gateway-process.js';
import { check } from '../invariants/check.js';
import { type Records } from '../records.js';
import { recovered, RECOVERED_MS, untilAllGood } from '../recovery.js';
import { after, STORE_WAS_AWAY, underPressure } from './pressure.js';
import { refused, tooFew } from './refused.js';
import { type Scenario } from './scenario.js';
import { openServer } from './server.js';

const run = promisify(execFile);
const SIZE = '320m';
const CHUNK = Buffer.alloc(256 * 1024);
const LEAST = 512;
const LOOK_EVERY_MS = 20;
const BEFORE = 12;
const REFUSALS = 10;
const FULL_MS = 2_000;

export const diskFull: Scenario = {
  name: 'disk-full',
  what: 'the disk under the database is full for a while (a small tmpfs)',
  async missing() {
    try {
      const disk = await openDisk();
      await disk.close();
      return null;
    } catch {
      return 'a tmpfs of its own cannot be mounted here, which takes Linux and root';
    }
  },
  async run(say) {
    await using stack = new AsyncDisposableStack();
    const disk = stack.adopt(await openDisk(), (opened) => opened.close());
    const server = stack.adopt(await openServer({ dataDir: disk.folder }), (opened) => opened.close());
    return await underPressure({
      databaseUrl: server.url,
      say,
      expected: [STORE_WAS_AWAY],
      async trouble({ fleet, probes, records }, soFar) {
        await after(BEFORE, soFar);
        const filling = disk.fill();
        say('the disk is full');
        await refused(fleet, 1);
        const before = await rowsIn(records);
        const count = await refused(fleet, REFUSALS);
        await delay(FULL_MS);
        const during = (await rowsIn(records)) - before;
        const emptied = performance.now();
        await disk.empty();
        await filling;
        // It may have given up: without room there is no recovery either.
        await server.start();
        say('there is space again');
        const ms = await untilAllGood(probes, emptied);
        return [
          check('while the disk is full, creates are answered 503', count, tooFew(count, REFUSALS), [
            Number.isNaN(during)
              ? 'PostgreSQL has given up meanwhile'
              : `${during} verifications found room in what had been reserved`,
          ]),
          recovered([{ what: 'the full disk', ms }], RECOVERED_MS),
        ];
      },
    });
  },
};

/** NaN while nobody answers. */
async function rowsIn(records: Records): Promise<number> {
  return records.rows().then(
    (rows) => rows.length,
    () => Number.NaN,
  );
}

interface Disk {
  readonly folder: string;
  /** To the last byte, and what others free meanwhile as well. */
  fill(): Promise<void>;
  empty(): Promise<void>;
  close(): Promise<void>;
}

async function openDisk(): Promise<Disk> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-chaos-'));
  const filler = join(folder, 'filler');
  const emptying = new AbortController();
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=0755`, 'tmpfs', folder]);
    await chmod(folder, 0o755);
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
  return {
    folder,
    async fill() {
      const file = await open(filler, 'a');
      let size = CHUNK.length;
      try {
        while (!emptying.signal.aborted) {
          try {
            await file.appendFile(CHUNK.subarray(0, size));
          } catch (error) {
            if (codeOf(error) !== 'ENOSPC') throw error;
            size = Math.max(LEAST, Math.floor(size / 2));
            if (size === LEAST) await delay(LOOK_EVERY_MS);
          }
        }
      } finally {
        await file.close();
      }
    },
    async empty() {
      emptying.abort();
      await rm(filler, { force: true });
    },
    async close() {
      emptying.abort();
      await run('umount', ['-l', folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
