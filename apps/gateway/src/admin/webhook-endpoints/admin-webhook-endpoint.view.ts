import { COUNTED_PENDING, type EndpointOfTenant } from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';
import { ApiProperty } from '@nestjs/swagger';

import { toWebhookEndpointView } from '../../api/webhooks/webhook-endpoint.mapper.js';
import { WEBHOOK_ENDPOINT_EXAMPLE, WebhookEndpointView } from '../../api/webhooks/webhook-endpoint.view.js';
import { IdOf } from '../../http/members.js';
import { PageQuery } from '../../http/paging.js';
import { type Plain } from '../../http/plain.js';

export class AdminWebhookEndpointsQuery extends PageQuery {
  @IdOf('tnt', { description: 'Of this tenant only, in both environments.' })
  tenantId?: string | null;
}

export class AdminWebhookEndpointView extends WebhookEndpointView {
  @ApiProperty({ example: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x' })
  tenantId!: string;

  @ApiProperty({
    type: 'integer',
    description: `Deliveries that wait for it, counted as far as ${COUNTED_PENDING}: that is as many, or more.`,
  })
  pending!: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'The time of the oldest event that waits; null: none does.',
  })
  oldestPendingAt!: string | null;
}

export class AdminWebhookEndpointPageView {
  @ApiProperty({ type: [AdminWebhookEndpointView] })
  data!: AdminWebhookEndpointView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export class AdminReplayView {
  @ApiProperty({ type: 'integer', example: 42, description: 'How many deliveries now wait to be sent.' })
  queued!: number;

  @ApiProperty({
    example: 'rpl_01kahn4r5sf1trr9gy5vqd2s0x',
    description: 'By which its progress is asked for.',
  })
  replayId!: string;
}

export class ReplayProgressView {
  @ApiProperty({ type: 'integer', description: 'All that it put into the queue.' })
  queued!: number;

  @ApiProperty({ type: 'integer' })
  delivered!: number;

  @ApiProperty({ type: 'integer', description: 'Not tried again.' })
  failed!: number;

  @ApiProperty({ type: 'integer', description: 'Zero: it is over.' })
  pending!: number;
}

export const ADMIN_WEBHOOK_ENDPOINTS_EXAMPLE: Plain<AdminWebhookEndpointPageView> = {
  data: [
    {
      ...WEBHOOK_ENDPOINT_EXAMPLE,
      tenantId: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x',
      pending: 4,
      oldestPendingAt: '2026-01-31T12:04:00.000Z',
    },
  ],
  nextCursor: null,
};

export const ADMIN_REPLAY_EXAMPLE: Plain<AdminReplayView> = {
  queued: 42,
  replayId: 'rpl_01kahn4r5sf1trr9gy5vqd2s0x',
};

export const REPLAY_PROGRESS_EXAMPLE: Plain<ReplayProgressView> = {
  queued: 42,
  delivered: 30,
  failed: 1,
  pending: 11,
};

export function toAdminWebhookEndpointView(endpoint: EndpointOfTenant): Plain<AdminWebhookEndpointView> {
  return {
    ...toWebhookEndpointView(endpoint.environment, endpoint),
    tenantId: toTypeId('tnt', endpoint.tenantId),
    pending: endpoint.pending,
    oldestPendingAt: endpoint.oldestPendingAt?.toISOString() ?? null,
  };
}
