import {
  DELIVERY_STATES,
  type DeliveryInFull,
  type DeliveryState,
  ENVIRONMENTS,
  type WebhookDelivery,
} from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';
import { ApiProperty } from '@nestjs/swagger';

import { toWebhookDeliveryView } from '../../api/webhooks/webhook-delivery.mapper.js';
import {
  REDELIVERED_EXAMPLE,
  WEBHOOK_DELIVERY_EXAMPLE,
  WebhookAttemptView,
  WebhookDeliveryView,
} from '../../api/webhooks/webhook-delivery.view.js';
import { IdOf, OneOf } from '../../http/members.js';
import { PageQuery } from '../../http/paging.js';
import { type Plain } from '../../http/plain.js';

export class AdminWebhookDeliveriesQuery extends PageQuery {
  @IdOf('tnt', { description: 'Of this tenant only, in both environments.' })
  tenantId?: string | null;

  @OneOf(DELIVERY_STATES, { description: 'Only together with `tenantId`.' })
  status?: DeliveryState | null;

  @IdOf('whe', { description: 'To this endpoint only; only together with `tenantId`.' })
  endpointId?: string | null;

  @IdOf('ver', { description: 'About this verification only; only together with `tenantId`.' })
  verificationId?: string | null;
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

export class WebhookRequestView {
  @ApiProperty({ enum: ['POST'] })
  method!: 'POST';

  @ApiProperty({ description: 'Without its query, which may hold a secret of the receiver’s.' })
  url!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'As the last attempt sent them, or the first one will; without `webhook-signature`.',
  })
  headers!: Record<string, string>;

  @ApiProperty({ description: 'The bytes, as text. Nobody’s data.' })
  body!: string;
}

export class AdminWebhookAttemptView extends WebhookAttemptView {
  @ApiProperty({
    type: String,
    nullable: true,
    maxLength: 1000,
    description:
      'How the text of the receiver’s answer began; kept of failed attempts only, encrypted. Null: it was accepted, or said nothing.',
  })
  responseExcerpt!: string | null;
}

export class AdminWebhookDeliveryInFullView extends AdminWebhookDeliveryView {
  @ApiProperty({ type: WebhookRequestView })
  request!: WebhookRequestView;

  @ApiProperty({ type: [AdminWebhookAttemptView], description: 'Oldest first; the newest 50.' })
  declare attempts: AdminWebhookAttemptView[];
}

const WHOSE = { tenantId: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x', environment: 'live' } as const;

export const ADMIN_WEBHOOK_DELIVERIES_EXAMPLE: Plain<AdminWebhookDeliveryPageView> = {
  data: [{ ...WEBHOOK_DELIVERY_EXAMPLE, ...WHOSE }],
  nextCursor: null,
};

export const ADMIN_REDELIVERED_EXAMPLE: Plain<AdminWebhookDeliveryView> = {
  ...REDELIVERED_EXAMPLE,
  ...WHOSE,
};

export const ADMIN_WEBHOOK_DELIVERY_EXAMPLE: Plain<AdminWebhookDeliveryInFullView> = {
  ...WEBHOOK_DELIVERY_EXAMPLE,
  ...WHOSE,
  request: {
    method: 'POST',
    url: 'https://app.example/hooks/gatehouse',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'gatehouse-webhooks',
      'webhook-id': 'evt_01kahn4r5sf1trr9gy5vqd2s0x',
      'webhook-timestamp': '1769861105',
    },
    body: '{"type":"verification.status_changed","timestamp":"2026-01-31T12:05:00.000Z","data":{"status":"verified"}}',
  },
  attempts: WEBHOOK_DELIVERY_EXAMPLE.attempts.map((attempt) => ({
    ...attempt,
    responseExcerpt: attempt.error === null ? null : 'upstream is away',
  })),
};

export function toAdminWebhookDeliveryView(delivery: WebhookDelivery): Plain<AdminWebhookDeliveryView> {
  return {
    ...toWebhookDeliveryView(delivery),
    tenantId: toTypeId('tnt', delivery.tenantId),
    environment: delivery.environment,
  };
}

export function toAdminWebhookDeliveryInFullView(
  delivery: DeliveryInFull,
): Plain<AdminWebhookDeliveryInFullView> {
  const { url, headers, body } = delivery.request;
  const { attempts, ...view } = toAdminWebhookDeliveryView(delivery);
  return {
    ...view,
    request: { method: 'POST', url, headers: { ...headers }, body },
    attempts: attempts.map((attempt, index) => ({
      ...attempt,
      responseExcerpt: delivery.attempts[index]?.responseExcerpt ?? null,
    })),
  };
}
