import { AllEndpoints } from '@gatehouse/core';
import { fromTypeId, toTypeId } from '@gatehouse/platform';
import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';

import { REPLAY_EXAMPLES, ReplayBody } from '../../api/webhooks/webhook-endpoint.dto.js';
import { toReplayRange } from '../../api/webhooks/webhook-endpoint.mapper.js';
import { Actor, AdminOnly } from '../../http/access.js';
import { JsonBody } from '../../http/body.js';
import { Idempotent } from '../../http/idempotency.interceptor.js';
import { idParameter } from '../../http/openapi/id-parameter.js';
import { IDEMPOTENCY_PROBLEMS, Operation } from '../../http/openapi/operation.decorator.js';
import { pageRequest } from '../../http/paging.js';
import { type Plain } from '../../http/plain.js';
import { IdParam } from '../../http/type-id.pipe.js';
import {
  ADMIN_REPLAY_EXAMPLE,
  ADMIN_WEBHOOK_ENDPOINTS_EXAMPLE,
  AdminReplayView,
  AdminWebhookEndpointPageView,
  AdminWebhookEndpointsQuery,
  REPLAY_PROGRESS_EXAMPLE,
  ReplayProgressView,
  toAdminWebhookEndpointView,
} from './admin-webhook-endpoint.view.js';

const ID = idParameter('whe');
const REPLAY_ID = idParameter('rpl', 'replayId');

/** For support: addresses without what follows the question mark, and no secrets. */
@ApiTags('Webhook deliveries')
@Controller('admin/v1/webhook-endpoints')
export class AdminWebhookEndpointsController {
  constructor(private readonly endpoints: AllEndpoints) {}

  @Get()
  @AdminOnly('admin', 'support')
  @Operation({
    id: 'listAllWebhookEndpoints',
    summary: 'List the webhook endpoints of all tenants, newest first',
    description:
      'How each is doing and what waits for it. Addresses are without their query, which may hold a secret of the receiver’s.',
    problems: ['validation_failed'],
  })
  @ApiOkResponse({
    type: AdminWebhookEndpointPageView,
    description: 'One page.',
    example: ADMIN_WEBHOOK_ENDPOINTS_EXAMPLE,
  })
  async list(@Query() query: AdminWebhookEndpointsQuery): Promise<Plain<AdminWebhookEndpointPageView>> {
    const tenantId = query.tenantId == null ? null : fromTypeId('tnt', query.tenantId);
    const page = await this.endpoints.list(tenantId, pageRequest(query));
    return { data: page.data.map(toAdminWebhookEndpointView), nextCursor: page.nextCursor };
  }

  @Post(':id/replay')
  @HttpCode(202)
  @ApiParam(ID)
  @AdminOnly('admin')
  @Idempotent()
  @JsonBody(ReplayBody, REPLAY_EXAMPLES)
  @Operation({
    id: 'replayAnyWebhookEndpoint',
    summary: 'Send a tenant’s endpoint again what happened in a stretch of time',
    description:
      'As the tenant could: the events in `[since, until)` of the types that the endpoint asks for, at most 100,000 at once, behind new ones. The ledger names who asked.',
    body: true,
    problems: ['not_found', 'conflict', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiAcceptedResponse({
    type: AdminReplayView,
    description: 'They are on their way.',
    example: ADMIN_REPLAY_EXAMPLE,
  })
  async replay(
    @Actor() actor: string,
    @IdParam('whe') id: string,
    @Body() body: ReplayBody,
  ): Promise<Plain<AdminReplayView>> {
    const { queued, replayId } = await this.endpoints.replay(actor, id, toReplayRange(body));
    return { queued, replayId: toTypeId('rpl', replayId) };
  }

  @Get(':id/replays/:replayId')
  @ApiParam(ID)
  @ApiParam(REPLAY_ID)
  @AdminOnly('admin')
  @Operation({
    id: 'getWebhookReplay',
    summary: 'How far a replay is',
    description:
      'What became of the deliveries that it put into the queue; what somebody asked for anew meanwhile is pending again.',
    problems: ['not_found'],
  })
  @ApiOkResponse({
    type: ReplayProgressView,
    description: 'Its progress.',
    example: REPLAY_PROGRESS_EXAMPLE,
  })
  async replayProgress(
    @IdParam('whe') id: string,
    @IdParam('rpl', 'replayId') replayId: string,
  ): Promise<Plain<ReplayProgressView>> {
    return this.endpoints.replayProgress(id, replayId);
  }
}
