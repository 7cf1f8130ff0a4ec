import { EVENT_TYPES, type FeedPage, toldEvent } from '@gatehouse/core';
import { ApiProperty } from '@nestjs/swagger';

import { type Plain } from '../../http/plain.js';

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
    type: 'object',
    additionalProperties: true,
    description:
      'No personal data. Of a verification, as the event left it and in the words of its record: `verificationId`, `environment`, `version`, `status`, `reasonCodes`, `attempt`, `provider`, `delivery`. Of `routing.rolled_back`: `environment`, `policyVersion`, `backTo` (null where there was nothing to go back to), `breach`, `is`, `limit`, `sample`. Of `endpoint.disabled`: `environment`, `endpointId`, `reason` (`asked`, `gone` after a 410, `failing`), `failingSince`.',
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
