import { type ProviderRegistry } from '@gatehouse/contract';
import {
  type Clock,
  type Database,
  type GatewayConfig,
  type Ids,
  type Log,
  type MasterKeys,
  OutboundPost,
  type RandomSource,
} from '@gatehouse/platform';

import { Certifier } from './erasure/certifier.js';
import { ErasureList } from './erasure/erasure-list.js';
import { ErasureService } from './erasure/erasure.service.js';
import { ErasureWorker } from './erasure/erasure-worker.js';
import { LegalHolds } from './erasure/legal-holds.js';
import { OrphanEraser } from './erasure/orphan-eraser.js';
import { ProviderCopies } from './erasure/provider-copies.js';
import { Retention } from './erasure/retention.js';
import { VerificationEraser } from './erasure/verification-eraser.js';
import { EvidenceService } from './evidence/evidence.service.js';
import { EvidencePacks } from './evidence/evidence-packs.js';
import { ImageLinks } from './evidence/image-links.js';
import { ReportArchive } from './evidence/report-archive.js';
import { EventFeed } from './events/event-feed.js';
import { FeedWatch } from './events/feed-watch.js';
import { HealthService } from './health.service.js';
import { IdempotencyService } from './idempotency/idempotency.service.js';
import { ImportService } from './imports/import.service.js';
import { Handover } from './inbox/handover.js';
import { InboxService } from './inbox/inbox.service.js';
import { PendingSignals } from './inbox/pending-signals.js';
import { ReturnService } from './inbox/return.service.js';
import { ReturnTokens } from './inbox/return-token.js';
import { SignalCorrelator } from './inbox/signal-correlator.js';
import { Ledger } from './ledger/ledger.js';
import { AuditLog } from './ledger/audit-log.js';
import { LedgerKeys } from './ledger/ledger-keys.js';
import { LedgerReceipts } from './ledger/ledger-receipts.js';
import { LedgerVerifier } from './ledger/ledger-verifier.js';
import { Sequencer } from './ledger/sequencer.js';
import { CheckpointTelling } from './ledger/witness/checkpoint-telling.js';
import { witnessesOf } from './ledger/witness/witness-of.js';
import { OverviewQueries } from './overview/overview-queries.js';
import { KeyProgress } from './privacy/key-progress.js';
import { KeyRewrapper } from './privacy/key-rewrapper.js';
import { KeyRotationService } from './privacy/rotation/key-rotation.service.js';
import { KeyRotator } from './privacy/rotation/key-rotator.js';
import { RotationSteps } from './privacy/rotation/rotation-steps.js';
import { SubjectKeyRotation } from './privacy/rotation/subject-key-rotation.js';
import { SubjectResealer } from './privacy/rotation/subject-resealer.js';
import { TenantKeyRotation } from './privacy/rotation/tenant-key-rotation.js';
import { TenantVault } from './privacy/tenant-vault.js';
import { ReadingArchive } from './readings/reading-archive.js';
import { Remapper } from './readings/remapper.js';
import { CallQuotas } from './quotas/call-quotas.js';
import { Capabilities } from './routing/capabilities.js';
import { PolicyGuardrail } from './routing/policy-guardrail.js';
import { PolicyPreview } from './routing/policy-preview.js';
import { ProviderChoice } from './routing/provider-choice.js';
import { ProviderHealth } from './routing/provider-health.js';
import { ProviderOutcomeQueries } from './routing/provider-outcomes.js';
import { Router } from './routing/router.js';
import { RoutingBoard } from './routing/routing-board.js';
import { SharedBreakers } from './routing/shared-breakers.js';
import { RoutingService } from './routing/routing.service.js';
import { AdminKeyService } from './tenancy/admin-key.service.js';
import { AdminSessionService } from './tenancy/admin-session.service.js';
import { ApiKeyService } from './tenancy/api-key.service.js';
import { tenantScope } from './tenancy/tenant-scope.js';
import { ConnectionOpener } from './tenancy/connection-opener.js';
import { ConnectionService } from './tenancy/connection.service.js';
import { KeyUse } from './tenancy/key-use.js';
import { TenantService } from './tenancy/tenant.service.js';
import { DueWork } from './verifications/due-work.js';
import { IdentityReceipts } from './verifications/identity-receipts.js';
import { PeopleService } from './verifications/people.service.js';
import { ReadLagQueries } from './verifications/read-lag.js';
import { VerificationApplier } from './verifications/verification-applier.js';
import { VerificationBulkReader } from './verifications/verification-bulk-reader.js';
import { VerificationDirectory } from './verifications/verification-directory.js';
import { VerificationExplainer } from './verifications/verification-explainer.js';
import { VerificationQueries } from './verifications/verification-queries.js';
import { VerificationReader } from './verifications/verification-reader.js';
import { VerificationRecorder } from './verifications/verification-recorder.js';
import { VerificationRerouter } from './verifications/verification-rerouter.js';
import { VerificationSealer } from './verifications/verification-sealer.js';
import { VerificationService } from './verifications/verification.service.js';
import { VerificationStarter } from './verifications/verification-starter.js';
import { Wakeup } from './workers/wakeup.js';
import { AllDeliveries } from './webhooks/all-deliveries.js';
import { AllEndpoints } from './webhooks/all-endpoints.js';
import { DeliveryQueue } from './webhooks/delivery-queue.js';
import { EndpointHealth } from './webhooks/endpoint-health.js';
import { WebhookDeliveries } from './webhooks/webhook-deliveries.js';
import { WebhookDispatcher } from './webhooks/webhook-dispatcher.js';
import { WebhookEndpointService } from './webhooks/webhook-endpoint.service.js';
import { Workers } from './workers/workers.js';

/** What the core stands on. */
export interface CoreOptions {
  readonly database: Database;
  readonly config: Pick<GatewayConfig, 'publicUrl' | 'allowPrivateNetworks' | 'adminApiKey'> &
    Partial<Pick<GatewayConfig, 'ledgerWitness'>>;
  readonly masterKeys: MasterKeys;
  readonly log: Log;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: RandomSource;
}

/** The services that the rest of the deployable uses. */
export interface Core {
  readonly ledger: Ledger;
  readonly verifications: VerificationService;
  readonly directory: VerificationDirectory;
  readonly evidence: EvidenceService;
  readonly evidencePacks: EvidencePacks;
  readonly people: PeopleService;
  readonly imports: ImportService;
  readonly events: EventFeed;
  readonly feedWatch: FeedWatch;
  readonly ledgerKeys: LedgerKeys;
  readonly keyUse: KeyUse;
  readonly callQuotas: CallQuotas;
  readonly ledgerReceipts: LedgerReceipts;
  readonly identityReceipts: IdentityReceipts;
  readonly ledgerVerifier: LedgerVerifier;
  readonly auditLog: AuditLog;
  readonly tenants: TenantService;
  readonly apiKeys: ApiKeyService;
  readonly adminKeys: AdminKeyService;
  readonly adminSessions: AdminSessionService;
  readonly connections: ConnectionService;
  readonly routing: RoutingService;
  readonly policyPreview: PolicyPreview;
  readonly providerHealth: ProviderHealth;
  readonly providerOutcomes: ProviderOutcomeQueries;
  readonly readLag: ReadLagQueries;
  readonly inbox: InboxService;
  readonly pendingSignals: PendingSignals;
  readonly returns: ReturnService;
  readonly idempotency: IdempotencyService;
  readonly remapper: Remapper;
  readonly webhookEndpoints: WebhookEndpointService;
  readonly webhookDeliveries: WebhookDeliveries;
  readonly allEndpoints: AllEndpoints;
  readonly allDeliveries: AllDeliveries;
  readonly overview: OverviewQueries;
  readonly dispatcher: WebhookDispatcher;
  readonly keyProgress: KeyProgress;
  readonly keyRotations: KeyRotationService;
  readonly erasures: ErasureService;
  readonly erasureList: ErasureList;
  readonly legalHolds: LegalHolds;
  readonly health: HealthService;
  readonly workers: Workers;
}

/** Each time that positions are given costs the same few statements and a signature, for one entry or for many. */
const PLACED_TOGETHER_MS = 50;

/** The whole core, put together in one place that the compiler checks. */
export function createCore(options: CoreOptions, providers: ProviderRegistry): Core {
  const { database, config, masterKeys, log, clock, ids, random } = options;
  const vault = new TenantVault(database, masterKeys, clock, random);
  const queued = new Wakeup();
  const onQueued = (): void => {
    queued.wake();
  };
  const ledger = new Ledger(clock, ids, onQueued);
  const ledgerKeys = new LedgerKeys(database, vault, clock, ids);
  const sealer = new VerificationSealer(vault);
  const wakeup = new Wakeup();
  const returnTokens = new ReturnTokens(vault);

  const capabilities = new Capabilities(providers);
  const links = new ImageLinks(clock);

  const keyUse = new KeyUse(database, ledger, clock, log);
  const apiKeys = new ApiKeyService(database, ledger, clock, ids, random, keyUse);
  const tenants = new TenantService(database, vault, ledger, clock, ids, () => {
    apiKeys.forget();
  });
  const adminKeys = new AdminKeyService(database, ledger, clock, ids, random, config.adminApiKey);
  const adminSessions = new AdminSessionService(database, ledger, clock, ids, random, keyUse);
  const health = new ProviderHealth(new SharedBreakers(database, clock), clock, log);
  const board = new RoutingBoard(database, clock);
  const quotas = new CallQuotas(database, clock, log);
  const watch = { health, quotas };
  const opener = new ConnectionOpener(database, vault, providers, watch, config.publicUrl, clock);
  const connections = new ConnectionService(
    { database, vault, ledger, board },
    opener,
    providers,
    capabilities,
    config.allowPrivateNetworks,
    { clock, ids, random },
  );
  const routing = new RoutingService(database, board, opener, capabilities, providers, ledger, clock);
  const router = new Router(board, health, capabilities, providers, vault, clock);
  const choice = new ProviderChoice(opener, router, capabilities);

  const readings = new ReadingArchive(vault);
  const idempotency = new IdempotencyService(database, vault, clock);
  const applier = new VerificationApplier(database, sealer, readings, ledger, idempotency, clock, random);
  const recorder = new VerificationRecorder(vault, sealer, ledger, clock, ids);
  const queries = new VerificationQueries(database, sealer, vault);
  const reader = new VerificationReader(database, sealer, applier, opener, ledger, {
    clock,
    random,
    log,
  });
  const bulkReader = new VerificationBulkReader(sealer, reader, opener, clock);
  const preview = new PolicyPreview(database, sealer, board, capabilities, providers, clock);
  const guardrail = new PolicyGuardrail(database, board, opener, ledger, clock, log);
  const rerouter = new VerificationRerouter(database, ledger, clock);
  const starter = new VerificationStarter(
    {
      database,
      sealer,
      recorder,
      applier,
      returnTokens,
      router,
      idempotency,
      connections: opener,
      capabilities,
      rerouter,
    },
    config.publicUrl,
    clock,
    ids,
    log,
  );
  const dueWork = new DueWork(
    { database, providers, connections: opener, quotas, starter, reader, bulkReader },
    { clock, random, log },
  );
  const correlator = new SignalCorrelator(database, vault);
  const handover = new Handover();
  const inbox = new InboxService(
    { database, vault, log },
    opener,
    correlator,
    links,
    { clock, ids },
    wakeup,
    handover,
  );
  const pendingSignals = new PendingSignals(
    { database, vault, log },
    correlator,
    applier,
    clock,
    wakeup,
    handover,
  );
  const archive = new ReportArchive({ database, sealer, connections: opener, ledger, log }, clock);
  const imports = new ImportService(
    { database, choice, connections: opener, recorder, applier, ledger, log, wakeup },
    clock,
    ids,
  );
  const dispatcher = new WebhookDispatcher(
    {
      queue: new DeliveryQueue(database),
      health: new EndpointHealth(database, ledger),
      vault,
      openPost: () => new OutboundPost({ allowPrivateNetworks: config.allowPrivateNetworks }),
      wakeup: queued,
      log,
    },
    clock,
    random,
  );
  const deliveries = new WebhookDeliveries({ database, ledger, onQueued }, clock);
  const sequencer = new Sequencer(database, ledgerKeys, clock);
  const telling = new CheckpointTelling(database, witnessesOf(config.ledgerWitness ?? null), clock, log);
  const feedWatch = new FeedWatch(database, log);
  const rewrapper = new KeyRewrapper(database, masterKeys, ledger, clock, log);
  const steps = new RotationSteps(database, ledger, clock);
  const rotator = new KeyRotator(
    database,
    {
      tenant: new TenantKeyRotation(steps, vault, clock, log),
      subject: new SubjectKeyRotation(steps, vault, new SubjectResealer(log), clock, log),
    },
    clock,
  );
  const onWork = (): void => {
    wakeup.wake();
  };
  const copies = new ProviderCopies({ database, vault, sealer, connections: opener, providers, log }, clock);
  const certifier = new Certifier(ledgerKeys, copies, tenants, clock);
  const orphans = new OrphanEraser(database, vault, clock, log);
  const holds = new LegalHolds(database, vault, ledger, tenants, { clock, ids }, onWork);
  const eraser = new VerificationEraser(applier, holds, ledger, clock);
  const erasureWorker = new ErasureWorker(
    { database, eraser, orphans, copies, holds, certifier, ledger, log },
    clock,
  );
  const retention = new Retention({ database, tenants, orphans }, clock, ids);
  const receipts = new LedgerReceipts(database, feedWatch);
  const explainer = new VerificationExplainer(database, queries, readings);
  const erasures = new ErasureService(
    { database, vault, tenants, copies, certifier, ledger, onWork },
    clock,
    ids,
  );
  const background = {
    'positions in the ledger': { piece: () => sequencer.placeWaiting(), gatherMs: PLACED_TOGETHER_MS },
    'witnesses of the ledger': { piece: () => telling.tellDue() },
    imports: { piece: () => imports.workDue() },
    'archived reports': { piece: () => archive.fetchDue() },
    guardrails: { piece: () => guardrail.lookAtDue() },
    'tenant keys': { piece: () => rewrapper.rewrapSome() },
    'rotations of keys': { piece: () => rotator.rotateSome() },
    erasures: { piece: () => erasureWorker.workDue() },
    retention: { piece: () => retention.sweepDue() },
    'failing connections': {
      piece: () =>
        health.probe(({ tenantId, environment, id }) =>
          opener.openById(tenantScope(tenantId, environment, 'system'), id),
        ),
    },
  };

  return {
    ledger,
    verifications: new VerificationService(
      {
        database,
        starter,
        reader,
        bulkReader,
        applier,
        recorder,
        sealer,
        queries,
        explainer,
        connections: opener,
        capabilities,
        ledger,
      },
      clock,
    ),
    directory: new VerificationDirectory(database, sealer, vault),
    evidence: new EvidenceService(
      { database, queries, sealer, connections: opener, capabilities, archive, links, ledger },
      clock,
    ),
    evidencePacks: new EvidencePacks(
      { database, queries, explainer, receipts, keys: ledgerKeys, erasures, ledger },
      clock,
    ),
    people: new PeopleService(database, choice, correlator, ledger, clock),
    imports,
    events: new EventFeed(database, feedWatch),
    feedWatch,
    ledgerKeys,
    keyUse,
    callQuotas: quotas,
    ledgerReceipts: receipts,
    identityReceipts: new IdentityReceipts({ database, queries, sealer, receipts, ledger }),
    ledgerVerifier: new LedgerVerifier(database, ledgerKeys),
    auditLog: new AuditLog(database, ledger),
    tenants,
    apiKeys,
    adminKeys,
    adminSessions,
    connections,
    routing,
    policyPreview: preview,
    providerHealth: health,
    providerOutcomes: new ProviderOutcomeQueries(database),
    readLag: new ReadLagQueries(database, clock),
    inbox,
    pendingSignals,
    returns: new ReturnService(returnTokens, sealer, applier, starter, { clock, log }, wakeup),
    idempotency,
    remapper: new Remapper(database, readings, opener, applier, providers),
    webhookEndpoints: new WebhookEndpointService(
      { database, vault, ledger, onQueued },
      config.allowPrivateNetworks,
      { clock, ids, random },
    ),
    webhookDeliveries: deliveries,
    allEndpoints: new AllEndpoints(database, vault, deliveries),
    allDeliveries: new AllDeliveries(database, vault, deliveries),
    overview: new OverviewQueries(database, clock),
    dispatcher,
    keyProgress: new KeyProgress(database, masterKeys),
    keyRotations: new KeyRotationService({ database, ledger, wakeup }, clock, ids),
    erasures,
    erasureList: new ErasureList(database, orphans, holds, erasureWorker, clock),
    legalHolds: holds,
    health: new HealthService(database, clock),
    workers: new Workers({ database, pendingSignals, dueWork, idempotency, wakeup, background }, clock, log),
  };
}
