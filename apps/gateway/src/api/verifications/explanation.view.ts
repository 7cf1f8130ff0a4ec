import { PROVIDER_FAULTS, REASON_CODES, VERIFICATION_STATUSES } from '@gatehouse/contract';
import { type Explanation } from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';
import { ApiProperty } from '@nestjs/swagger';

import { type Plain } from '../../http/plain.js';

export class SkippedProviderView {
  @ApiProperty({ example: 'sentinel' })
  provider!: string;

  @ApiProperty({
    enum: ['not_connected', 'unsupported', 'unhealthy'],
    description: 'Why it was not asked: `unhealthy`, because its calls had been failing.',
  })
  why!: string;
}

export class FailedAttemptView {
  @ApiProperty({ example: 'sentinel' })
  provider!: string;

  @ApiProperty({ enum: PROVIDER_FAULTS, description: 'What went wrong, with no effect on the person.' })
  fault!: string;

  @ApiProperty({ format: 'date-time' })
  at!: string;
}

export class RoutingExplanationView {
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'The version of the policy that decided; null for what no policy decided.',
  })
  policyVersion!: number | null;

  @ApiProperty({ enum: ['default', 'rule', 'fallback', 'caller_choice', 'import'] })
  reason!: string;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Which rule matched, from 0 on.' })
  rule!: number | null;

  @ApiProperty({ type: [SkippedProviderView], description: 'Whom the policy would rather have asked.' })
  skipped!: SkippedProviderView[];

  @ApiProperty({ type: [FailedAttemptView], description: 'Who was asked first, and failed.' })
  attempts!: FailedAttemptView[];
}

export class ExplanationView {
  @ApiProperty({ enum: ['explanation'] })
  object!: 'explanation';

  @ApiProperty({ example: 'ver_01kahn4r5sf1trr9gy5vqd2s0x' })
  verificationId!: string;

  @ApiProperty({ enum: VERIFICATION_STATUSES })
  status!: string;

  @ApiProperty({ enum: REASON_CODES, isArray: true })
  reasonCodes!: string[];

  @ApiProperty({ type: 'integer', minimum: 1 })
  version!: number;

  @ApiProperty({ example: 'dentity' })
  provider!: string;

  @ApiProperty({ type: RoutingExplanationView, description: 'How the provider came to be asked.' })
  routing!: RoutingExplanationView;
}

export const EXPLANATION_EXAMPLE: Plain<ExplanationView> = {
  object: 'explanation',
  verificationId: 'ver_01kahn4r5sf1trr9gy5vqd2s0x',
  status: 'requires_input',
  reasonCodes: ['awaiting_user'],
  version: 3,
  provider: 'dentity',
  routing: {
    policyVersion: 4,
    reason: 'fallback',
    rule: null,
    skipped: [{ provider: 'sentinel', why: 'unhealthy' }],
    attempts: [{ provider: 'sardine', fault: 'unavailable', at: '2026-01-31T12:00:00.000Z' }],
  },
};

export function toExplanationView(explanation: Explanation): Plain<ExplanationView> {
  const { policyVersion, reason, record } = explanation.routing;
  return {
    object: 'explanation',
    verificationId: toTypeId('ver', explanation.id),
    status: explanation.status,
    reasonCodes: [...explanation.reasonCodes],
    version: explanation.version,
    provider: explanation.provider,
    routing: {
      policyVersion,
      reason,
      rule: record?.rule ?? null,
      skipped: (record?.skipped ?? []).map((one) => ({ ...one })),
      attempts: (record?.attempts ?? []).map((one) => ({ ...one })),
    },
  };
}
