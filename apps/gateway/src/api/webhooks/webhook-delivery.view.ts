import { DELIVERY_STATES } from '@gatehouse/core';
import { ApiProperty } from '@nestjs/swagger';

import { type Plain } from '../../http/plain.js';

export class WebhookAttemptView {
  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Null: no answer came.' })
  responseStatus!: number | null;

  @ApiProperty({ type: 'integer', description: 'Milliseconds until the answer, or until there was none.' })
  durationMs!: number;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why it does not count as delivered, in our words; null: it does.',
  })
  error!: string | null;
}

export class WebhookDeliveryView {
  @ApiProperty({ enum: ['webhook_delivery'] })
  object!: 'webhook_delivery';

  @ApiProperty({ example: 'dlv_01kahn4r5sf1trr9gy5vqd2s0x' })
  id!: string;

  @ApiProperty({ example: 'evt_01kahn4r5sf1trr9gy5vqd2s0x', description: 'The message’s `webhook-id`.' })
  eventId!: string;

  @ApiProperty({ example: 'whe_01kahn4r5sf1trr9gy5vqd2s0x' })
  endpointId!: string;

  @ApiProperty({
    example: 'verification.status_changed',
    description: 'The event’s type, or `endpoint.test`.',
  })
  type!: string;

  @ApiProperty({
    enum: DELIVERY_STATES,
    description: '`failed`: it is not tried again, unless somebody asks for it.',
  })
  status!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Null unless it is pending. While an attempt is under way, when another would take over.',
  })
  nextAttemptAt!: string | null;

  @ApiProperty({ format: 'date-time', description: 'The time of the event.' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  completedAt!: string | null;

  @ApiProperty({ type: [WebhookAttemptView], description: 'Oldest first; the newest 50.' })
  attempts!: WebhookAttemptView[];
}

export class WebhookDeliveryPageView {
  @ApiProperty({ type: [WebhookDeliveryView] })
  data!: WebhookDeliveryView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export const WEBHOOK_DELIVERY_EXAMPLE: Plain<WebhookDeliveryView> = {
  object: 'webhook_delivery',
  id: 'dlv_01kahn4r5sf1trr9gy5vqd2s0x',
  eventId: 'evt_01kahn4r5sf1trr9gy5vqd2s0x',
  endpointId: 'whe_01kahn4r5sf1trr9gy5vqd2s0x',
  type: 'verification.status_changed',
  status: 'delivered',
  nextAttemptAt: null,
  createdAt: '2026-01-31T12:05:00.000Z',
  completedAt: '2026-01-31T12:05:05.210Z',
  attempts: [
    { at: '2026-01-31T12:05:00.020Z', responseStatus: 503, durationMs: 35, error: 'answered 503' },
    { at: '2026-01-31T12:05:05.180Z', responseStatus: 204, durationMs: 30, error: null },
  ],
};

export const REDELIVERED_EXAMPLE: Plain<WebhookDeliveryView> = {
  ...WEBHOOK_DELIVERY_EXAMPLE,
  status: 'pending',
  nextAttemptAt: '2026-02-01T09:00:00.000Z',
  completedAt: null,
};
