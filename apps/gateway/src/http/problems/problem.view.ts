import { PROBLEMS, REASON_CODES } from '@gatehouse/contract';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** For the OpenAPI document. */
export class FieldErrorView {
  @ApiProperty({
    description: 'JSON Pointer into the body, or the name of a parameter.',
    example: '/subject/email',
  })
  pointer!: string;

  @ApiProperty({ example: 'must be an e-mail address of at most 254 characters' })
  detail!: string;
}

export class HoldingVerificationsView {
  @ApiProperty({ type: 'integer', minimum: 1, description: 'How many there are in all.' })
  count!: number;

  @ApiProperty({
    type: [String],
    description: 'The newest of them, 20 at most.',
    example: ['ver_01kahn4r5sf1trr9gy5vqd2s0x'],
  })
  ids!: string[];
}

export class HoldingPolicyView {
  @ApiProperty({ type: 'integer', minimum: 1 })
  version!: number;
}

export class HeldByView {
  @ApiPropertyOptional({ type: HoldingVerificationsView, description: 'Under way.' })
  verifications?: HoldingVerificationsView;

  @ApiPropertyOptional({
    type: [String],
    description: 'Running.',
    example: ['imp_01kahn4r5sf1trr9gy5vqd2s0x'],
  })
  imports?: string[];

  @ApiPropertyOptional({ type: [HoldingPolicyView], description: 'In force.' })
  policies?: HoldingPolicyView[];
}

export class ProblemView {
  @ApiProperty({ format: 'uri', description: 'The page about this problem.' })
  type!: string;

  @ApiProperty()
  title!: string;

  @ApiProperty({ type: 'integer', example: 422 })
  status!: number;

  @ApiProperty()
  detail!: string;

  @ApiProperty({ format: 'uri', description: 'Names this very occurrence.' })
  instance!: string;

  @ApiProperty({
    enum: Object.keys(PROBLEMS),
    enumName: 'ProblemCode',
    description: 'Stable; switch on this.',
  })
  code!: string;

  @ApiProperty({ description: 'Quote it when you ask us.' })
  requestId!: string;

  @ApiPropertyOptional({ type: [FieldErrorView], description: 'What is wrong where, for validation_failed.' })
  errors?: FieldErrorView[];

  @ApiPropertyOptional({ description: 'The provider that is to blame, where one is.', example: 'sentinel' })
  provider?: string;

  @ApiPropertyOptional({
    type: [String],
    description: 'The providers that could do it, for capability_unsupported. None: an empty list.',
    example: ['sardine'],
  })
  supportedBy?: string[];

  @ApiPropertyOptional({
    type: HeldByView,
    description: 'What needs a connection that was to be removed, for conflict. Only members that hold it.',
  })
  heldBy?: HeldByView;

  @ApiPropertyOptional({
    description: 'The verification that was made before the provider failed. It records the failure.',
    example: 'ver_01kahn4r5sf1trr9gy5vqd2s0x',
  })
  verificationId?: string;

  @ApiPropertyOptional({
    type: String,
    enum: REASON_CODES,
    nullable: true,
    description: 'Why that verification could not be begun; null where no reason code says it.',
    example: 'provider_unavailable',
  })
  reasonCode?: string | null;
}

export class ProblemPageView {
  @ApiProperty({ example: 'rate_limited' })
  code!: string;

  @ApiProperty({ type: 'integer', example: 429 })
  status!: number;

  @ApiProperty()
  title!: string;

  @ApiProperty({ enum: ['caller', 'configuration', 'vendor', 'gatehouse'], description: 'Who has to act.' })
  owner!: 'caller' | 'configuration' | 'vendor' | 'gatehouse';

  @ApiProperty()
  meaning!: string;

  @ApiProperty()
  cure!: string;
}

export class ProblemIndexView {
  @ApiProperty({ type: [ProblemPageView] })
  data!: ProblemPageView[];

  @ApiProperty({ type: String, nullable: true, description: 'Always null: they are few.' })
  nextCursor!: null;
}
