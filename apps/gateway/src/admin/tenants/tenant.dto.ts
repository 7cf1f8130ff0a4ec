import { ApiProperty } from '@nestjs/swagger';

import { Flag, Nested, OneOf, Text, Whole } from '../../http/members.js';
import { type Plain } from '../../http/plain.js';

const RETENTION = {
  min: 1,
  max: 36_500,
  description: 'Days that a finished verification is kept; null: until it is erased.',
} as const;

const RETENTION_BY_OUTCOME = {
  description:
    'Days by how a verification ended; an outcome left out is kept as `retentionDays` has it. Given whole: it replaces what was there.',
} as const;

const ERASURE_CONTACT = {
  max: 200,
  example: 'privacy@bank.test',
  description:
    'Who sees to what providers have to be asked to erase. Stands in the certificates of erasures.',
} as const;

const REPORT_ARCHIVE = {
  description:
    '`encrypted`: reports that a provider gives for a short while only are fetched at once and kept, encrypted.',
} as const;

const TRUST_FRAMEWORK = {
  max: 100,
  example: 'eidas',
  description:
    'Of OpenID Identity Assurance: the rules under which the tenant verifies people. Without it, no verified claims are given.',
} as const;

const ASSURANCE_LEVEL = {
  max: 100,
  example: 'substantial',
  description: 'Of OpenID Identity Assurance, within the trust framework.',
} as const;

const TWO_PERSONS = {
  description: 'Whether a routing policy that one admin puts waits for another key to approve it.',
} as const;

export class RetentionByOutcomeBody {
  @Whole({ min: 1, max: 36_500 })
  verified?: number | null;

  @Whole({ min: 1, max: 36_500 })
  rejected?: number | null;

  @Whole({ min: 1, max: 36_500, description: 'Expired, canceled, revoked, or ended in an error.' })
  other?: number | null;
}

export class CreateTenantBody {
  @Text({ max: 200, required: true, example: 'Example Bank' })
  name!: string;

  @Whole(RETENTION)
  retentionDays?: number | null;

  @Nested(() => RetentionByOutcomeBody, RETENTION_BY_OUTCOME)
  retentionDaysByOutcome?: RetentionByOutcomeBody | null;

  @Text(ERASURE_CONTACT)
  erasureContact?: string | null;

  @OneOf(['stored'], { default: 'stored' })
  identityStorage?: 'stored' | null;

  @OneOf(['none', 'encrypted'], { ...REPORT_ARCHIVE, default: 'none' })
  reportArchive?: 'none' | 'encrypted' | null;

  @Text(TRUST_FRAMEWORK)
  trustFramework?: string | null;

  @Text(ASSURANCE_LEVEL)
  assuranceLevel?: string | null;

  @Flag({ ...TWO_PERSONS, default: false })
  twoPersonApproval?: boolean | null;
}

export class ChangeTenantBody {
  @Text({ max: 200, example: 'Example Bank' })
  name?: string | null;

  @Whole(RETENTION)
  retentionDays?: number | null;

  @Nested(() => RetentionByOutcomeBody, RETENTION_BY_OUTCOME)
  retentionDaysByOutcome?: RetentionByOutcomeBody | null;

  @Text(ERASURE_CONTACT)
  erasureContact?: string | null;

  @OneOf(['stored'])
  identityStorage?: 'stored' | null;

  @OneOf(['none', 'encrypted'], REPORT_ARCHIVE)
  reportArchive?: 'none' | 'encrypted' | null;

  @Text(TRUST_FRAMEWORK)
  trustFramework?: string | null;

  @Text(ASSURANCE_LEVEL)
  assuranceLevel?: string | null;

  @Flag(TWO_PERSONS)
  twoPersonApproval?: boolean | null;
}

export class RetentionByOutcomeView {
  @ApiProperty({ type: 'integer', nullable: true })
  verified!: number | null;

  @ApiProperty({ type: 'integer', nullable: true })
  rejected!: number | null;

  @ApiProperty({ type: 'integer', nullable: true })
  other!: number | null;
}

export class TenantView {
  @ApiProperty({ enum: ['tenant'] })
  object!: 'tenant';

  @ApiProperty({ example: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x' })
  id!: string;

  @ApiProperty({ example: 'Example Bank' })
  name!: string;

  @ApiProperty({ enum: ['active', 'suspended'] })
  status!: string;

  @ApiProperty({ type: 'integer', nullable: true })
  retentionDays!: number | null;

  @ApiProperty({ type: RetentionByOutcomeView })
  retentionDaysByOutcome!: RetentionByOutcomeView;

  @ApiProperty({ type: String, nullable: true, example: 'privacy@bank.test' })
  erasureContact!: string | null;

  @ApiProperty({ enum: ['stored'] })
  identityStorage!: string;

  @ApiProperty({ enum: ['none', 'encrypted'] })
  reportArchive!: string;

  @ApiProperty({ type: String, nullable: true, example: 'eidas' })
  trustFramework!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'substantial' })
  assuranceLevel!: string | null;

  @ApiProperty()
  twoPersonApproval!: boolean;

  @ApiProperty({ type: 'integer', minimum: 1 })
  version!: number;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;
}

export class TenantPageView {
  @ApiProperty({ type: [TenantView] })
  data!: TenantView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export const TENANT_EXAMPLE: Plain<TenantView> = {
  object: 'tenant',
  id: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x',
  name: 'Example Bank',
  status: 'active',
  retentionDays: 365,
  retentionDaysByOutcome: { verified: null, rejected: 90, other: 30 },
  erasureContact: 'privacy@bank.test',
  identityStorage: 'stored',
  reportArchive: 'none',
  trustFramework: 'eidas',
  assuranceLevel: 'substantial',
  twoPersonApproval: false,
  version: 1,
  createdAt: '2026-01-31T12:00:00.000Z',
  updatedAt: '2026-01-31T12:00:00.000Z',
};
