import { AllDeliveries, type DeliveryFilterOfAll } from '@gatehouse/core';
import { fromTypeId } from '@gatehouse/platform';
import { Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';

import { Actor, AdminOnly } from '../../http/access.js';
import { NoBody } from '../../http/body.js';
import { Idempotent } from '../../http/idempotency.interceptor.js';
import { idParameter } from '../../http/openapi/id-parameter.js';
import { IDEMPOTENCY_PROBLEMS, Operation } from '../../http/openapi/operation.decorator.js';
import { pageRequest } from '../../http/paging.js';
import { type Plain } from '../../http/plain.js';
import { IdParam } from '../../http/type-id.pipe.js';
import { invalid } from '../../http/validation.js';
import {
  ADMIN_REDELIVERED_EXAMPLE,
  ADMIN_WEBHOOK_DELIVERIES_EXAMPLE,
  ADMIN_WEBHOOK_DELIVERY_EXAMPLE,
  AdminWebhookDeliveriesQuery,
  AdminWebhookDeliveryInFullView,
  AdminWebhookDeliveryPageView,
  AdminWebhookDeliveryView,
  toAdminWebhookDeliveryInFullView,
  toAdminWebhookDeliveryView,
} from './admin-webhook-delivery.view.js';

const ID = idParameter('dlv');

/** For support: nothing that we send is personal, and the endpoints' secrets are not in it. */
@ApiTags('Webhook deliveries')
@Controller('admin/v1/webhook-deliveries')
export class AdminWebhookDeliveriesController {
  constructor(private readonly deliveries: AllDeliveries) {}

  @Get()
  @AdminOnly('admin', 'support')
  @Operation({
    id: 'listAllWebhookDeliveries',
    summary: 'List the deliveries of all tenants, newest first',
    description:
      'For support: neither addresses nor secrets. `status`, `endpointId` and `verificationId` can only be asked for together with `tenantId`; filters hold together.',
    problems: ['validation_failed'],
  })
  @ApiOkResponse({
    type: AdminWebhookDeliveryPageView,
    description: 'One page.',
    example: ADMIN_WEBHOOK_DELIVERIES_EXAMPLE,
  })
  async list(@Query() query: AdminWebhookDeliveriesQuery): Promise<Plain<AdminWebhookDeliveryPageView>> {
    const page = await this.deliveries.list(filterOf(query), pageRequest(query));
    return { data: page.data.map(toAdminWebhookDeliveryView), nextCursor: page.nextCursor };
  }

  @Get(':id')
  @ApiParam(ID)
  @AdminOnly('admin', 'support')
  @Operation({
    id: 'getAnyWebhookDelivery',
    summary: 'Read a delivery of any tenant, with what was sent and answered',
    description:
      'The request without its signature, the address without its query; of failed attempts how the receiver’s answer began.',
    problems: ['not_found'],
  })
  @ApiOkResponse({
    type: AdminWebhookDeliveryInFullView,
    description: 'The delivery, with its attempts.',
    example: ADMIN_WEBHOOK_DELIVERY_EXAMPLE,
  })
  async get(@IdParam('dlv') id: string): Promise<Plain<AdminWebhookDeliveryInFullView>> {
    return toAdminWebhookDeliveryInFullView(await this.deliveries.get(id));
  }

  @Post(':id/redeliver')
  @HttpCode(202)
  @ApiParam(ID)
  @NoBody()
  @AdminOnly('admin')
  @Idempotent()
  @Operation({
    id: 'redeliverAnyWebhook',
    summary: 'Send a delivery of any tenant once more',
    description:
      'As the tenant could: at once, whatever became of it before, with the same event id. The ledger names who asked.',
    body: true,
    problems: ['not_found', 'conflict', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiAcceptedResponse({
    type: AdminWebhookDeliveryView,
    description: 'The delivery, pending again.',
    example: ADMIN_REDELIVERED_EXAMPLE,
  })
  async redeliver(
    @Actor() actor: string,
    @IdParam('dlv') id: string,
  ): Promise<Plain<AdminWebhookDeliveryView>> {
    return toAdminWebhookDeliveryView(await this.deliveries.redeliver(actor, id));
  }
}

/** Throws Problem `validation_failed` for what no index serves. */
function filterOf(query: AdminWebhookDeliveriesQuery): DeliveryFilterOfAll {
  const { tenantId, status, endpointId, verificationId } = query;
  const alone = Object.entries({ status, endpointId, verificationId }).filter(([, value]) => value != null);
  if (tenantId == null && alone.length > 0)
    throw invalid(
      alone.map(([pointer]) => ({ pointer, detail: 'can only be asked for together with tenantId' })),
    );
  return {
    tenantId: tenantId == null ? null : fromTypeId('tnt', tenantId),
    state: status ?? null,
    endpointId: endpointId == null ? null : fromTypeId('whe', endpointId),
    verificationId: verificationId == null ? null : fromTypeId('ver', verificationId),
  };
}
