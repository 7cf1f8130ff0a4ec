import { type TenantScope, WebhookDeliveries, WebhookEndpointService } from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';
import { Body, Controller, Delete, Get, HttpCode, Patch, Post } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';

import { Caller, RequireScope } from '../../http/access.js';
import { JsonBody, NoBody } from '../../http/body.js';
import { Idempotent } from '../../http/idempotency.interceptor.js';
import { NoParameters } from '../../http/no-parameters.js';
import { idParameter } from '../../http/openapi/id-parameter.js';
import { IDEMPOTENCY_PROBLEMS, Operation } from '../../http/openapi/operation.decorator.js';
import { type Plain } from '../../http/plain.js';
import { IdParam } from '../../http/type-id.pipe.js';
import {
  ChangeWebhookEndpointBody,
  CreateWebhookEndpointBody,
  ENDPOINT_CHANGE_EXAMPLES,
  ENDPOINT_EXAMPLES,
  REPLAY_EXAMPLES,
  ReplayBody,
} from './webhook-endpoint.dto.js';
import {
  toEndpointChange,
  toNewEndpoint,
  toReplayRange,
  toWebhookEndpointView,
} from './webhook-endpoint.mapper.js';
import {
  NEW_WEBHOOK_ENDPOINT_EXAMPLE,
  ReplayView,
  ROTATED_WEBHOOK_ENDPOINT_EXAMPLE,
  TEST_EVENT_EXAMPLE,
  TestEventView,
  WEBHOOK_ENDPOINT_EXAMPLE,
  WebhookEndpointListView,
  WebhookEndpointView,
  WebhookEndpointWithSecretView,
} from './webhook-endpoint.view.js';

const ID = idParameter('whe');

/** Where a tenant wants its events posted. */
@ApiTags('Webhooks')
@Controller('v1/webhook-endpoints')
export class WebhookEndpointsController {
  constructor(
    private readonly endpoints: WebhookEndpointService,
    private readonly deliveries: WebhookDeliveries,
  ) {}

  @Post()
  @RequireScope('webhooks:write')
  @Idempotent()
  @JsonBody(CreateWebhookEndpointBody, ENDPOINT_EXAMPLES)
  @Operation({
    id: 'createWebhookEndpoint',
    summary: 'Have events posted to an address',
    description:
      'From now on, in the key’s environment. Messages are signed as Standard Webhooks 1.0.0 has it; this answer, its replay under the same idempotency key, and that of a rotation are all that ever hold the secret. At most 50 per environment.',
    body: true,
    problems: ['conflict', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiCreatedResponse({
    type: WebhookEndpointWithSecretView,
    description: 'The endpoint, with its secret.',
    example: NEW_WEBHOOK_ENDPOINT_EXAMPLE,
  })
  async create(
    @Caller() scope: TenantScope,
    @Body() body: CreateWebhookEndpointBody,
  ): Promise<Plain<WebhookEndpointWithSecretView>> {
    const { endpoint, secret } = await this.endpoints.create(scope, toNewEndpoint(body));
    return { ...toWebhookEndpointView(scope.environment, endpoint), secret };
  }

  @Get()
  @NoParameters()
  @RequireScope('webhooks:read')
  @Operation({
    id: 'listWebhookEndpoints',
    summary: 'List the endpoints, newest first',
    description: 'Of the key’s environment. Never with their secrets.',
    problems: ['validation_failed'],
  })
  @ApiOkResponse({
    type: WebhookEndpointListView,
    description: 'All of them, disabled ones included.',
    example: { data: [WEBHOOK_ENDPOINT_EXAMPLE], nextCursor: null },
  })
  async list(@Caller() scope: TenantScope): Promise<Plain<WebhookEndpointListView>> {
    const endpoints = await this.endpoints.list(scope);
    const data = endpoints.map((endpoint) => toWebhookEndpointView(scope.environment, endpoint));
    return { data, nextCursor: null };
  }

  @Get(':id')
  @ApiParam(ID)
  @RequireScope('webhooks:read')
  @Operation({
    id: 'getWebhookEndpoint',
    summary: 'Read an endpoint',
    description: 'Whether it is disabled, and since when it has been failing.',
    problems: ['not_found'],
  })
  @ApiOkResponse({
    type: WebhookEndpointView,
    description: 'The endpoint, without its secret.',
    example: WEBHOOK_ENDPOINT_EXAMPLE,
  })
  async get(@Caller() scope: TenantScope, @IdParam('whe') id: string): Promise<Plain<WebhookEndpointView>> {
    return toWebhookEndpointView(scope.environment, await this.endpoints.get(scope, id));
  }

  @Patch(':id')
  @ApiParam(ID)
  @RequireScope('webhooks:write')
  @Idempotent()
  @JsonBody(ChangeWebhookEndpointBody, ENDPOINT_CHANGE_EXAMPLES)
  @Operation({
    id: 'changeWebhookEndpoint',
    summary: 'Change, disable or enable an endpoint',
    description:
      'What is left out stays as it is; null unsets `description`. At least one member is needed. What is still to be sent goes to the new address; once disabled, it is not sent. Enabled again, an endpoint gets what happens from then on; a replay fetches what it missed.',
    body: true,
    problems: ['not_found', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiOkResponse({
    type: WebhookEndpointView,
    description: 'The endpoint as it is now.',
    example: WEBHOOK_ENDPOINT_EXAMPLE,
  })
  async change(
    @Caller() scope: TenantScope,
    @IdParam('whe') id: string,
    @Body() body: ChangeWebhookEndpointBody,
  ): Promise<Plain<WebhookEndpointView>> {
    const endpoint = await this.endpoints.change(scope, id, toEndpointChange(body));
    return toWebhookEndpointView(scope.environment, endpoint);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiParam(ID)
  @NoBody()
  @RequireScope('webhooks:write')
  @Operation({
    id: 'removeWebhookEndpoint',
    summary: 'Remove an endpoint',
    description: 'Nothing more is sent to it. Its deliveries can still be read.',
    body: true,
    problems: ['not_found'],
  })
  @ApiNoContentResponse({ description: 'It is removed.' })
  async remove(@Caller() scope: TenantScope, @IdParam('whe') id: string): Promise<void> {
    await this.endpoints.remove(scope, id);
  }

  @Post(':id/rotate-secret')
  @ApiParam(ID)
  @NoBody()
  @RequireScope('webhooks:write')
  @Idempotent()
  @Operation({
    id: 'rotateWebhookEndpointSecret',
    summary: 'Replace the secret by a new one',
    description:
      'For a day, until `previousSecretUntil`, messages carry the signatures of both. Rotating again meanwhile ends the older one at once.',
    body: true,
    problems: ['not_found', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiCreatedResponse({
    type: WebhookEndpointWithSecretView,
    description: 'The endpoint, with its new secret.',
    example: ROTATED_WEBHOOK_ENDPOINT_EXAMPLE,
  })
  async rotateSecret(
    @Caller() scope: TenantScope,
    @IdParam('whe') id: string,
  ): Promise<Plain<WebhookEndpointWithSecretView>> {
    const { endpoint, secret } = await this.endpoints.rotateSecret(scope, id);
    return { ...toWebhookEndpointView(scope.environment, endpoint), secret };
  }

  @Post(':id/test')
  @HttpCode(202)
  @ApiParam(ID)
  @NoBody()
  @RequireScope('webhooks:write')
  @Idempotent()
  @Operation({
    id: 'testWebhookEndpoint',
    summary: 'Send an event of type `endpoint.test`',
    description:
      'To this endpoint only, whatever types it asked for; it is not in the event feed. What became of it shows the delivery.',
    body: true,
    problems: ['not_found', 'conflict', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiAcceptedResponse({
    type: TestEventView,
    description: 'It is on its way.',
    example: TEST_EVENT_EXAMPLE,
  })
  async test(@Caller() scope: TenantScope, @IdParam('whe') id: string): Promise<Plain<TestEventView>> {
    const { deliveryId, eventId } = await this.endpoints.test(scope, id);
    return { deliveryId: toTypeId('dlv', deliveryId), eventId: toTypeId('evt', eventId) };
  }

  @Post(':id/replay')
  @HttpCode(202)
  @ApiParam(ID)
  @RequireScope('webhooks:write')
  @Idempotent()
  @JsonBody(ReplayBody, REPLAY_EXAMPLES)
  @Operation({
    id: 'replayWebhookEndpoint',
    summary: 'Send again what happened in a stretch of time',
    description:
      'The events in `[since, until)` of the types that the endpoint asks for, also those from before it was made; at most 100,000 at once. New events go first. A repeated event has the id that it had before.',
    body: true,
    problems: ['not_found', 'conflict', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiAcceptedResponse({ type: ReplayView, description: 'They are on their way.', example: { queued: 42 } })
  async replay(
    @Caller() scope: TenantScope,
    @IdParam('whe') id: string,
    @Body() body: ReplayBody,
  ): Promise<Plain<ReplayView>> {
    const { queued } = await this.deliveries.replay(scope, id, toReplayRange(body));
    return { queued };
  }
}
