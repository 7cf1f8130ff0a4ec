import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { findProjectRoot } from '../project-root.js';
import { StartError } from '../start-error.js';
import { type EmbeddedPostgres, startEmbeddedPostgres, stopEmbeddedPostgres } from './embedded-postgres.js';

const COMPILED = join(findProjectRoot(), 'dist/libs/platform/src/database/embedded-postgres.js');

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('embedded PostgreSQL', () => {
  let dataDir = '';
  let server: EmbeddedPostgres | null = null;

  beforeEach(async () => {
    // A folder that nobody else may enter, as one under /root is.
    dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
    await chmod(dataDir, 0o700);
    // Of a run that is interrupted, the next one stops the server and removes the folder (global-setup.js).
    await writeFile(join(dataDir, 'owner'), String(process.pid));
  });

  afterEach(async () => {
    await server?.stop();
    server = null;
    await rm(dataDir, { recursive: true });
  });

  async function start(durable = false): Promise<EmbeddedPostgres> {
    server = await startEmbeddedPostgres({ dataDir, durable });
    return server;
  }

  /** Starts the server in a process of its own and kills that process, as `kill -9` or a crash would. */
  async function startAndKillSupervisor(durable = false): Promise<{ pid: number; databaseUrl: string }> {
    const script = `
      const { startEmbeddedPostgres } = await import(${JSON.stringify(pathToFileURL(COMPILED).href)});
      const { pid, databaseUrl } = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, durable: ${durable} });
      console.log(JSON.stringify({ pid, databaseUrl }));`;
    const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (child.stdout === null) throw new Error('unreachable');
    const [output] = (await once(child.stdout, 'data')) as [Buffer];
    child.kill('SIGKILL');
    await once(child, 'exit');
    return JSON.parse(output.toString()) as { pid: number; databaseUrl: string };
  }

  it('starts, keeps its data and its port over a second start, and stops', async () => {
    const first = await start();
    await query(first.databaseUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);

    const second = await start();
    expect(second.adopted).toBe(false);
    expect(second.databaseUrl).toBe(first.databaseUrl);
    expect(await query(second.databaseUrl, 'SELECT * FROM kept')).toEqual([{ answer: 42 }]);
    await second.stop();
    await expect(second.stop()).resolves.toBeUndefined();
  });

  it('gives a role that owns its database and is no superuser, and listens on loopback only', async () => {
    const { databaseUrl } = await start();
    const [role] = await query(
      databaseUrl,
      'SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user',
    );
    expect(role).toEqual({ rolsuper: false, rolcreatedb: true, rolcreaterole: true, rolbypassrls: false });
    expect(await query(databaseUrl, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect(new URL(databaseUrl).hostname).toBe('127.0.0.1');
  });

  it('refuses a wrong password, and keeps the right one to its owner', async () => {
    const url = new URL((await start()).databaseUrl);
    expect((await stat(join(dataDir, 'postgres', 'password'))).mode & 0o777).toBe(0o600);
    url.password = 'wrong';
    await expect(query(url.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('writes no statement, parameter or value into its log', async () => {
    const { databaseUrl } = await start();
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    await expect(client.query('SELECT $1::uuid', ['Ada Lovelace'])).rejects.toThrow();
    await expect(client.query("SELECT 'Lovelace' FROM nowhere")).rejects.toThrow();
    await expect(client.query("DO $$ BEGIN RAISE WARNING 'Lovelace'; END $$; SELECT 1/0")).rejects.toThrow();
    await client.end();
    const text = await readFile(join(dataDir, 'postgres', 'server.log'), 'utf8');
    expect(text).toContain('ready to accept connections');
    expect(text).not.toContain('Lovelace');
  });

  it('adopts the server of a process that was killed', async () => {
    const orphan = await startAndKillSupervisor();
    expect(isAlive(orphan.pid)).toBe(true);
    await query(orphan.databaseUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');

    const adopted = await start();
    expect(adopted).toMatchObject({ adopted: true, pid: orphan.pid, databaseUrl: orphan.databaseUrl });
    expect(await query(adopted.databaseUrl, 'SELECT * FROM kept')).toEqual([{ answer: 42 }]);
    await adopted.stop();
    await expect(query(adopted.databaseUrl, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('recovers what was committed when the server was killed too', async () => {
    const orphan = await startAndKillSupervisor(true);
    await query(orphan.databaseUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    process.kill(orphan.pid, 'SIGKILL');
    const recovered = await start(true);
    expect(await query(recovered.databaseUrl, 'SELECT * FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('stops what was left behind, and says when there was nothing', async () => {
    expect(await stopEmbeddedPostgres(dataDir)).toBe(false);
    const orphan = await startAndKillSupervisor();
    expect(await stopEmbeddedPostgres(dataDir)).toBe(true);
    await expect(query(orphan.databaseUrl, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await stopEmbeddedPostgres(dataDir)).toBe(false);
  });

  it('is not taken from a Gatehouse that runs, which goes on', async () => {
    const { databaseUrl } = await start();
    const second = startEmbeddedPostgres({ dataDir, durable: false });
    await expect(second).rejects.toThrow(StartError);
    await expect(second).rejects.toThrow('DATA_DIR: is in use by another Gatehouse that runs now');
    expect(await query(databaseUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('says in one line that a port is taken', async () => {
    const taken = (await start()).port;
    const other = await mkdtemp(join(tmpdir(), 'gatehouse-port-'));
    await expect(startEmbeddedPostgres({ dataDir: other, port: taken, durable: false })).rejects.toThrow(
      `embedded PostgreSQL: port ${taken} is taken`,
    );
    await rm(other, { recursive: true });
  });
});
