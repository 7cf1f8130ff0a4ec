import { randomBytes } from 'node:crypto';

import { expect } from '@jest/globals';
import pg from 'pg';

import { createSimulator } from '../../apps/simulator/src/simulator.js';
import { createTestDatabase } from './database.js';
import { gatewayClient, type GatewayClient } from './gateway-client.js';
import {
  type Environment,
  type GatewayProcess,
  killGateways,
  launchGateway,
  unusedPort,
} from './gateway-process.js';
import { openVendorGate, type VendorGate, withoutGate } from './vendor-gate.js';

/** A gateway as a process of its own that can be killed and started again on its database, with the twins in this process. */
export interface ProcessWorld {
  readonly client: GatewayClient;
  readonly gate: VendorGate | null;
  readonly pool: pg.Pool;
  /** Null between a crash and the next start. */
  readonly gateway: GatewayProcess | null;
  /** Starts the gateway unless it runs. */
  start(): Promise<GatewayProcess>;
  /** SIGKILL. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

/** `extra`: what the gateway gets in its environment besides. */
export async function openProcessWorld({
  isGated = true,
  extra = {},
}: { readonly isGated?: boolean; readonly extra?: Environment } = {}): Promise<ProcessWorld> {
  const testDatabase = await createTestDatabase();
  const pool = new pg.Pool({ connectionString: testDatabase.url, application_name: 'test' });
  const simulator = createSimulator({ autoDelayMs: 0 }).app;
  const simulatorOrigin = await simulator.listen({ port: 0, host: '127.0.0.1' });
  const gate = isGated ? await openVendorGate(simulatorOrigin) : null;
  const adminKey = `gk_admin_${randomBytes(20).toString('hex')}`;
  // The same address after each start: vendors send their webhooks to where they were told to.
  const port = await unusedPort();
  const origin = `http://127.0.0.1:${port}`;
  const environment = {
    DATABASE_URL: testDatabase.url,
    MASTER_KEY: randomBytes(32).toString('base64'),
    ADMIN_API_KEY: adminKey,
    PORT: String(port),
    PUBLIC_URL: origin,
    ALLOW_PRIVATE_NETWORKS: 'true',
    ...extra,
  };
  let gateway: GatewayProcess | null = null;
  return {
    client: gatewayClient({ origin, adminKey, simulatorOrigin, gate: gate ?? withoutGate(simulatorOrigin) }),
    gate,
    pool,
    get gateway() {
      return gateway;
    },
    async start() {
      gateway ??= launchGateway(environment);
      await gateway.ready;
      return gateway;
    },
    async crash() {
      const killed = gateway;
      gateway = null;
      expect(await killed?.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
    },
    async close() {
      await killGateways();
      await gate?.close();
      await simulator.close();
      await pool.end();
      await testDatabase.drop();
    },
  };
}
