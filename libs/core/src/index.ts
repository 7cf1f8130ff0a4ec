export { type Core, type CoreOptions, createCore } from './core.js';
export { CoreModule } from './core.module.js';
export { certificateNameOf } from './erasure/certificate.js';
export {
  type Erasure,
  type ErasureCertificate,
  type ErasureRequest,
  type ProviderCopy,
} from './erasure/erasure.js';
export { ErasureList, type ListedErasure } from './erasure/erasure-list.js';
export { ErasureService } from './erasure/erasure.service.js';
export { type LegalHold, LegalHolds } from './erasure/legal-holds.js';
export { type EvidencePack, EvidencePacks } from './evidence/evidence-packs.js';
export { EvidenceService, type ListedImage } from './evidence/evidence.service.js';
export { EventFeed, type FeedPage } from './events/event-feed.js';
export { FeedWatch } from './events/feed-watch.js';
export { EVENT_TYPES, type EventType } from './events/published-event.js';
export { type ToldEvent, toldEvent } from './events/told-event.js';
export { type Health, HealthService } from './health.service.js';
export {
  type IdempotencyClaim,
  IdempotencyKeyTaken,
  type IdempotencyOutcome,
  IdempotencyService,
} from './idempotency/idempotency.service.js';
export { type Import, ImportService } from './imports/import.service.js';
export { InboxService } from './inbox/inbox.service.js';
export { PendingSignals } from './inbox/pending-signals.js';
export { ReturnService } from './inbox/return.service.js';
export { Remapper, type RemapOutcome, type RemapRequest, type RemapResult } from './readings/remapper.js';
export {
  AuditLog,
  type EntryFilter,
  type ExportedLine,
  LOG_SUBJECTS,
  type LoggedEntry,
  type LogSubject,
  type StoredCheckpoint,
} from './ledger/audit-log.js';
export { Ledger } from './ledger/ledger.js';
export { LedgerKeys, type PublishedKey } from './ledger/ledger-keys.js';
export { Sequencer } from './ledger/sequencer.js';
export { type Opening } from './ledger/commitment.js';
export { LEDGER_KINDS, type LedgerKind } from './ledger/ledger-kind.js';
export { LedgerReceipts, type ProvenEntry, type Receipt } from './ledger/ledger-receipts.js';
export {
  type FirstBad,
  LEDGER_FAULTS,
  type LedgerFault,
  type LedgerProgress,
  type LedgerVerdict,
  LedgerVerifier,
} from './ledger/ledger-verifier.js';
export { KeyProgress, type MasterKeyProgress } from './privacy/key-progress.js';
export {
  type KeyRotation,
  ROTATION_LEVELS,
  type RotationLevel,
  type RotationPhase,
} from './privacy/rotation/key-rotation.js';
export { KeyRotationService } from './privacy/rotation/key-rotation.service.js';
export { requireMasterKey } from './privacy/master-key-check.js';
export { type FailedAttempt, type RoutingRecord, type Skipped } from './routing/decide.js';
export { type RoutingPolicy, type RoutingRule } from './routing/policy.js';
export { PolicyPreview, type Preview } from './routing/policy-preview.js';
export { type PolicyPlace, type PolicyVersion } from './routing/policy-versions.js';
export { type CallSummary } from './routing/call-record.js';
export { type ConnectionHealth, ProviderHealth } from './routing/provider-health.js';
export { type ProviderReadLag, ReadLagQueries } from './verifications/read-lag.js';
export { ProviderOutcomeQueries, type ProviderOutcomes } from './routing/provider-outcomes.js';
export { RoutingService } from './routing/routing.service.js';
export { ADMIN_ROLES, type AdminKey, AdminKeyService, type AdminRole } from './tenancy/admin-key.service.js';
export {
  type AdminPrincipal,
  type AdminSession,
  AdminSessionService,
} from './tenancy/admin-session.service.js';
export { type ApiKey, ApiKeyService } from './tenancy/api-key.service.js';
export { type Principal, type Scope, SCOPES } from './tenancy/principal.js';
export { CallQuotas } from './quotas/call-quotas.js';
export { KeyUse } from './tenancy/key-use.js';
export { type ConnectionInput } from './tenancy/connection-input.js';
export { ConnectionService, type ConnectionView } from './tenancy/connection.service.js';
export { DEFAULT_OVERLAP_SECONDS, MAX_OVERLAP_SECONDS } from './tenancy/credential-versions.js';
export { SYSTEM_TENANT_ID } from './privacy/tenant-vault.js';
export { type Tenant, TenantService, type TenantSettings } from './tenancy/tenant.service.js';
export { type Environment, ENVIRONMENTS, tenantScope, type TenantScope } from './tenancy/tenant-scope.js';
export {
  type CustomerPage,
  type FoundPerson,
  type LookedUp,
  PeopleService,
} from './verifications/people.service.js';
export { type IdentityReceipt, IdentityReceipts } from './verifications/identity-receipts.js';
export { VerificationStartFailed } from './verifications/verification-start-failed.js';
export {
  ASIDE_REASONS,
  type AsideReason,
  type Explanation,
  type Link,
  LINK_KINDS,
  type LinkKind,
  LINK_SOURCES,
  OUTCOMES,
} from './verifications/explanation.js';
export { type DirectoryFilter, VerificationDirectory } from './verifications/verification-directory.js';
export { type Statuses, VerificationService } from './verifications/verification.service.js';
export {
  type FactSource,
  type NewVerification,
  type Page,
  type PageRequest,
  type StoredIdentity,
  type TimelineEvent,
  type Verification,
  type VerificationFilter,
} from './verifications/verification.js';
export { VIEW_PURPOSES, type ViewPurpose, type ViewReason } from './verifications/view-reason.js';
export {
  type DeliveryFilter,
  type Replay,
  type ReplayRange,
  WebhookDeliveries,
} from './webhooks/webhook-deliveries.js';
export { DELIVERY_STATES, type DeliveryState, type WebhookDelivery } from './webhooks/webhook-delivery.js';
export { WebhookDispatcher } from './webhooks/webhook-dispatcher.js';
export { type DisabledReason, type WebhookEndpoint } from './webhooks/webhook-endpoint.js';
export {
  type EndpointChange,
  MAX_ENDPOINTS,
  type NewEndpoint,
  WebhookEndpointService,
} from './webhooks/webhook-endpoint.service.js';
export { AllDeliveries, type DeliveryFilterOfAll, type DeliveryInFull } from './webhooks/all-deliveries.js';
export {
  AllEndpoints,
  COUNTED_PENDING,
  type EndpointOfTenant,
  type ReplayProgress,
} from './webhooks/all-endpoints.js';
export {
  type OutcomeCounts,
  NO_OUTCOMES,
  type Overview,
  type OverviewFilter,
  type TimeToVerdict,
} from './overview/overview.js';
export { OverviewQueries, type Standing } from './overview/overview-queries.js';
export { Workers } from './workers/workers.js';
