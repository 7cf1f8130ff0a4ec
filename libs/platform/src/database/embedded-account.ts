import { execFile, type SpawnOptions } from 'node:child_process';
import { chown, stat } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { StartError } from '../start-error.js';
import { hasCode } from '../system-error.js';

const run = promisify(execFile);

/** How the programs of PostgreSQL are run: under which account, and in an environment that no PG* variable reaches. */
export interface Account {
  command(binary: string, args: readonly string[]): { readonly file: string; readonly args: string[] };
  readonly spawn: Pick<SpawnOptions, 'uid' | 'gid' | 'env' | 'cwd'>;
  /** Hands a file or folder to the account. */
  own(path: string): Promise<void>;
}

const BASE = { env: { LC_ALL: 'C', TZ: 'UTC' }, cwd: '/' };
const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'];
const USUAL_NOBODY = 65_534;

/**
 * Ourselves; or, as root, which PostgreSQL refuses, the owner of the data that is there, else `nobody`. `dataFolder` need not exist
 * yet. Throws StartError when PostgreSQL cannot be run that way.
 */
export async function chooseAccount(dataFolder: string, postgres: string): Promise<Account> {
  if (process.getuid?.() !== 0) {
    return {
      command: (file, args) => ({ file, args: [...args] }),
      spawn: BASE,
      own: () => Promise.resolve(),
    };
  }
  const { uid, gid } = (await ownerOf(dataFolder)) ?? (await nobody());
  const setpriv = SETPRIV.find((path) => existsSync(path));
  const candidates = [
    ...(setpriv === undefined ? [] : [withSetpriv(setpriv, uid, gid)]),
    withSpawn(uid, gid),
  ];
  for (const candidate of candidates) {
    if (await works(candidate, postgres)) return candidate;
  }
  throw new StartError([
    'embedded PostgreSQL: does not run as root, and the user nobody may not execute it where it is installed; ' +
      'start as an ordinary user, or set DATABASE_URL',
  ]);
}

/**
 * setpriv changes the user and keeps the one privilege of passing folders that are closed to others: a clone under /root, a
 * temporary folder of mode 0700.
 */
function withSetpriv(setpriv: string, uid: number, gid: number): Account {
  const privileges = [
    ...['--reuid', String(uid), '--regid', String(gid), '--clear-groups', '--securebits', '+no_setuid_fixup'],
    ...['--inh-caps', '+dac_override', '--ambient-caps', '+dac_override'],
  ];
  return {
    command: (binary, args) => ({ file: setpriv, args: [...privileges, binary, ...args] }),
    spawn: BASE,
    own: (path) => chown(path, uid, gid),
  };
}

function withSpawn(uid: number, gid: number): Account {
  return {
    command: (file, args) => ({ file, args: [...args] }),
    spawn: { ...BASE, uid, gid },
    own: (path) => chown(path, uid, gid),
  };
}

async function works(account: Account, postgres: string): Promise<boolean> {
  const { file, args } = account.command(postgres, ['--version']);
  try {
    await run(file, args, account.spawn);
    return true;
  } catch {
    // An old setpriv, a container without the capability, a folder closed to others: the next way may do.
    return false;
  }
}

async function ownerOf(folder: string): Promise<{ uid: number; gid: number } | null> {
  try {
    const { uid, gid } = await stat(folder);
    return uid === 0 ? null : { uid, gid };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

async function nobody(): Promise<{ uid: number; gid: number }> {
  return { uid: await numericId('-u'), gid: await numericId('-g') };
}

async function numericId(flag: '-u' | '-g'): Promise<number> {
  try {
    return Number((await run('id', [flag, 'nobody'])).stdout);
  } catch {
    // No such user, as in a bare container: the number needs no name.
    return USUAL_NOBODY;
  }
}
