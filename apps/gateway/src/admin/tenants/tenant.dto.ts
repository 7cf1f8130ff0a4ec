import { ApiProperty } from '@nestjs/swagger';

import { OneOf, Text, Whole } from '../../http/members.js';
import { type Plain } from '../../http/plain.js';

const RETENTION = {
  min: 1,
  max: 36_500,
  description: 'Days that a finished verification is kept; null: until it is erased.',
} as const;

export class CreateTenantBody {
  @Text({ max: 200, required: true, example: 'Example Bank' })
  name!: string;

  @Whole(RETENTION)
  retentionDays?: number | null;

  @OneOf(['stored'], { default: 'stored' })
  identityStorage?: 'stored' | null;
}

export class ChangeTenantBody {
  @Text({ max: 200, example: 'Example Bank' })
  name?: string | null;

  @Whole(RETENTION)
  retentionDays?: number | null;

  @OneOf(['stored'])
  identityStorage?: 'stored' | null;
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

  @ApiProperty({ enum: ['stored'] })
  identityStorage!: string;

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
  identityStorage: 'stored',
  version: 1,
  createdAt: '2026-01-31T12:00:00.000Z',
  updatedAt: '2026-01-31T12:00:00.000Z',
};
