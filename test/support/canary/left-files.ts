import { lstat, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { hasCode } from '@gatehouse/platform';

/** A file, by what it is called where it was found. */
export interface LeftFile {
  readonly name: string;
  readonly bytes: Buffer;
}

const MAX_BYTES = 64 * 2 ** 20;
const DEPTH = 5;
/** Of the test runner: its compiled sources, and its PostgreSQL, which is looked into by itself. */
const NOT_THE_GATEWAYS = /^(?:jest_|gatehouse-test-)|^node_modules$|^\.git$/;

/** Everything below the folder for temporary files that was written after `since`, by whomever. */
export function temporaryFilesSince(since: Date): AsyncGenerator<LeftFile> {
  return filesBelow(tmpdir(), since, DEPTH);
}

/** What the server of the tests has said. */
export async function serverLog(): Promise<Buffer> {
  return readFile(join(serverFolder(), 'server.log'));
}

/**
 * The segments of the write-ahead log: every row that any statement wrote since, also those that have been changed or removed in the
 * meantime.
 */
export function writeAheadLogSince(since: Date): AsyncGenerator<LeftFile> {
  return filesBelow(join(serverFolder(), 'data', 'pg_wal'), since, 1);
}

function serverFolder(): string {
  const folder = process.env['TEST_DATABASE_FOLDER'];
  if (folder === undefined) throw new Error('TEST_DATABASE_FOLDER is not set: run through Jest');
  return join(folder, 'postgres');
}

async function* filesBelow(folder: string, since: Date, depth: number): AsyncGenerator<LeftFile> {
  for (const name of await unlessGone(readdir(folder), [])) {
    if (NOT_THE_GATEWAYS.test(name)) continue;
    const path = join(folder, name);
    const stats = await unlessGone(lstat(path), null);
    if (stats?.isDirectory() === true && depth > 1) yield* filesBelow(path, since, depth - 1);
    else if (stats?.isFile() === true && stats.mtime >= since && stats.size <= MAX_BYTES) {
      const bytes = await unlessGone(readFile(path), null);
      if (bytes !== null) yield { name: path, bytes };
    }
  }
}

/** Others write and remove there at the same time, and need not let us look. */
async function unlessGone<T>(work: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES', 'EPERM')) return otherwise;
    throw error;
  }
}
