import { randomBytes } from 'node:crypto';

import {
  ApiKeyService,
  ConnectionService,
  CoreModule,
  InboxService,
  PendingSignals,
  type NewVerification,
  ReturnService,
  RoutingService,
  TenantService,
  tenantScope,
  type TenantScope,
  VerificationService,
  Workers,
} from '@gatehouse/core';
import {
  type Clock,
  type Database,
  LocalMasterKey,
  Log,
  SystemClock,
  SystemIds,
  SystemRandom,
} from '@gatehouse/platform';
import { ProvidersModule } from '@gatehouse/providers';
import { type INestApplicationContext } from '@nestjs/common';
import { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
import { NestFactory } from '@nestjs/core';

import { createSimulator } from '../../apps/simulator/src/simulator.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { connectTestDatabase } from './test-sessions.js';
import { ordinaryPhone } from './ordinary-phone.js';
import { type ProviderName, type VendorAccount, vendorAccount } from './vendor-accounts.js';

/** The core on a database of its own, with the three twins beside it and no HTTP in front. */
export interface CoreHarness {
  readonly database: Database;
  /** Sessions of the database's owner. */
  readonly pool: TestDatabase['pool'];
  readonly simulatorOrigin: string;
  readonly app: INestApplicationContext;
  /** With which another program works on the same database. */
  readonly environment: Readonly<Record<'DATABASE_URL' | 'MASTER_KEY', string>>;
  readonly verifications: VerificationService;
  readonly inbox: InboxService;
  readonly pendingSignals: PendingSignals;
  readonly returns: ReturnService;
  readonly connections: ConnectionService;
  readonly workers: Workers;
  /** A tenant of its own, connected to `provider` through a vendor account of its own; `vendorOrigin`: by way of a gate. */
  tenant(provider: ProviderName, vendorOrigin?: string): Promise<HarnessTenant>;
  /** Connects the tenant to another provider as well, where its new verifications go from now on. */
  route(scope: TenantScope, provider: ProviderName): Promise<void>;
  /** The workers of another process on the same database; stopped with the harness. */
  replica(): Promise<Workers>;
  /** Another process on the same database, with a memory of its own; ended with the harness. */
  otherProcess(): Promise<Pick<CoreHarness, 'app' | 'verifications'>>;
  close(): Promise<void>;
}

export interface HarnessTenant {
  readonly scope: TenantScope;
  readonly account: VendorAccount;
  /** Where the vendor sends its webhooks; null for a vendor that has none. */
  readonly webhookUrl: string | null;
}

/** `clock`: the time of the core, for tests that move it; absent: the computer's. `way`: by which it comes to its database. */
export async function startCore({
  clock = new SystemClock(),
  way = (databaseUrl) => Promise.resolve(databaseUrl),
}: {
  readonly clock?: Clock;
  readonly way?: (databaseUrl: string) => Promise<string>;
} = {}): Promise<CoreHarness> {
  const testDatabase = await createTestDatabase();
  const log = new Log({ level: 'silent' });
  const keyBytes = randomBytes(32);
  const database = await connectTestDatabase(await way(testDatabase.url), { poolSize: 10, log });
  const { app: simulator } = createSimulator({ autoDelayMs: 0 });
  const simulatorOrigin = await simulator.listen({ port: 0, host: '127.0.0.1' });
  const masterKeys = { current: new LocalMasterKey(Buffer.from(keyBytes)), previous: null };
  const started: INestApplicationContext[] = [];
  const start = async (): Promise<INestApplicationContext> => {
    const context = await NestFactory.createApplicationContext(
      CoreModule.forRoot({
        imports: [ProvidersModule.forRoot({ allowPrivateNetworks: true })],
        database,
        config: { publicUrl: 'http://127.0.0.1:9', allowPrivateNetworks: true, adminApiKey: null },
        masterKeys,
        log,
        clock,
        ids: new SystemIds(),
        random: new SystemRandom(),
      }),
      Object.assign(new NestApplicationContextOptions(), { logger: false }),
    );
    started.push(context);
    return context;
  };
  const app = await start();
  const workers = app.get(Workers);
  const putPolicy = (tenantId: string, provider: ProviderName): Promise<unknown> =>
    app.get(RoutingService).put(
      'test',
      { tenantId, environment: 'test' },
      {
        policy: {
          provider,
          rules: [],
          fallback: [],
          callerMayChoose: false,
          effectiveAt: null,
          guardrail: null,
          note: null,
        },
        ifVersion: null,
      },
    );
  return {
    database,
    pool: testDatabase.pool,
    simulatorOrigin,
    app,
    environment: { DATABASE_URL: testDatabase.url, MASTER_KEY: keyBytes.toString('base64') },
    verifications: app.get(VerificationService),
    inbox: app.get(InboxService),
    pendingSignals: app.get(PendingSignals),
    returns: app.get(ReturnService),
    connections: app.get(ConnectionService),
    workers,
    async tenant(provider, vendorOrigin = simulatorOrigin) {
      const tenant = await app.get(TenantService).create('test', { name: 'Northwind Bank' });
      const account = await vendorAccount(simulatorOrigin, provider, {}, vendorOrigin);
      const { connection } = await app
        .get(ConnectionService)
        .put('test', tenant.id, 'test', provider, account.connection, null);
      await putPolicy(tenant.id, provider);
      const { apiKey } = await app
        .get(ApiKeyService)
        .create('test', tenant.id, { name: 'backend', environment: 'test', scopes: ['verifications:write'] });
      return {
        scope: tenantScope(tenant.id, 'test', `key:${apiKey.id}`),
        account,
        webhookUrl: connection.webhookUrl,
      };
    },
    async route({ tenantId }, provider) {
      const { connection } = await vendorAccount(simulatorOrigin, provider);
      await app.get(ConnectionService).put('test', tenantId, 'test', provider, connection, null);
      await putPolicy(tenantId, provider);
    },
    async replica() {
      return (await start()).get(Workers);
    },
    async otherProcess() {
      const other = await start();
      return { app: other, verifications: other.get(VerificationService) };
    },
    async close() {
      await Promise.all(started.map((context) => context.get(Workers).stop()));
      await Promise.all(started.map((context) => context.close()));
      await simulator.close();
      await database.close();
      await testDatabase.drop();
    },
  };
}

/** A caller's request that every provider can serve, with a person of its own. */
export function newVerification(over: Partial<NewVerification> = {}): NewVerification {
  return {
    subject: {
      email: `ana.ruiz.${randomBytes(5).toString('hex')}@mail.test`,
      phone: ordinaryPhone(),
      firstName: 'Ana',
      lastName: 'Ruiz',
      dateOfBirth: '1994-02-11',
      address: null,
    },
    reference: null,
    checks: ['document', 'liveness'],
    documentTypes: [],
    redirectUrl: null,
    reviewRedirectUrl: null,
    reuse: 'never',
    message: null,
    expiresInSeconds: 3600,
    metadata: {},
    provider: null,
    ...over,
  };
}
