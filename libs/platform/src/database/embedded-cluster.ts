import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { StartError } from '../start-error.js';
import { hasCode, isError } from '../system-error.js';
import { type Account } from './embedded-account.js';
import { type Binaries } from './embedded-binaries.js';

/*
 * The files of the embedded PostgreSQL, under `<dataDir>/postgres`:
 *   data/        the cluster, owned by the account that runs it
 *   password     of both roles, mode 0600
 *   port         where it listened last, to listen there again
 *   server.log   what the server says; never a statement or a parameter
 */

export interface Place {
  readonly home: string;
  readonly data: string;
  readonly password: string;
  readonly port: string;
  readonly log: string;
}

/** Where they are for this DATA_DIR. */
export function placeIn(dataDir: string): Place {
  const home = resolve(dataDir, 'postgres');
  return {
    home,
    data: join(home, 'data'),
    password: join(home, 'password'),
    port: join(home, 'port'),
    log: join(home, 'server.log'),
  };
}

/** Made by initdb. */
export const SUPERUSER = 'postgres';

/**
 * Makes the cluster if there is none, beside its place and moved there when whole, so that no half cluster is ever started. Returns
 * the password of its roles. Throws StartError, and the system's errors.
 */
export async function initialise(
  place: Place,
  account: Account,
  binaries: Binaries,
  durable: boolean,
): Promise<string> {
  // Others may pass through, not look: the account that runs the server has to reach data/.
  await mkdir(place.home, { recursive: true, mode: 0o711 });
  await removeLeftovers(place);
  const existing = await readPassword(place);
  if (await isFolder(place.data)) {
    if (existing === null) {
      throw new StartError(['embedded PostgreSQL: DATA_DIR/postgres/password is missing; restore it']);
    }
    return existing;
  }
  const password = existing ?? (await createPassword(place));
  const suffix = randomBytes(6).toString('hex');
  const draft = join(place.home, `data.new-${suffix}`);
  const passwordFile = join(place.home, `data.new-${suffix}.password`);
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600 });
    await Promise.all([account.own(draft), account.own(passwordFile)]);
    const args = ['-D', draft, '-U', SUPERUSER, '-E', 'UTF8', '--locale=C', '-A', 'scram-sha-256'];
    await initdb(account, binaries, [
      ...args,
      `--pwfile=${passwordFile}`,
      '--no-instructions',
      ...(durable ? [] : ['--no-sync']),
    ]);
    await rename(draft, place.data).catch((error: unknown) => {
      // Another first start was quicker, with the same password; its cluster is as good.
      if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
    await rm(passwordFile, { force: true });
  }
  return password;
}

async function initdb(account: Account, binaries: Binaries, args: readonly string[]): Promise<void> {
  const command = account.command(binaries.initdb, args);
  try {
    await promisify(execFile)(command.file, command.args, account.spawn);
  } catch (error) {
    const stderr = isError(error) && 'stderr' in error ? String(error.stderr) : '';
    const reason =
      stderr.split('\n').find((line) => /^initdb: (?:error|could not)/.test(line)) ?? 'initdb failed';
    throw new StartError([`embedded PostgreSQL: cannot be made in DATA_DIR (${reason})`]);
  }
}

const LEFTOVER_AGE_MS = 10 * 60_000;

/** What a first start that was killed has left; younger ones may be a first start that runs now. */
async function removeLeftovers(place: Place): Promise<void> {
  for (const name of await readdir(place.home)) {
    if (!name.startsWith('data.new-')) continue;
    const path = join(place.home, name);
    if ((await stat(path)).mtimeMs < Date.now() - LEFTOVER_AGE_MS) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

/** Null before the first start. */
export async function readPassword(place: Place): Promise<string | null> {
  return (await readText(place.password))?.trim() ?? null;
}

async function createPassword(place: Place): Promise<string> {
  const password = randomBytes(24).toString('hex');
  try {
    await writeFile(place.password, password, { flag: 'wx', mode: 0o600 });
    return password;
  } catch (error) {
    const theirs = hasCode(error, 'EEXIST') ? await readPassword(place) : null;
    if (theirs === null) throw error;
    return theirs;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/** The text of a file; null when there is none. */
export async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}
