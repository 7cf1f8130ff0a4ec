import { type TenantScope, WebhookDeliveries } from '@gatehouse/core';
import { Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';

import { Caller, RequireScope } from '../../http/access.js';
import { NoBody } from '../../http/body.js';
import { Idempotent } from '../../http/idempotency.interceptor.js';
import { idParameter } from '../../http/openapi/id-parameter.js';
import { IDEMPOTENCY_PROBLEMS, Operation } from '../../http/openapi/operation.decorator.js';
import { pageRequest } from '../../http/paging.js';
import { type Plain } from '../../http/plain.js';
import { IdParam } from '../../http/type-id.pipe.js';
import { ListWebhookDeliveriesQuery } from './webhook-delivery.dto.js';
import {
  toDeliveryFilter,
  toWebhookDeliveryPageView,
  toWebhookDeliveryView,
} from './webhook-delivery.mapper.js';
import {
  REDELIVERED_EXAMPLE,
  WEBHOOK_DELIVERY_EXAMPLE,
  WebhookDeliveryPageView,
  WebhookDeliveryView,
} from './webhook-delivery.view.js';

const ID = idParameter('dlv');

/** What became of each event at each endpoint. */
@ApiTags('Webhooks')
@Controller('v1/webhook-deliveries')
export class WebhookDeliveriesController {
  constructor(private readonly deliveries: WebhookDeliveries) {}

  @Get()
  @RequireScope('webhooks:read')
  @Operation({
    id: 'listWebhookDeliveries',
    summary: 'List deliveries, newest first',
    description: 'One for each event at each endpoint, with its attempts. Filters hold together.',
    problems: ['validation_failed'],
  })
  @ApiOkResponse({
    type: WebhookDeliveryPageView,
    description: 'One page.',
    example: { data: [WEBHOOK_DELIVERY_EXAMPLE], nextCursor: null },
  })
  async list(
    @Caller() scope: TenantScope,
    @Query() query: ListWebhookDeliveriesQuery,
  ): Promise<Plain<WebhookDeliveryPageView>> {
    const page = await this.deliveries.list(scope, toDeliveryFilter(query), pageRequest(query));
    return toWebhookDeliveryPageView(page);
  }

  @Get(':id')
  @ApiParam(ID)
  @RequireScope('webhooks:read')
  @Operation({
    id: 'getWebhookDelivery',
    summary: 'Read a delivery',
    description: 'With every attempt: when, how long, and what was answered.',
    problems: ['not_found'],
  })
  @ApiOkResponse({
    type: WebhookDeliveryView,
    description: 'The delivery, with its attempts.',
    example: WEBHOOK_DELIVERY_EXAMPLE,
  })
  async get(@Caller() scope: TenantScope, @IdParam('dlv') id: string): Promise<Plain<WebhookDeliveryView>> {
    return toWebhookDeliveryView(await this.deliveries.get(scope, id));
  }

  @Post(':id/redeliver')
  @HttpCode(202)
  @ApiParam(ID)
  @NoBody()
  @RequireScope('webhooks:write')
  @Idempotent()
  @Operation({
    id: 'redeliverWebhook',
    summary: 'Send it once more',
    description:
      'At once, whatever became of it before, with the same event id and a schedule of ten attempts of its own.',
    body: true,
    problems: ['not_found', 'conflict', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiAcceptedResponse({
    type: WebhookDeliveryView,
    description: 'The delivery, pending again.',
    example: REDELIVERED_EXAMPLE,
  })
  async redeliver(
    @Caller() scope: TenantScope,
    @IdParam('dlv') id: string,
  ): Promise<Plain<WebhookDeliveryView>> {
    return toWebhookDeliveryView(await this.deliveries.redeliver(scope, id));
  }
}
