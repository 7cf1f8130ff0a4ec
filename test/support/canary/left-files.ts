import { lstat, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { hasCode } from '@gatehouse/platform';

import { type OwnPostgres } from '../own-postgres.js';

/** A file, by what it is called where it was found. */
export interface LeftFile {
  readonly name: string;
  readonly bytes: Buffer;
}

const MAX_BYTES = 64 * 2 ** 20;
const DEPTH = 5;
/** Of the test runner: its compiled sources, and its PostgreSQL, which is looked into by itself. */
const NOT_THE_GATEWAYS = /^(?:jest_|gatehouse-test-)|^node_modules$|^\.git$/;

/** What is in the folder for temporary files. */
export async function temporaryNames(): Promise<ReadonlySet<string>> {
  return new Set(await readdir(tmpdir()));
}

/**
 * What was put into the folder for temporary files after `since`, by whomever: files, and whatever is below folders that were not there
 * `before`. Others work in theirs, with much that is not ours to read.
 */
export function temporaryFilesSince(since: Date, before: ReadonlySet<string>): AsyncGenerator<LeftFile> {
  return filesBelow(tmpdir(), since, DEPTH, before);
}

/** What PostgreSQL has said. */
export async function serverLog({ folder }: OwnPostgres): Promise<Buffer> {
  return readFile(join(folder, 'server.log'));
}

/** The segments of the write-ahead log: every row that a statement ever wrote, also those that have been changed or removed since. */
export function writeAheadLog({ folder }: OwnPostgres): AsyncGenerator<LeftFile> {
  return filesBelow(join(folder, 'data', 'pg_wal'), new Date(0), 1);
}

async function* filesBelow(
  folder: string,
  since: Date,
  depth: number,
  before: ReadonlySet<string> = new Set(),
): AsyncGenerator<LeftFile> {
  const names = await unlessGone(readdir(folder), []);
  // The data of some other PostgreSQL.
  if (names.includes('PG_VERSION')) return;
  for (const name of names) {
    if (NOT_THE_GATEWAYS.test(name)) continue;
    const path = join(folder, name);
    const stats = await unlessGone(lstat(path), null);
    if (stats?.isDirectory() === true && depth > 1 && !before.has(name))
      yield* filesBelow(path, since, depth - 1);
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
