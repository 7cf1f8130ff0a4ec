import {
  CHECKS,
  DELIVERY_STATES,
  DOCUMENT_TYPES,
  REASON_CODES,
  RISK_LEVELS,
  VERIFICATION_STATUSES,
} from '@gatehouse/contract';
import { ENVIRONMENTS } from '@gatehouse/core';
import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';

/*
 * The answers of the verification routes as the OpenAPI document has them; the mapper fills them. Absent facts are null.
 */

export class ProviderFactView {
  @ApiProperty({ example: 'sentinel' })
  name!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The provider’s own name for the person or session.',
  })
  reference!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '6',
    description: 'The provider’s own word for the status.',
  })
  rawStatus!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  observedAt!: string | null;

  @ApiProperty({ enum: ['read', 'webhook', 'redirect', 'admin', 'system'] })
  source!: string;
}

export class MaskedSubjectView {
  @ApiProperty({ type: String, nullable: true, example: 'j•••@mail.test' })
  email!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '+9715•••••42' })
  phone!: string | null;
}

export class RedirectActionView {
  @ApiProperty({ enum: ['redirect'] })
  type!: 'redirect';

  @ApiProperty({ format: 'uri', description: 'Open it in the person’s browser.' })
  url!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expiresAt!: string | null;
}

export class SmsActionView {
  @ApiProperty({ enum: ['sms'] })
  type!: 'sms';

  @ApiProperty({ example: '+9715•••••42', description: 'The provider texted the link there.' })
  to!: string;
}

export class NoActionView {
  @ApiProperty({ enum: ['none'] })
  type!: 'none';
}

export type ActionView = RedirectActionView | SmsActionView | NoActionView;

export class DeliveryView {
  @ApiProperty({ enum: ['sms', 'email'] })
  channel!: string;

  @ApiProperty({ enum: DELIVERY_STATES })
  state!: string;

  @ApiProperty({ format: 'date-time' })
  at!: string;
}

export class ValidityView {
  @ApiProperty({ type: String, format: 'date', nullable: true, example: '2031-01-31' })
  documentExpiry!: string | null;

  @ApiProperty({ enum: ['valid', 'expiring', 'expired'] })
  state!: string;

  @ApiProperty({
    type: [String],
    example: [],
    description: 'Types of the documents that are expiring or expired, as far as the provider names them.',
  })
  documents!: string[];
}

export class ConsentView {
  @ApiProperty({ type: String, nullable: true })
  id!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  grantedAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  revokedAt!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The partner that the identity was shared by.' })
  sharedFrom!: string | null;
}

export class EvidenceView {
  @ApiProperty({ description: 'There is an identity to read.' })
  identity!: boolean;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'How many images the provider had.' })
  images!: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Until when they can be had; null: for as long as the provider keeps them.',
  })
  imagesUntil!: string | null;

  @ApiProperty({ description: 'The provider has a report.' })
  report!: boolean;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Until when it can be had, unless it is archived.',
  })
  reportUntil!: string | null;
}

const ACTIONS = [RedirectActionView, SmsActionView, NoActionView];

/** What everybody sees who may see a verification. */
export class SharedVerificationView {
  @ApiProperty({ enum: ['verification'] })
  object!: 'verification';

  @ApiProperty({ example: 'ver_01kahn4r5sf1trr9gy5vqd2s0x' })
  id!: string;

  @ApiProperty({ enum: ENVIRONMENTS })
  environment!: string;

  @ApiProperty({ type: 'integer', minimum: 1, description: 'Grows by one with every applied change.' })
  version!: number;

  @ApiProperty({ enum: VERIFICATION_STATUSES, enumName: 'VerificationStatus' })
  status!: string;

  @ApiProperty({ enum: REASON_CODES, enumName: 'ReasonCode', isArray: true })
  reasonCodes!: string[];

  @ApiProperty({ type: 'integer', minimum: 1, description: 'Grows with every return to `requires_input`.' })
  attempt!: number;

  @ApiProperty({ type: ProviderFactView })
  provider!: ProviderFactView;

  @ApiProperty({ type: String, nullable: true, example: 'user-42', description: 'Yours.' })
  reference!: string | null;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: { plan: 'gold' } })
  metadata!: Record<string, string>;

  @ApiProperty({
    type: MaskedSubjectView,
    description: 'Masked; null once erased. In full under `/identity`.',
  })
  subject!: MaskedSubjectView;

  @ApiProperty({ enum: CHECKS, enumName: 'Check', isArray: true })
  checks!: string[];

  @ApiProperty({ enum: DOCUMENT_TYPES, enumName: 'DocumentType', isArray: true })
  documentTypes!: string[];

  @ApiProperty({ type: DeliveryView, nullable: true, description: 'Of the message that carries the link.' })
  delivery!: DeliveryView | null;

  @ApiProperty({ type: ValidityView, nullable: true })
  validity!: ValidityView | null;

  @ApiProperty({ type: String, enum: RISK_LEVELS, nullable: true })
  riskLevel!: string | null;

  @ApiProperty({ type: ConsentView, nullable: true })
  consent!: ConsentView | null;

  @ApiProperty({ type: EvidenceView })
  evidence!: EvidenceView;

  @ApiProperty({
    type: [String],
    example: [],
    description: 'Things to know that stop nothing, in plain words.',
  })
  warnings!: string[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The verification of the same person that this one was begun again after.',
  })
  previousVerificationId!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The import that adopted it.' })
  importId!: string | null;

  @ApiProperty({ type: String, format: 'uri', nullable: true, example: 'https://app.example/done' })
  redirectUrl!: string | null;

  @ApiProperty({ format: 'date-time' })
  expiresAt!: string;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  completedAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  erasedAt!: string | null;
}

@ApiExtraModels(...ACTIONS)
export class VerificationView extends SharedVerificationView {
  @ApiProperty({
    oneOf: ACTIONS.map((model) => ({ $ref: getSchemaPath(model) })),
    discriminator: {
      propertyName: 'type',
      mapping: {
        redirect: getSchemaPath(RedirectActionView),
        sms: getSchemaPath(SmsActionView),
        none: getSchemaPath(NoActionView),
      },
    },
    description: 'What the person has to do next.',
  })
  action!: ActionView;
}

export class VerificationPageView {
  @ApiProperty({ type: [VerificationView] })
  data!: VerificationView[];

  @ApiProperty({ type: String, nullable: true, description: 'For the next page; null on the last.' })
  nextCursor!: string | null;
}

export class NotRefreshedView {
  @ApiProperty({ example: 'ver_01kahn4r5sf1trr9gy5vqd2s0x' })
  id!: string;

  @ApiProperty({
    example: 'provider_unavailable',
    description: 'The problem that reading it alone would meet.',
  })
  code!: string;
}

export class VerificationStatusesView {
  @ApiProperty({
    type: 'array',
    items: { oneOf: [{ $ref: getSchemaPath(VerificationView) }, { type: 'null' }] },
    description: 'In the order of `ids`; null for an id that names nothing of yours.',
  })
  data!: (VerificationView | null)[];

  @ApiProperty({ type: [NotRefreshedView] })
  notRefreshed!: NotRefreshedView[];
}
