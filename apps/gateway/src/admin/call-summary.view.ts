import { type CallSummary } from '@gatehouse/core';
import { ApiProperty } from '@nestjs/swagger';

import { type Plain } from '../http/plain.js';

/** How the last calls went, as the replica that answers has seen them. */
export class CallSummaryView {
  @ApiProperty({
    type: 'integer',
    description: 'The calls that the figures are of: the last ones, of 15 minutes at most.',
  })
  calls!: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Milliseconds that half of the calls took at most.',
  })
  p50Ms!: number | null;

  @ApiProperty({ type: Number, nullable: true })
  p95Ms!: number | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    minimum: 0,
    maximum: 1,
    description: 'Share of the calls that failed for another reason than the person’s.',
  })
  errorRate!: number | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description:
      'Failed calls by what went wrong: of the vendor (`unavailable`, `timeout`, `contract`), of our account there (`credentials`, `rate_limited`), or of the person and the request.',
  })
  faults!: Record<string, number>;
}

export function toCallSummaryView(summary: CallSummary): Plain<CallSummaryView> {
  const { calls, p50Ms, p95Ms, errorRate, faults } = summary;
  return { calls, p50Ms, p95Ms, errorRate, faults: { ...faults } };
}
