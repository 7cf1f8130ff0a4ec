import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { findProjectRoot } from '../project-root.js';
import { StartError } from '../start-error.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { LOCKFILE, migrationList, migrationsFolder, readMigrations } from './migrations.js';
import { withSchemaEngine } from './schema-engine.js';

/**
 * Writes the migration that leads from the migrations there are to prisma/schema.prisma, worked out against a scratch database, and
 * returns its path. Throws StartError when the name is not one or when nothing has changed.
 */
export async function createMigration(name: string): Promise<string> {
  if (!/^[a-z][a-z0-9_]{0,59}$/.test(name)) {
    throw new StartError(['usage: npm run migrate:new -- name   (lower-case letters, digits and _)']);
  }
  const script = await difference();
  if (script === null) {
    throw new StartError(['nothing to write: the migrations already lead to prisma/schema.prisma']);
  }
  const timestamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = join(migrationsFolder(), `${timestamp}_${name}`);
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'migration.sql');
  await writeFile(path, script);
  await writeFile(join(migrationsFolder(), 'migration_lock.toml'), LOCKFILE);
  return path;
}

/** The engine's answer to `exitCode: true` when the two sides differ. */
const CHANGED = 2;

/** SQL, or null when nothing has changed. */
async function difference(): Promise<string | null> {
  const schema = await readFile(join(findProjectRoot(), 'prisma', 'schema.prisma'), 'utf8');
  const folder = migrationsFolder();
  const migrationsList = migrationList(folder, await readMigrations(folder));

  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-migration-'));
  try {
    const server = await startEmbeddedPostgres({ dataDir, durable: false });
    try {
      const shadowUrl = await createScratch(server.databaseUrl);
      return await withSchemaEngine(server.databaseUrl, { schema, shadowUrl }, async (engine) => {
        const { exitCode, stdout } = await engine.diff({
          from: { tag: 'migrations', ...migrationsList },
          to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: schema }] },
          script: true,
          exitCode: true,
          filters: { externalTables: [], externalEnums: [] },
        });
        return exitCode === CHANGED ? stdout : null;
      });
    } finally {
      await server.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function createScratch(url: string): Promise<string> {
  const session = new pg.Client({ connectionString: url });
  await session.connect();
  try {
    await session.query('CREATE DATABASE scratch');
  } finally {
    await session.end();
  }
  const scratch = new URL(url);
  scratch.pathname = '/scratch';
  return scratch.href;
}
