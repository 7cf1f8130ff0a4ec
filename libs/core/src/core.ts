import { type ProviderRegistry } from '@gatehouse/contract';
import {
  type Clock,
  type Database,
  type GatewayConfig,
  type Ids,
  type Log,
  type MasterKey,
  type RandomSource,
} from '@gatehouse/platform';

import { HealthService } from './health.service.js';
import { IdempotencyService } from './idempotency/idempotency.service.js';
import { InboxService } from './inbox/inbox.service.js';
import { ReturnService } from './inbox/return.service.js';
import { ReturnTokens } from './inbox/return-token.js';
import { SignalCorrelator } from './inbox/signal-correlator.js';
import { Ledger } from './ledger/ledger.js';
import { TenantVault } from './privacy/tenant-vault.js';
import { RoutingService } from './routing/routing.service.js';
import { ApiKeyService } from './tenancy/api-key.service.js';
import { ConnectionOpener } from './tenancy/connection-opener.js';
import { ConnectionService } from './tenancy/connection.service.js';
import { TenantService } from './tenancy/tenant.service.js';
import { VerificationApplier } from './verifications/verification-applier.js';
import { VerificationQueries } from './verifications/verification-queries.js';
import { VerificationReader } from './verifications/verification-reader.js';
import { VerificationSealer } from './verifications/verification-sealer.js';
import { VerificationService } from './verifications/verification.service.js';
import { VerificationStarter } from './verifications/verification-starter.js';
import { Wakeup } from './workers/wakeup.js';
import { Workers } from './workers/workers.js';

/** What the core stands on. */
export interface CoreOptions {
  readonly database: Database;
  readonly config: Pick<GatewayConfig, 'publicUrl' | 'allowPrivateNetworks'>;
  readonly masterKey: MasterKey;
  readonly log: Log;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: RandomSource;
}

/** The services that the rest of the deployable uses. */
export interface Core {
  readonly verifications: VerificationService;
  readonly tenants: TenantService;
  readonly apiKeys: ApiKeyService;
  readonly connections: ConnectionService;
  readonly routing: RoutingService;
  readonly inbox: InboxService;
  readonly returns: ReturnService;
  readonly idempotency: IdempotencyService;
  readonly health: HealthService;
  readonly workers: Workers;
}

/** The whole core, put together in one place that the compiler checks. */
export function createCore(options: CoreOptions, providers: ProviderRegistry): Core {
  const { database, config, masterKey, log, clock, ids, random } = options;
  const vault = new TenantVault(database, masterKey, clock, random);
  const ledger = new Ledger(clock, ids);
  const sealer = new VerificationSealer(vault);
  const wakeup = new Wakeup();
  const returnTokens = new ReturnTokens(vault);

  const tenants = new TenantService(database, vault, ledger, clock, ids);
  const apiKeys = new ApiKeyService(database, ledger, clock, ids, random);
  const opener = new ConnectionOpener(database, vault, providers, config.publicUrl);
  const connections = new ConnectionService(
    { database, vault, ledger },
    opener,
    providers,
    config.allowPrivateNetworks,
    { clock, ids, random },
  );
  const routing = new RoutingService(database, opener, providers, ledger, clock);

  const applier = new VerificationApplier(database, sealer, ledger, clock, random);
  const queries = new VerificationQueries(database, sealer, vault);
  const reader = new VerificationReader(database, sealer, applier, opener, ledger, { clock, log });
  const starter = new VerificationStarter(
    { database, vault, sealer, applier, ledger, returnTokens, routing, connections: opener, providers },
    config.publicUrl,
    clock,
    ids,
    log,
  );
  const correlator = new SignalCorrelator(database, vault);
  const inbox = new InboxService(
    { database, vault, log },
    opener,
    correlator,
    applier,
    { clock, ids },
    wakeup,
  );
  const idempotency = new IdempotencyService(database, vault, clock);

  return {
    verifications: new VerificationService(database, starter, reader, applier, queries, ledger),
    tenants,
    apiKeys,
    connections,
    routing,
    inbox,
    returns: new ReturnService(returnTokens, sealer, applier, clock, wakeup),
    idempotency,
    health: new HealthService(database, clock),
    workers: new Workers({ database, inbox, reader, starter, idempotency, wakeup }, clock, log),
  };
}
