import {
  type ConnectionHealth,
  ConnectionService,
  type ConnectionView as StoredConnection,
  ProviderHealth,
} from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';
import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Post,
  Put,
  Query,
  Res,
} from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';

import { Actor, AdminOnly } from '../../http/access.js';
import { JsonBody, NoBody } from '../../http/body.js';
import { ETAG_HEADER, TakesIfMatch } from '../../http/etag.js';
import { atAnyVersion, etagOf, IfMatch } from '../../http/if-match.js';
import { idParameter } from '../../http/openapi/id-parameter.js';
import {
  IDEMPOTENCY_PROBLEMS,
  Operation,
  PROVIDER_PROBLEMS,
} from '../../http/openapi/operation.decorator.js';
import { Idempotent } from '../../http/idempotency.interceptor.js';
import { IdParam } from '../../http/type-id.pipe.js';
import { EnvironmentQuery } from '../environment.js';
import { toCallSummaryView } from '../call-summary.view.js';
import {
  CONNECT_EXAMPLES,
  CONNECTION_CHECK_EXAMPLE,
  CONNECTION_EXAMPLE,
  ConnectionCheckView,
  ConnectionListView,
  ConnectionView,
  PutConnectionBody,
  REGISTERED_WEBHOOK_EXAMPLE,
  RegisteredWebhookView,
} from './connection.dto.js';
import { type Plain } from '../../http/plain.js';

const ID = idParameter('tnt');
const PROVIDER = {
  name: 'provider',
  schema: { type: 'string', pattern: '^[a-z][a-z0-9_]{0,31}$' },
  example: 'dentity',
  description: 'The provider’s name, as `GET /admin/v1/providers` lists it.',
} as const;

@ApiTags('Connections')
@Controller('admin/v1/tenants/:id/connections')
export class ConnectionsController {
  constructor(
    private readonly connections: ConnectionService,
    private readonly health: ProviderHealth,
  ) {}

  @Get()
  @ApiParam(ID)
  @AdminOnly('admin', 'support')
  @Operation({
    id: 'listConnections',
    summary: 'List what a tenant has connected in an environment, by the provider’s name',
    description:
      'As `GET …/connections/{provider}` tells each of them; never with a secret. A connection to a provider that this deployment no longer has is left out.',
    problems: ['not_found', 'validation_failed'],
  })
  @ApiOkResponse({
    type: ConnectionListView,
    description: 'All of them.',
    example: { data: [CONNECTION_EXAMPLE], nextCursor: null },
  })
  async list(
    @IdParam('tnt') tenantId: string,
    @Query() { environment }: EnvironmentQuery,
  ): Promise<Plain<ConnectionListView>> {
    const connections = await this.connections.list(tenantId, environment);
    return { data: connections.map((connection) => this.#view(connection)), nextCursor: null };
  }

  @Put(':provider')
  @ApiParam(ID)
  @ApiParam(PROVIDER)
  @AdminOnly('admin')
  @TakesIfMatch()
  @JsonBody(PutConnectionBody, CONNECT_EXAMPLES)
  @Operation({
    id: 'putConnection',
    summary: 'Connect a provider, or change its connection',
    description:
      'Each environment has its own connection. Credentials that change stay in use beside the new ones for `overlapSeconds`, so that nothing is lost between the change here and the one at the provider.',
    body: true,
    problems: ['not_found', 'stale_version'],
  })
  @ApiOkResponse({
    type: ConnectionView,
    headers: ETAG_HEADER,
    description: 'Changed.',
    example: { ...CONNECTION_EXAMPLE, version: 2 },
  })
  @ApiCreatedResponse({
    type: ConnectionView,
    headers: ETAG_HEADER,
    description: 'Connected.',
    example: CONNECTION_EXAMPLE,
  })
  async put(
    @Actor() actor: string,
    @IdParam('tnt') tenantId: string,
    @Param('provider') provider: string,
    @Query() { environment }: EnvironmentQuery,
    @Body() body: PutConnectionBody,
    @IfMatch() ifVersions: readonly number[] | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Plain<ConnectionView>> {
    const input = {
      credentials: body.credentials ?? undefined,
      settings: body.settings ?? undefined,
      overlapSeconds: body.overlapSeconds ?? null,
    };
    const { connection, created } = await atAnyVersion(ifVersions, (ifVersion) =>
      this.connections.put(actor, tenantId, environment, provider, input, ifVersion),
    );
    void reply.code(created ? HttpStatus.CREATED : HttpStatus.OK);
    return this.#tagged(reply, connection);
  }

  @Get(':provider')
  @ApiParam(ID)
  @ApiParam(PROVIDER)
  @AdminOnly('admin', 'support')
  @Operation({
    id: 'getConnection',
    summary: 'Read a connection',
    description: 'With its `webhookUrl`; never with a secret.',
    problems: ['not_found', 'validation_failed'],
  })
  @ApiOkResponse({
    type: ConnectionView,
    headers: ETAG_HEADER,
    description: 'The connection.',
    example: CONNECTION_EXAMPLE,
  })
  async get(
    @IdParam('tnt') tenantId: string,
    @Param('provider') provider: string,
    @Query() { environment }: EnvironmentQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Plain<ConnectionView>> {
    return this.#tagged(reply, await this.connections.get(tenantId, environment, provider));
  }

  @Delete(':provider')
  @HttpCode(204)
  @ApiParam(ID)
  @ApiParam(PROVIDER)
  @NoBody()
  @AdminOnly('admin')
  @TakesIfMatch()
  @Operation({
    id: 'removeConnection',
    summary: 'Disconnect a provider',
    description:
      'Refused with `conflict` while anything needs the connection; `heldBy` of the problem names it: verifications under way, running imports, the routing policy in force.',
    body: true,
    problems: ['not_found', 'conflict', 'stale_version'],
  })
  @ApiNoContentResponse({ description: 'It is disconnected.' })
  async remove(
    @Actor() actor: string,
    @IdParam('tnt') tenantId: string,
    @Param('provider') provider: string,
    @Query() { environment }: EnvironmentQuery,
    @IfMatch() ifVersions: readonly number[] | null,
  ): Promise<void> {
    await atAnyVersion(ifVersions, (ifVersion) =>
      this.connections.remove(actor, tenantId, environment, provider, ifVersion),
    );
  }

  @Post(':provider/check')
  @HttpCode(200)
  @ApiParam(ID)
  @ApiParam(PROVIDER)
  @NoBody()
  @AdminOnly('admin')
  @Operation({
    id: 'checkConnection',
    summary: 'Call the provider and say what worked',
    description: 'With the current credentials only, never with former ones.',
    body: true,
    problems: ['not_found', 'capability_unsupported'],
  })
  @ApiOkResponse({
    type: ConnectionCheckView,
    description: 'What was tried, and what came of it.',
    example: CONNECTION_CHECK_EXAMPLE,
  })
  async check(
    @Actor() actor: string,
    @IdParam('tnt') tenantId: string,
    @Param('provider') provider: string,
    @Query() { environment }: EnvironmentQuery,
  ): Promise<Plain<ConnectionCheckView>> {
    const { ok, findings } = await this.connections.check(actor, tenantId, environment, provider);
    return {
      ok,
      findings: findings.map((finding) => ({ ok: finding.ok, what: finding.what, detail: finding.detail })),
    };
  }

  @Post(':provider/register-webhook')
  @HttpCode(200)
  @ApiParam(ID)
  @ApiParam(PROVIDER)
  @NoBody()
  @AdminOnly('admin')
  @Idempotent()
  @Operation({
    id: 'registerWebhook',
    summary: 'Tell the provider where to send its webhooks',
    description: 'Where the provider has a call for it. Replaces what it was told before.',
    body: true,
    problems: ['not_found', 'capability_unsupported', ...PROVIDER_PROBLEMS, ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiOkResponse({
    type: RegisteredWebhookView,
    description: 'The provider knows.',
    example: REGISTERED_WEBHOOK_EXAMPLE,
  })
  async registerWebhook(
    @Actor() actor: string,
    @IdParam('tnt') tenantId: string,
    @Param('provider') provider: string,
    @Query() { environment }: EnvironmentQuery,
  ): Promise<Plain<RegisteredWebhookView>> {
    const { webhookUrl } = await this.connections.registerWebhook(actor, tenantId, environment, provider);
    return { registered: true, webhookUrl };
  }

  #tagged(reply: FastifyReply, connection: StoredConnection): Plain<ConnectionView> {
    void reply.header('etag', etagOf(connection.version));
    return this.#view(connection);
  }

  #view(connection: StoredConnection): Plain<ConnectionView> {
    return toConnectionView(connection, this.health.ofConnection(connection.id, connection.version));
  }
}

function toConnectionView(connection: StoredConnection, health: ConnectionHealth): Plain<ConnectionView> {
  return {
    id: toTypeId('con', connection.id),
    provider: connection.provider,
    environment: connection.environment,
    settings: { ...connection.settings },
    credentials: { ...connection.credentials },
    formerCredentialsUntil: [...connection.formerCredentialsUntil],
    webhookUrl: connection.webhookUrl,
    health: {
      ...toCallSummaryView(health),
      breaker: health.breaker,
      openUntil: health.openUntil?.toISOString() ?? null,
      lastFault: health.lastFault,
    },
    version: connection.version,
    createdAt: connection.createdAt.toISOString(),
    updatedAt: connection.updatedAt.toISOString(),
  };
}
