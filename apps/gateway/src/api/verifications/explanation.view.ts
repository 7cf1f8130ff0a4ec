import { PROVIDER_FAULTS, PROVIDER_VERDICTS, REASON_CODES, VERIFICATION_STATUSES } from '@gatehouse/contract';
import { ASIDE_REASONS, LINK_KINDS, LINK_SOURCES, OUTCOMES } from '@gatehouse/core';
import { ApiProperty } from '@nestjs/swagger';

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

export class ExplanationLinkView {
  @ApiProperty({
    format: 'date-time',
    description: 'When it took effect; of what still waits, when it came in.',
    example: '2026-01-31T12:05:00.000Z',
  })
  at!: string;

  @ApiProperty({
    enum: LINK_KINDS,
    description:
      'A signal of some kind, or something that was done here. `absent`: the provider had nothing; `gone`: no more; `remap`: what had been read was read anew, by another mapping or other settings; `foreign`: it answered with somebody else; `superseded`: its result is a newer verification’s.',
    example: 'webhook',
  })
  what!: string;

  @ApiProperty({ enum: LINK_SOURCES, example: 'webhook' })
  source!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'How it proved itself: `authenticated_read`, `return_token`, or the way of the provider’s webhooks, as `passphrase` or `hmac_raw`. Null for what was done here.',
    example: 'hmac_raw',
  })
  authenticity!: string | null;

  @ApiProperty({
    example: 'provider:dentity',
    description: 'Who acted: `key:<id>`, `admin:<id>`, `provider:<name>`, `browser` or `system`.',
  })
  actor!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The provider’s own word for the event of a webhook.',
    example: 'verification_status',
  })
  event!: string | null;

  @ApiProperty({
    enum: OUTCOMES,
    description:
      'What became of it. `applied`: it made a version. `recorded`: it stands in the record and changed nothing that you see, as a hint does that a read has to confirm. `set_aside`: it counts for nothing, and `reason` says why. `contradicted`: the provider’s own answer did not bear it out. `failed`: the provider could not be read. `pending`: it is stored and waits.',
    example: 'contradicted',
  })
  outcome!: string;

  @ApiProperty({ type: String, enum: ASIDE_REASONS, nullable: true, description: 'Why it was set aside.' })
  reason!: string | null;

  @ApiProperty({ type: String, enum: VERIFICATION_STATUSES, nullable: true })
  statusBefore!: string | null;

  @ApiProperty({ type: String, enum: VERIFICATION_STATUSES, nullable: true })
  statusAfter!: string | null;

  @ApiProperty({
    type: [String],
    enum: REASON_CODES,
    nullable: true,
    description: 'From then on; null where they stayed as they were.',
  })
  reasonCodes!: string[] | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'The version that it made.', example: 2 })
  version!: number | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The provider’s own word for the status.',
    example: 'pending',
  })
  rawStatus!: string | null;

  @ApiProperty({
    type: String,
    enum: PROVIDER_VERDICTS,
    nullable: true,
    description: 'What a webhook claimed. A claim never verifies anybody.',
    example: 'verified',
  })
  claim!: string | null;

  @ApiProperty({
    type: String,
    enum: PROVIDER_VERDICTS,
    nullable: true,
    description: 'The claim that this answer does not bear out.',
  })
  contradicts!: string | null;

  @ApiProperty({
    type: String,
    enum: PROVIDER_FAULTS,
    nullable: true,
    description: 'What went wrong, where the provider was asked and failed.',
  })
  fault!: string | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Of the mapping that read the provider’s answer; null for what is no read.',
    example: 1,
  })
  mappingVersion!: number | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Of a `remap`: the mapping that had read the same answer before.',
  })
  formerMappingVersion!: number | null;

  @ApiProperty({ description: 'The present status began with it.', example: false })
  isDecisive!: boolean;
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

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description:
      'Of the mapping from the provider’s answers to ours that read the last of them; null where it was never read.',
    example: 1,
  })
  mappingVersion!: number | null;

  @ApiProperty({
    type: [ExplanationLinkView],
    description:
      'Everything that moved the verification, or was kept from moving it, oldest first. Without personal data.',
  })
  chain!: ExplanationLinkView[];

  @ApiProperty({ description: 'False where older links were left out.', example: true })
  isComplete!: boolean;

  @ApiProperty({
    type: [String],
    description: 'The same in sentences that can be read out. For people: their words may change.',
    example: ['The verification is verified since 2026-01-31 12:05:03 UTC (version 3).'],
  })
  summary!: string[];
}
