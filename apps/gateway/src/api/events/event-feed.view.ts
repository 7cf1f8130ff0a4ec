import { EVENT_TYPES, type FeedPage, toldEvent } from '@gatehouse/core';
import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';

import { type Plain } from '../../http/plain.js';
import { EVENT_DATA_VIEWS } from './event-webhooks.js';

@ApiExtraModels(...EVENT_DATA_VIEWS)
export class PublishedEventView {
  @ApiProperty({ enum: ['event'] })
  object!: 'event';

  @ApiProperty({ example: 'evt_01kahn4r5sf1trr9gy5vqd2s0x' })
  id!: string;

  @ApiProperty({ enum: EVENT_TYPES })
  type!: string;

  @ApiProperty({ format: 'date-time' })
  timestamp!: string;

  @ApiProperty({
    oneOf: EVENT_DATA_VIEWS.map((view) => ({ $ref: getSchemaPath(view) })),
    description:
      'What `type` is about, as the event left it, without personal data: a verification, a routing policy or a webhook endpoint.',
  })
  data!: Record<string, unknown>;
}

export class EventFeedView {
  @ApiProperty({ type: [PublishedEventView] })
  data!: PublishedEventView[];

  @ApiProperty({
    description: 'Where to read on, also at the end of the feed and before its first event. Keep it.',
  })
  nextCursor!: string;

  @ApiProperty({ description: 'Whether there is more to read already; also possible where `data` is empty.' })
  hasMore!: boolean;
}

export const EVENT_FEED_EXAMPLE: Plain<EventFeedView> = {
  data: [
    {
      object: 'event',
      id: 'evt_01kahn4r5sf1trr9gy5vqd2s0x',
      type: 'verification.status_changed',
      timestamp: '2026-01-31T12:05:00.000Z',
      data: {
        verificationId: 'ver_01kahn4r5sf1trr9gy5vqd2s0x',
        environment: 'test',
        version: 3,
        status: 'verified',
        reasonCodes: [],
        attempt: 1,
        provider: 'sentinel',
        delivery: null,
      },
    },
  ],
  nextCursor: 'MTIudGVzdC4wMTliMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDA',
  hasMore: false,
};

export function toEventFeedView(page: FeedPage): Plain<EventFeedView> {
  return {
    data: page.data.map((event) => ({ object: 'event', ...toldEvent(event) })),
    nextCursor: page.nextCursor,
    hasMore: page.hasMore,
  };
}
