import { ProviderRegistry } from '@gatehouse/contract';
import { type DynamicModule, Module, type ModuleMetadata, type Type } from '@nestjs/common';

import { type Core, type CoreOptions, createCore } from './core.js';
import { ErasureList } from './erasure/erasure-list.js';
import { ErasureService } from './erasure/erasure.service.js';
import { LegalHolds } from './erasure/legal-holds.js';
import { EvidencePacks } from './evidence/evidence-packs.js';
import { EvidenceService } from './evidence/evidence.service.js';
import { EventFeed } from './events/event-feed.js';
import { FeedWatch } from './events/feed-watch.js';
import { HealthService } from './health.service.js';
import { IdempotencyService } from './idempotency/idempotency.service.js';
import { ImportService } from './imports/import.service.js';
import { InboxService } from './inbox/inbox.service.js';
import { PendingSignals } from './inbox/pending-signals.js';
import { ReturnService } from './inbox/return.service.js';
import { AuditLog } from './ledger/audit-log.js';
import { LedgerKeys } from './ledger/ledger-keys.js';
import { LedgerReceipts } from './ledger/ledger-receipts.js';
import { LedgerVerifier } from './ledger/ledger-verifier.js';
import { Remapper } from './readings/remapper.js';
import { OverviewQueries } from './overview/overview-queries.js';
import { CallQuotas } from './quotas/call-quotas.js';
import { KeyProgress } from './privacy/key-progress.js';
import { PolicyPreview } from './routing/policy-preview.js';
import { ProviderHealth } from './routing/provider-health.js';
import { ProviderOutcomeQueries } from './routing/provider-outcomes.js';
import { KeyRotationService } from './privacy/rotation/key-rotation.service.js';
import { RoutingService } from './routing/routing.service.js';
import { AdminKeyService } from './tenancy/admin-key.service.js';
import { AdminSessionService } from './tenancy/admin-session.service.js';
import { ApiKeyService } from './tenancy/api-key.service.js';
import { ConnectionService } from './tenancy/connection.service.js';
import { KeyUse } from './tenancy/key-use.js';
import { TenantService } from './tenancy/tenant.service.js';
import { IdentityReceipts } from './verifications/identity-receipts.js';
import { PeopleService } from './verifications/people.service.js';
import { ReadLagQueries } from './verifications/read-lag.js';
import { VerificationDirectory } from './verifications/verification-directory.js';
import { VerificationService } from './verifications/verification.service.js';
import { AllDeliveries } from './webhooks/all-deliveries.js';
import { AllEndpoints } from './webhooks/all-endpoints.js';
import { WebhookDeliveries } from './webhooks/webhook-deliveries.js';
import { WebhookDispatcher } from './webhooks/webhook-dispatcher.js';
import { WebhookEndpointService } from './webhooks/webhook-endpoint.service.js';
import { Workers } from './workers/workers.js';

const CORE = Symbol('core');

/** Which service of the core answers to which class. */
const SERVICES: readonly (readonly [Type, keyof Core])[] = [
  [VerificationService, 'verifications'],
  [VerificationDirectory, 'directory'],
  [EvidenceService, 'evidence'],
  [EvidencePacks, 'evidencePacks'],
  [PeopleService, 'people'],
  [ImportService, 'imports'],
  [EventFeed, 'events'],
  [FeedWatch, 'feedWatch'],
  [LedgerKeys, 'ledgerKeys'],
  [LedgerReceipts, 'ledgerReceipts'],
  [IdentityReceipts, 'identityReceipts'],
  [LedgerVerifier, 'ledgerVerifier'],
  [AuditLog, 'auditLog'],
  [TenantService, 'tenants'],
  [ApiKeyService, 'apiKeys'],
  [KeyUse, 'keyUse'],
  [CallQuotas, 'callQuotas'],
  [AdminKeyService, 'adminKeys'],
  [AdminSessionService, 'adminSessions'],
  [ConnectionService, 'connections'],
  [RoutingService, 'routing'],
  [PolicyPreview, 'policyPreview'],
  [ProviderHealth, 'providerHealth'],
  [ProviderOutcomeQueries, 'providerOutcomes'],
  [ReadLagQueries, 'readLag'],
  [InboxService, 'inbox'],
  [PendingSignals, 'pendingSignals'],
  [ReturnService, 'returns'],
  [IdempotencyService, 'idempotency'],
  [Remapper, 'remapper'],
  [WebhookEndpointService, 'webhookEndpoints'],
  [WebhookDeliveries, 'webhookDeliveries'],
  [AllEndpoints, 'allEndpoints'],
  [AllDeliveries, 'allDeliveries'],
  [OverviewQueries, 'overview'],
  [WebhookDispatcher, 'dispatcher'],
  [KeyProgress, 'keyProgress'],
  [KeyRotationService, 'keyRotations'],
  [ErasureService, 'erasures'],
  [ErasureList, 'erasureList'],
  [LegalHolds, 'legalHolds'],
  [HealthService, 'health'],
  [Workers, 'workers'],
];

/** The core for Nest's injector. `imports` must hold a module that exports the {@link ProviderRegistry}. */
@Module({})
export class CoreModule {
  static forRoot(
    options: CoreOptions & { readonly imports: NonNullable<ModuleMetadata['imports']> },
  ): DynamicModule {
    return {
      module: CoreModule,
      global: true,
      imports: options.imports,
      providers: [
        {
          provide: CORE,
          useFactory: (providers: ProviderRegistry) => createCore(options, providers),
          inject: [ProviderRegistry],
        },
        ...SERVICES.map(([token, name]) => ({
          provide: token,
          useFactory: (core: Core) => core[name],
          inject: [CORE],
        })),
      ],
      exports: SERVICES.map(([token]) => token),
    };
  }
}
