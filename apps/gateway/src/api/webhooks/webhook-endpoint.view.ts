import { ENVIRONMENTS, EVENT_TYPES } from '@gatehouse/core';
import { ApiProperty } from '@nestjs/swagger';

import { type Plain } from '../../http/plain.js';

export class WebhookEndpointView {
  @ApiProperty({ enum: ['webhook_endpoint'] })
  object!: 'webhook_endpoint';

  @ApiProperty({ example: 'whe_01kahn4r5sf1trr9gy5vqd2s0x' })
  id!: string;

  @ApiProperty({ enum: ENVIRONMENTS })
  environment!: string;

  @ApiProperty({ example: 'https://app.example/hooks/gatehouse' })
  url!: string;

  @ApiProperty({ type: String, nullable: true })
  description!: string | null;

  @ApiProperty({ enum: EVENT_TYPES, isArray: true, description: 'Empty: all.' })
  eventTypes!: string[];

  @ApiProperty()
  disabled!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    enum: ['asked', 'gone', 'failing', null],
    description:
      'Why it is disabled: somebody `asked` for it, it answered 410 (`gone`), or everything failed for five days (`failing`).',
  })
  disabledReason!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Since when every attempt has failed; null where the last one succeeded.',
  })
  failingSince!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Until when the replaced secret signs as well; may be over. Null: none was replaced.',
  })
  previousSecretUntil!: string | null;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;
}

export class WebhookEndpointWithSecretView extends WebhookEndpointView {
  @ApiProperty({
    example: 'whsec_…',
    description: 'With which the messages are signed. Shown this once.',
  })
  secret!: string;
}

export class WebhookEndpointListView {
  @ApiProperty({ type: [WebhookEndpointView] })
  data!: WebhookEndpointView[];

  @ApiProperty({ type: String, nullable: true, description: 'Always null: there are at most 50.' })
  nextCursor!: null;
}

export class TestEventView {
  @ApiProperty({ example: 'dlv_01kahn4r5sf1trr9gy5vqd2s0x' })
  deliveryId!: string;

  @ApiProperty({
    example: 'evt_01kahn4r5sf1trr9gy5vqd2s0x',
    description: 'What the message’s `webhook-id` will be.',
  })
  eventId!: string;
}

export class ReplayView {
  @ApiProperty({ type: 'integer', example: 42, description: 'How many deliveries now wait to be sent.' })
  queued!: number;
}

export const WEBHOOK_ENDPOINT_EXAMPLE: Plain<WebhookEndpointView> = {
  object: 'webhook_endpoint',
  id: 'whe_01kahn4r5sf1trr9gy5vqd2s0x',
  environment: 'test',
  url: 'https://app.example/hooks/gatehouse',
  description: 'the backend',
  eventTypes: ['verification.created', 'verification.status_changed'],
  disabled: false,
  disabledReason: null,
  failingSince: null,
  previousSecretUntil: null,
  createdAt: '2026-01-31T12:00:00.000Z',
  updatedAt: '2026-01-31T12:00:00.000Z',
};

export const NEW_WEBHOOK_ENDPOINT_EXAMPLE: Plain<WebhookEndpointWithSecretView> = {
  ...WEBHOOK_ENDPOINT_EXAMPLE,
  secret: 'whsec_…',
};

export const ROTATED_WEBHOOK_ENDPOINT_EXAMPLE: Plain<WebhookEndpointWithSecretView> = {
  ...NEW_WEBHOOK_ENDPOINT_EXAMPLE,
  previousSecretUntil: '2026-02-02T09:00:00.000Z',
  updatedAt: '2026-02-01T09:00:00.000Z',
};

export const TEST_EVENT_EXAMPLE: Plain<TestEventView> = {
  deliveryId: 'dlv_01kahn4r5sf1trr9gy5vqd2s0x',
  eventId: 'evt_01kahn4r5sf1trr9gy5vqd2s0x',
};
