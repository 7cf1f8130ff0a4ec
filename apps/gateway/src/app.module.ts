import { CoreModule, type CoreOptions } from '@gatehouse/core';
import { Clock, type GatewayConfig, Log } from '@gatehouse/platform';
import { type ProviderClass, ProvidersModule } from '@gatehouse/providers';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';

import { AdminKeysController } from './admin/admin-keys/admin-keys.controller.js';
import { AdminSessionController } from './admin/session/admin-session.controller.js';
import { ApiKeysController } from './admin/api-keys/api-keys.controller.js';
import { AuditLogController } from './admin/audit-log/audit-log.controller.js';
import { ConnectionsController } from './admin/connections/connections.controller.js';
import { KeyRotationsController } from './admin/keys/key-rotations.controller.js';
import { ErasuresController } from './admin/erasures/erasures.controller.js';
import { HoldsController } from './admin/holds/holds.controller.js';
import { OverviewController } from './admin/overview/overview.controller.js';
import { RoutingController } from './admin/routing/routing.controller.js';
import { TenantsController } from './admin/tenants/tenants.controller.js';
import { ProvidersController } from './admin/providers/providers.controller.js';
import { AdminVerificationRecordsController } from './admin/verifications/admin-verification-records.controller.js';
import { AdminVerificationStepsController } from './admin/verifications/admin-verification-steps.controller.js';
import { AdminVerificationsController } from './admin/verifications/admin-verifications.controller.js';
import { AdminWebhookDeliveriesController } from './admin/webhook-deliveries/admin-webhook-deliveries.controller.js';
import { AdminWebhookEndpointsController } from './admin/webhook-endpoints/admin-webhook-endpoints.controller.js';
import { EventsController } from './api/events/events.controller.js';
import { ImportsController } from './api/imports/imports.controller.js';
import { MeController } from './api/me/me.controller.js';
import { PeopleController } from './api/people/people.controller.js';
import { VerificationRecordsController } from './api/verifications/verification-records.controller.js';
import { VerificationStepsController } from './api/verifications/verification-steps.controller.js';
import { VerificationsController } from './api/verifications/verifications.controller.js';
import { WebhookDeliveriesController } from './api/webhooks/webhook-deliveries.controller.js';
import { WebhookEndpointsController } from './api/webhooks/webhook-endpoints.controller.js';
import { ConsoleController } from './console/console.controller.js';
import { HealthController } from './http/health.controller.js';
import { IdempotencyInterceptor } from './http/idempotency.interceptor.js';
import { LedgerKeyController } from './http/ledger-key.controller.js';
import { ApiDocument } from './http/openapi/api-document.js';
import { DocsController } from './http/openapi/docs.controller.js';
import { ProblemsController } from './http/problems/problems.controller.js';
import { PublicUrl } from './http/public-url.js';
import { RequestValidationPipe } from './http/validation.js';
import { HooksController } from './inbound/hooks.controller.js';
import { ReturnController } from './inbound/return.controller.js';
import { WorkerShutdown } from './worker-shutdown.js';

/** What a process without API tells: its health. */
const WORKER_CONTROLLERS: readonly Type[] = [HealthController];

const API_CONTROLLERS: readonly Type[] = [
  HealthController,
  VerificationsController,
  VerificationStepsController,
  VerificationRecordsController,
  PeopleController,
  ImportsController,
  EventsController,
  WebhookEndpointsController,
  WebhookDeliveriesController,
  MeController,
  TenantsController,
  ApiKeysController,
  AdminKeysController,
  AdminSessionController,
  ConnectionsController,
  ProvidersController,
  RoutingController,
  ErasuresController,
  HoldsController,
  AdminVerificationsController,
  AdminVerificationRecordsController,
  AdminVerificationStepsController,
  OverviewController,
  AdminWebhookEndpointsController,
  AdminWebhookDeliveriesController,
  AuditLogController,
  LedgerKeyController,
  KeyRotationsController,
  HooksController,
  ReturnController,
  ProblemsController,
  DocsController,
  ConsoleController,
];

export interface AppOptions extends CoreOptions {
  /** The providers of this deployment; absent: all that this repository has. */
  readonly providers?: readonly ProviderClass[];
  readonly config: Pick<
    GatewayConfig,
    'publicUrl' | 'allowPrivateNetworks' | 'adminApiKey' | 'role' | 'maxConcurrentRequests'
  > &
    Partial<Pick<GatewayConfig, 'ledgerWitness'>>;
}

/** Connections to one vendor’s host for what is read and sent in the background. */
const FOR_WORKERS = 64;

/** The whole deployable, put together. */
@Module({})
export class AppModule {
  static forRoot(options: AppOptions): DynamicModule {
    const { allowPrivateNetworks, maxConcurrentRequests } = options.config;
    const providers = ProvidersModule.forRoot(
      // Whoever may wait for a vendor has a connection to wait on: else they wait for each other, out of their own time for the call.
      { allowPrivateNetworks, connections: maxConcurrentRequests + FOR_WORKERS },
      options.providers,
    );
    return {
      module: AppModule,
      imports: [CoreModule.forRoot({ ...options, imports: [providers] }), providers],
      controllers: [...(options.config.role === 'worker' ? WORKER_CONTROLLERS : API_CONTROLLERS)],
      providers: [
        { provide: PublicUrl, useValue: new PublicUrl(options.config.publicUrl) },
        { provide: Clock, useValue: options.clock },
        { provide: Log, useValue: options.log },
        { provide: APP_PIPE, useClass: RequestValidationPipe },
        ApiDocument,
        IdempotencyInterceptor,
        WorkerShutdown,
      ],
    };
  }
}
