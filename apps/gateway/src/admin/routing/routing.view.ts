import { ApiProperty } from '@nestjs/swagger';

import { type Plain } from '../../http/plain.js';
import { GuardrailBody, RoutingRuleBody } from './routing.dto.js';

/** What is read is what can be put back; the version is in the ETag. */
export class RoutingPolicyView {
  @ApiProperty({ example: 'sentinel' })
  provider!: string;

  @ApiProperty({ type: [RoutingRuleBody] })
  rules!: RoutingRuleBody[];

  @ApiProperty({ type: [String], example: ['dentity'] })
  fallback!: string[];

  @ApiProperty()
  callerMayChoose!: boolean;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  effectiveAt!: string | null;

  @ApiProperty({ type: GuardrailBody, nullable: true })
  guardrail!: GuardrailBody | null;

  @ApiProperty({ type: String, nullable: true })
  note!: string | null;
}

export class PolicyVersionView {
  @ApiProperty({ enum: ['routing_policy_version'] })
  object!: 'routing_policy_version';

  @ApiProperty({ type: 'integer', minimum: 1, example: 4 })
  version!: number;

  @ApiProperty({
    enum: ['in_force', 'scheduled', 'superseded', 'proposed', 'expired', 'rejected'],
    description: '`superseded`: a later one is in force. `expired`: a proposal that nobody decided in time.',
  })
  state!: string;

  @ApiProperty({ type: RoutingPolicyView })
  policy!: RoutingPolicyView;

  @ApiProperty({ example: 'admin:adk_01kahn4r5sf1trr9gy5vqd2s0x', description: 'Whose key.' })
  author!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Why, as the author put it.' })
  note!: string | null;

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Of a proposal: who approved or rejected it.' })
  decidedBy!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  decidedAt!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Of a proposal: until when it can be decided.',
  })
  proposedUntil!: string | null;
}

export class PolicyVersionsView {
  @ApiProperty({ type: [PolicyVersionView] })
  data!: PolicyVersionView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export const ROUTING_POLICY_EXAMPLE: Plain<RoutingPolicyView> = {
  provider: 'sentinel',
  rules: [
    { when: { country: ['US'], checks: ['ssn'] }, provider: 'sardine' },
    { when: { percent: 10 }, provider: 'dentity' },
  ],
  fallback: ['sardine'],
  callerMayChoose: false,
  effectiveAt: null,
  guardrail: { passRate: 0.8, errorRate: null, minimumSample: 50 },
  note: 'Cheaper in this region',
};

export const POLICY_VERSION_EXAMPLE: Plain<PolicyVersionView> = {
  object: 'routing_policy_version',
  version: 4,
  state: 'in_force',
  policy: ROUTING_POLICY_EXAMPLE,
  author: 'admin:adk_01kahn4r5sf1trr9gy5vqd2s0x',
  note: 'Cheaper in this region',
  at: '2026-01-31T12:00:00.000Z',
  decidedBy: null,
  decidedAt: null,
  proposedUntil: null,
};

export class PreviewMoveView {
  @ApiProperty({ example: 'sentinel', description: 'Where they went.' })
  from!: string;

  @ApiProperty({ example: 'dentity', description: 'Where they would have gone.' })
  to!: string;

  @ApiProperty({ type: 'integer', minimum: 1 })
  verifications!: number;
}

export class PreviewUnservedView {
  @ApiProperty({ example: 'dentity', description: 'The first choice of the policy.' })
  provider!: string;

  @ApiProperty({ enum: ['not_connected', 'unsupported', 'choice_not_allowed'] })
  why!: string;

  @ApiProperty({ example: 'Dentity does not support checks: ssn. Who does: sardine.' })
  detail!: string;

  @ApiProperty({ type: 'integer', minimum: 1 })
  verifications!: number;
}

export class RoutingPreviewView {
  @ApiProperty({ enum: ['routing_preview'] })
  object!: 'routing_preview';

  @ApiProperty({ type: 'integer' })
  days!: number;

  @ApiProperty({
    type: 'integer',
    description: 'How many were looked at: the newest 5,000 at most, without imports.',
  })
  examined!: number;

  @ApiProperty({ description: 'Whether that were all of them.' })
  isComplete!: boolean;

  @ApiProperty({ type: 'integer', description: 'Erased ones, of which nobody knows what was asked.' })
  unreadable!: number;

  @ApiProperty({ type: 'integer', description: 'How many would have gone elsewhere.' })
  moved!: number;

  @ApiProperty({ type: [PreviewMoveView] })
  moves!: PreviewMoveView[];

  @ApiProperty({ type: [PreviewUnservedView], description: 'Those that nobody could have served.' })
  unserved!: PreviewUnservedView[];
}

export const PREVIEW_EXAMPLE: Plain<RoutingPreviewView> = {
  object: 'routing_preview',
  days: 7,
  examined: 1204,
  isComplete: true,
  unreadable: 0,
  moved: 120,
  moves: [{ from: 'sentinel', to: 'dentity', verifications: 120 }],
  unserved: [
    {
      provider: 'dentity',
      why: 'unsupported',
      detail: 'Dentity does not support checks: ssn. Who does: sardine.',
      verifications: 3,
    },
  ],
};
