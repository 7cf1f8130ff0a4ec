/* eslint-disable @typescript-eslint/explicit-module-boundary-types -- this is JavaScript */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL, URL } from 'node:url';

/*
 * One PostgreSQL for the whole run, in a folder of its own, without durability; the template that each spec file's database is copied
 * from is migrated once. Jest loads this file as it is, so the platform comes from `dist/`, which `npm test` builds first.
 */

const PREFIX = 'gatehouse-test-';
const PLATFORM = join(import.meta.dirname, '..', '..', 'dist', 'libs', 'platform', 'src');

export default async function globalSetup() {
  if (!existsSync(PLATFORM)) throw new Error('build first: npm run build');
  const { startEmbeddedPostgres, stopEmbeddedPostgres, migrate, Log } = await import(
    pathToFileURL(join(PLATFORM, 'index.js')).href
  );
  await removeLeftovers(stopEmbeddedPostgres);

  const dataDir = await mkdtemp(join(tmpdir(), PREFIX));
  await writeFile(join(dataDir, 'owner'), String(process.pid));
  const server = await startEmbeddedPostgres({
    dataDir,
    durable: false,
    settings: { max_connections: '300', shared_buffers: '64MB', max_wal_size: '256MB' },
  });
  const stop = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await createTemplate(server.databaseUrl, migrate, new Log({ level: 'warn' }));
  } catch (error) {
    await stop();
    throw error;
  }
  stopWhenInterrupted(stop);
  process.env.TEST_DATABASE_ADMIN_URL = server.databaseUrl;
  // Teardown runs in the same process; there is no other way to hand it something.
  globalThis.gatehouseTestServer = { stop };
}

async function createTemplate(adminUrl, migrate, log) {
  const { default: pg } = await import('pg');
  const session = new pg.Client({ connectionString: adminUrl });
  await session.connect();
  await session.query('CREATE DATABASE gatehouse_template');
  await session.end();
  const template = new URL(adminUrl);
  template.pathname = '/gatehouse_template';
  await migrate(template.href, log);
}

/** Jest runs no teardown after Ctrl-C. What also this misses (kill -9), the next run removes. */
function stopWhenInterrupted(stop) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => {
      void stop().finally(() => process.kill(process.pid, signal));
    });
  }
}

async function removeLeftovers(stopEmbeddedPostgres) {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const dataDir = join(tmpdir(), name);
    const owner = Number(await readFile(join(dataDir, 'owner'), 'utf8').catch(() => '0'));
    // No owner yet: a run that has just begun, or somebody else's folder.
    if (owner === 0 || isAlive(owner)) continue;
    await stopEmbeddedPostgres(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
