import { ApiProperty } from '@nestjs/swagger';

import { type Plain } from '../../http/plain.js';

export class EventView {
  @ApiProperty({ enum: ['event'] })
  object!: 'event';

  @ApiProperty({ example: 'evt_01kahn4r5sf1trr9gy5vqd2s0x' })
  id!: string;

  @ApiProperty({ example: 'verification.status_changed' })
  type!: string;

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({
    example: 'provider:sentinel',
    description: 'Who acted: `key:<id>`, `admin:<id>`, `provider:<name>`, `browser` or `system`.',
  })
  actor!: string;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'The version that the event made; null where it made none.',
  })
  version!: number | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'What happened, without personal data: `from`, `to`, `reasonCodes`, `source`, `reason` …',
    example: { signal: 'read', source: 'read', from: 'processing', to: 'verified', reasonCodes: [] },
  })
  data!: Record<string, unknown>;
}

export class EventPageView {
  @ApiProperty({ type: [EventView] })
  data!: EventView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export const EVENT_PAGE_EXAMPLE: Plain<EventPageView> = {
  data: [
    {
      object: 'event',
      id: 'evt_01kahn4r5sf1trr9gy5vqd2s0x',
      type: 'verification.status_changed',
      at: '2026-01-31T12:05:00.000Z',
      actor: 'provider:sentinel',
      version: 3,
      data: { signal: 'read', source: 'read', from: 'processing', to: 'verified', reasonCodes: [] },
    },
  ],
  nextCursor: null,
};
