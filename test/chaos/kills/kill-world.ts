import { randomBytes } from 'node:crypto';

import pg from 'pg';

import { createSimulator } from '../../../apps/simulator/src/simulator.js';
import { eventually } from '../../support/eventually.js';
import { gatewayClient, type GatewayClient } from '../../support/gateway-client.js';
import { type GatewayProcess, launchGateway, unusedPort } from '../../support/gateway-process.js';
import { openPostgresProxy, type PostgresProxy } from '../../support/postgres-proxy.js';
import { openVendorGate, type VendorGate } from '../../support/vendor-gate.js';
import { type Receiver, startReceiver } from '../receiving.js';
import { openProbes, type Probe } from '../recovery.js';

/** Who dies at a point. */
export type Victim = 'gateway' | 'session' | 'postmaster';
export const VICTIMS: readonly Victim[] = ['gateway', 'session', 'postmaster'];

export interface Server {
  /** Migrated, and nobody else's. */
  readonly databaseUrl: string;
  /** Stops it as a crash does, and starts it again at the same address; null: it is somebody else's as well. */
  readonly crash: (() => Promise<void>) | null;
}

/**
 * One gateway in a process of its own, with everything around it in our hands: what it asks its database, what it asks a vendor, and
 * what it tells a tenant can each be held, so that it is at a point for sure when it, or its database, is killed.
 */
export interface KillWorld extends AsyncDisposable {
  readonly client: GatewayClient;
  readonly database: PostgresProxy;
  /** The owner's sessions, past the proxy. */
  readonly pool: pg.Pool;
  readonly gate: VendorGate;
  readonly receiver: Receiver;
  readonly probe: Probe;
  /** `backend`: the server's process whose session is held; null: none is, and a dying session is every session. */
  strike(victim: Victim, backend: number | null): Promise<void>;
  /** Starts the gateway again where it was killed. */
  recover(): Promise<void>;
  /** Kills and starts, with nothing going on. */
  restart(): Promise<void>;
  /** Everything that the gateways, dead or alive, have printed. */
  output(): { readonly stdout: string; readonly stderr: string };
}

export async function openKillWorld(server: Server): Promise<KillWorld> {
  await using opening = new AsyncDisposableStack();
  const pool = opening.adopt(
    new pg.Pool({ connectionString: server.databaseUrl, application_name: 'kills', max: 4 }),
    (opened) => opened.end(),
  );
  // Its sessions die with the server; the next query opens another.
  pool.on('error', () => undefined);
  const simulator = createSimulator({ autoDelayMs: 0 }).app;
  const simulatorOrigin = await simulator.listen({ port: 0, host: '127.0.0.1' });
  opening.defer(() => simulator.close());
  const gate = opening.adopt(await openVendorGate(simulatorOrigin), (opened) => opened.close());
  const receiver = opening.adopt(await startReceiver(0), (opened) => opened.close());
  const database = opening.use(await openPostgresProxy(server.databaseUrl));
  const adminKey = `gk_admin_${randomBytes(20).toString('hex')}`;
  // The same address after each start: vendors send their webhooks to where they were told to.
  const port = await unusedPort();
  const origin = `http://127.0.0.1:${port}`;
  const environment = {
    DATABASE_URL: database.url,
    // Those that are held must not keep the others waiting.
    DATABASE_POOL_SIZE: '30',
    MASTER_KEY: randomBytes(32).toString('base64'),
    ADMIN_API_KEY: adminKey,
    PORT: String(port),
    PUBLIC_URL: origin,
    ALLOW_PRIVATE_NETWORKS: 'true',
    MAX_EVENT_LOOP_DELAY: '0',
  };
  const lives: GatewayProcess[] = [];
  let isRunning = false;
  const kill = async (): Promise<void> => {
    if (!isRunning) return;
    isRunning = false;
    const { signal, code } = (await lives.at(-1)?.stop('SIGKILL')) ?? {};
    if (signal !== 'SIGKILL') throw new Error(`the gateway ended by itself, with ${String(code ?? signal)}`);
  };
  const recover = async (): Promise<void> => {
    if (isRunning) return;
    const life = launchGateway(environment);
    lives.push(life);
    isRunning = true;
    await life.ready;
  };
  opening.defer(kill);
  await recover();
  const client = gatewayClient({ origin, adminKey, simulatorOrigin, gate });
  const [probe] = await openProbes(client, [origin]);
  if (probe === undefined) throw new Error('no probe for the gateway');
  const world = opening.move();
  return {
    client,
    probe,
    database,
    pool,
    gate,
    receiver,
    recover,
    async strike(victim, backend) {
      switch (victim) {
        case 'gateway':
          await kill();
          return;
        case 'session':
          await endSessions(pool, backend);
          return;
        case 'postmaster':
          if (server.crash === null) throw new Error('this server is shared: it cannot be crashed');
          await server.crash();
          return;
      }
    },
    async restart() {
      await kill();
      await recover();
    },
    output: () => ({
      stdout: lives.map((life) => life.stdout()).join(''),
      stderr: lives.map((life) => life.stderr()).join(''),
    }),
    [Symbol.asyncDispose]: () => world.disposeAsync(),
  };
}

/** Of the gateway, in this database; resolves when they are gone. */
async function endSessions(pool: pg.Pool, backend: number | null): Promise<void> {
  const which = `FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'gatehouse'
                   AND ($1::int IS NULL OR pid = $1)`;
  const { rows } = await pool.query<{ pid: number }>(`SELECT pid, pg_terminate_backend(pid) ${which}`, [
    backend,
  ]);
  const pids = rows.map(({ pid }) => pid);
  await eventually(async () => {
    const left = await pool.query(`SELECT FROM pg_stat_activity WHERE pid = ANY($1)`, [pids]);
    if ((left.rowCount ?? 0) > 0) throw new Error('a session that was ended is still there');
  });
}
