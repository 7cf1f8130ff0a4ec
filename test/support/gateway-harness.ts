import 'reflect-metadata';

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Writable } from 'node:stream';

import {
  type Clock,
  type Database,
  gatewayConfig,
  type GatewayConfig,
  type Ids,
  LocalMasterKey,
  Log,
} from '@gatehouse/platform';
import { type ProviderClass } from '@gatehouse/providers';

import { createGateway, type Gateway } from '../../apps/gateway/src/gateway.js';
import { type ConnectionLimits } from '../../apps/gateway/src/http/connection-limits.js';
import { type RateLimitOptions } from '../../apps/gateway/src/http/rate-limits.js';
import { createSimulator } from '../../apps/simulator/src/simulator.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { connectTestDatabase } from './test-sessions.js';
import { gatewayClient, type GatewayClient } from './gateway-client.js';
import { openVendorGate, type VendorGate } from './vendor-gate.js';

export { ALL_SCOPES, type Answer, type GatewayTenant, required, send, text } from './gateway-client.js';

const CONSOLE_PAGE = join(import.meta.dirname, 'console-page');

export interface GatewayHarnessOptions {
  readonly providers?: readonly ProviderClass[];
  readonly rateLimits?: RateLimitOptions;
  readonly connectionLimits?: ConnectionLimits;
  /** The gateway's time, for tests that move it; absent: the computer's. */
  readonly clock?: Clock;
  /** Where the built console is; absent: one of a single page, so that no build is needed. */
  readonly consoleFolder?: string;
  /** The ids of the gateway's rows, for a history that is not of today; absent: of the computer's time. */
  readonly ids?: Ids;
  /** The vendors' time in milliseconds; absent: the computer's, whatever the gateway's is. */
  readonly vendorsClock?: () => number;
  /** 32 bytes; absent: some that nobody knows. */
  readonly masterKey?: Buffer;
  /** Absent: one of its own on the server of the whole run. Dropped when the harness is closed. */
  readonly database?: TestDatabase;
}

/** A gateway that listens on a free port, on a database of its own, with the three twins beside it. */
export interface GatewayHarness extends GatewayClient {
  readonly gateway: Gateway;
  readonly origin: string;
  readonly simulatorOrigin: string;
  /** Between the gateway and the vendors. */
  readonly gate: VendorGate;
  readonly database: Database;
  readonly databaseUrl: string;
  /** Sessions of the database's owner. */
  readonly pool: TestDatabase['pool'];
  readonly adminKey: string;
  /** Every line logged so far. */
  logLines(): readonly string[];
  close(): Promise<void>;
}

export async function startGateway(
  over: Partial<GatewayConfig> = {},
  options: GatewayHarnessOptions = {},
): Promise<GatewayHarness> {
  const testDatabase = options.database ?? (await createTestDatabase());
  const lines: string[] = [];
  const log = new Log({ level: 'debug', destination: collector(lines) });
  const database = await connectTestDatabase(testDatabase.url, { poolSize: 10, log });
  const { app: simulator } = createSimulator({
    autoDelayMs: 0,
    ...(options.vendorsClock !== undefined && { wallClock: options.vendorsClock }),
  });
  const simulatorOrigin = await simulator.listen({ port: 0, host: '127.0.0.1' });
  const adminKey = `gk_admin_${randomBytes(20).toString('hex')}`;
  const config: GatewayConfig = {
    ...gatewayConfig({ PORT: '0' }),
    publicUrl: 'http://127.0.0.1:0',
    adminApiKey: adminKey,
    allowPrivateNetworks: true,
    ...over,
  };
  const gate = await openVendorGate(simulatorOrigin);
  const gateway = await createGateway({
    config,
    database,
    masterKeys: { current: new LocalMasterKey(options.masterKey ?? randomBytes(32)), previous: null },
    log,
    consoleFolder: options.consoleFolder ?? CONSOLE_PAGE,
    ...(options.rateLimits !== undefined && { rateLimits: options.rateLimits }),
    ...(options.connectionLimits !== undefined && { connectionLimits: options.connectionLimits }),
    ...(options.clock !== undefined && { clock: options.clock }),
    ...(options.ids !== undefined && { ids: options.ids }),
    ...(options.providers !== undefined && { providers: options.providers }),
  });
  const origin = `http://127.0.0.1:${gateway.port}`;
  return {
    ...gatewayClient({ origin, adminKey, simulatorOrigin, gate }),
    gateway,
    origin,
    simulatorOrigin,
    gate,
    database,
    databaseUrl: testDatabase.url,
    pool: testDatabase.pool,
    adminKey,
    logLines: () => lines,
    async close() {
      await gateway.stop();
      await gate.close();
      await simulator.close();
      await database.close();
      await testDatabase.drop();
    },
  };
}

function collector(lines: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(...chunk.toString().split('\n').filter(Boolean));
      done();
    },
  });
}
