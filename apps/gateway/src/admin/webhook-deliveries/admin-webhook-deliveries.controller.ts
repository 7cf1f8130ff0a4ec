import { type DeliveryFilterOfAll, WebhookDeliveries, type WebhookDelivery } from '@gatehouse/core';
import { fromTypeId, toTypeId } from '@gatehouse/platform';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';

import { toWebhookDeliveryView } from '../../api/webhooks/webhook-delivery.mapper.js';
import { AdminOnly } from '../../http/access.js';
import { Operation } from '../../http/openapi/operation.decorator.js';
import { pageRequest } from '../../http/paging.js';
import { type Plain } from '../../http/plain.js';
import { invalid } from '../../http/validation.js';
import {
  ADMIN_WEBHOOK_DELIVERIES_EXAMPLE,
  AdminWebhookDeliveriesQuery,
  AdminWebhookDeliveryPageView,
  type AdminWebhookDeliveryView,
} from './admin-webhook-delivery.view.js';

/** For support: nothing in it is personal, and the endpoints' addresses and secrets are not in it either. */
@ApiTags('Webhook deliveries')
@Controller('admin/v1/webhook-deliveries')
export class AdminWebhookDeliveriesController {
  constructor(private readonly deliveries: WebhookDeliveries) {}

  @Get()
  @AdminOnly('admin', 'support')
  @Operation({
    id: 'listAllWebhookDeliveries',
    summary: 'List the deliveries of all tenants, newest first',
    description:
      'For support: neither addresses nor secrets. `status` can only be asked for together with `tenantId`.',
    problems: ['validation_failed'],
  })
  @ApiOkResponse({
    type: AdminWebhookDeliveryPageView,
    description: 'One page.',
    example: ADMIN_WEBHOOK_DELIVERIES_EXAMPLE,
  })
  async list(@Query() query: AdminWebhookDeliveriesQuery): Promise<Plain<AdminWebhookDeliveryPageView>> {
    const page = await this.deliveries.listAll(filterOf(query), pageRequest(query));
    return { data: page.data.map(toView), nextCursor: page.nextCursor };
  }
}

/** Throws Problem `validation_failed` for what no index serves. */
function filterOf({ tenantId, status }: AdminWebhookDeliveriesQuery): DeliveryFilterOfAll {
  if (tenantId == null && status != null)
    throw invalid([{ pointer: 'status', detail: 'can only be asked for together with tenantId' }]);
  return { tenantId: tenantId == null ? null : fromTypeId('tnt', tenantId), state: status ?? null };
}

function toView(delivery: WebhookDelivery): Plain<AdminWebhookDeliveryView> {
  return {
    ...toWebhookDeliveryView(delivery),
    tenantId: toTypeId('tnt', delivery.tenantId),
    environment: delivery.environment,
  };
}
