import { ENVIRONMENTS } from '@gatehouse/core';
import { ApiProperty } from '@nestjs/swagger';

import { IdOf, Text, Timestamp } from '../../http/members.js';
import { type Plain } from '../../http/plain.js';

export class PlaceHoldBody {
  @IdOf('ver', { required: true })
  verificationId!: string;

  @Text({
    max: 1000,
    required: true,
    example: 'Court order 12/2026',
    description: 'Kept encrypted until the verification is erased; not in the ledger.',
  })
  reason!: string;

  @Timestamp({ description: 'When it ends by itself. Absent: when it is released.' })
  until?: string | null;
}

export class HoldView {
  @ApiProperty({ enum: ['legal_hold'] })
  object!: 'legal_hold';

  @ApiProperty({ example: 'hld_01kahn4r5sf1trr9gy5vqd2s0x' })
  id!: string;

  @ApiProperty({ enum: ENVIRONMENTS })
  environment!: string;

  @ApiProperty({ example: 'ver_01kahn4r5sf1trr9gy5vqd2s0x' })
  verificationId!: string;

  @ApiProperty({
    example: 'Court order 12/2026',
    type: String,
    nullable: true,
    description: 'Null once the verification has been erased.',
  })
  reason!: string | null;

  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  until!: string | null;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  releasedAt!: string | null;
}

export class HoldPageView {
  @ApiProperty({ type: [HoldView] })
  data!: HoldView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export const HOLD_EXAMPLE: Plain<HoldView> = {
  object: 'legal_hold',
  id: 'hld_01kahn4r5sf1trr9gy5vqd2s0x',
  environment: 'live',
  verificationId: 'ver_01kahn4r5sf1trr9gy5vqd2s0x',
  reason: 'Court order 12/2026',
  until: null,
  createdAt: '2026-01-31T12:00:00.000Z',
  releasedAt: null,
};
