import { DELIVERY_STATES, type DeliveryState, ENVIRONMENTS } from '@gatehouse/core';
import { ApiProperty } from '@nestjs/swagger';

import { WEBHOOK_DELIVERY_EXAMPLE, WebhookDeliveryView } from '../../api/webhooks/webhook-delivery.view.js';
import { IdOf, OneOf } from '../../http/members.js';
import { PageQuery } from '../../http/paging.js';
import { type Plain } from '../../http/plain.js';

export class AdminWebhookDeliveriesQuery extends PageQuery {
  @IdOf('tnt', { description: 'Of this tenant only, in both environments.' })
  tenantId?: string | null;

  @OneOf(DELIVERY_STATES, { description: 'Only together with `tenantId`.' })
  status?: DeliveryState | null;
}

export class AdminWebhookDeliveryView extends WebhookDeliveryView {
  @ApiProperty({ example: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x' })
  tenantId!: string;

  @ApiProperty({ enum: ENVIRONMENTS })
  environment!: string;
}

export class AdminWebhookDeliveryPageView {
  @ApiProperty({ type: [AdminWebhookDeliveryView] })
  data!: AdminWebhookDeliveryView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export const ADMIN_WEBHOOK_DELIVERIES_EXAMPLE: Plain<AdminWebhookDeliveryPageView> = {
  data: [{ ...WEBHOOK_DELIVERY_EXAMPLE, tenantId: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x', environment: 'live' }],
  nextCursor: null,
};
