import { type Environment, ENVIRONMENTS, type Scope, SCOPES } from '@gatehouse/core';
import { ApiProperty } from '@nestjs/swagger';

import { OneOf, SetOf, Text, Whole } from '../../http/members.js';
import { type Plain } from '../../http/plain.js';

export const DEFAULT_OVERLAP_SECONDS = 86_400;

export class CreateApiKeyBody {
  @Text({ max: 100, required: true, example: 'backend' })
  name!: string;

  @OneOf(ENVIRONMENTS, { required: true, example: 'test' })
  environment!: Environment;

  @SetOf(SCOPES, { required: true, min: 1, example: ['verifications:read', 'verifications:write'] })
  scopes!: Scope[];
}

export class RotateApiKeyBody {
  @Whole({
    min: 0,
    max: 2_592_000,
    default: DEFAULT_OVERLAP_SECONDS,
    description: 'How long the old key goes on working.',
  })
  overlapSeconds?: number | null;
}

export class ApiKeyView {
  @ApiProperty({ example: 'key_01kahn4r5sf1trr9gy5vqd2s0x' })
  id!: string;

  @ApiProperty({ example: 'backend' })
  name!: string;

  @ApiProperty({ enum: ENVIRONMENTS })
  environment!: string;

  @ApiProperty({ enum: SCOPES, enumName: 'Scope', isArray: true })
  scopes!: string[];

  @ApiProperty({ example: 'x7f2', description: 'The last characters, to recognise the key by.' })
  hint!: string;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expiresAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  revokedAt!: string | null;
}

export class NewApiKeyView extends ApiKeyView {
  @ApiProperty({ example: 'gk_test_…', description: 'The key itself. Shown this once.' })
  key!: string;
}

export class ApiKeyListView {
  @ApiProperty({ type: [ApiKeyView] })
  data!: ApiKeyView[];

  @ApiProperty({ type: String, nullable: true, description: 'Always null: a tenant has few keys.' })
  nextCursor!: null;
}

export const API_KEY_EXAMPLE: Plain<ApiKeyView> = {
  id: 'key_01kahn4r5sf1trr9gy5vqd2s0x',
  name: 'backend',
  environment: 'test',
  scopes: ['verifications:read', 'verifications:write'],
  hint: 'x7f2',
  createdAt: '2026-01-31T12:00:00.000Z',
  expiresAt: null,
  revokedAt: null,
};

export const NEW_API_KEY_EXAMPLE: Plain<NewApiKeyView> = { ...API_KEY_EXAMPLE, key: 'gk_test_…x7f2' };
