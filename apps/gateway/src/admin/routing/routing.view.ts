import { ApiProperty } from '@nestjs/swagger';

import { type Plain } from '../../http/plain.js';
import { RoutingRuleBody } from './routing.dto.js';

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

  @ApiProperty({ example: 'admin:0199e2f0-0000-7000-8000-000000000001', description: 'Whose key.' })
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
  note: 'Cheaper in this region',
};

export const POLICY_VERSION_EXAMPLE: Plain<PolicyVersionView> = {
  object: 'routing_policy_version',
  version: 4,
  state: 'in_force',
  policy: ROUTING_POLICY_EXAMPLE,
  author: 'admin:0199e2f0-0000-7000-8000-000000000001',
  note: 'Cheaper in this region',
  at: '2026-01-31T12:00:00.000Z',
  decidedBy: null,
  decidedAt: null,
  proposedUntil: null,
};
