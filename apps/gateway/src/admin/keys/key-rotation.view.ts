import { type KeyRotation, ROTATION_LEVELS } from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';
import { ApiProperty } from '@nestjs/swagger';

import { type Plain } from '../../http/plain.js';

export class KeyRotationProgressView {
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Counted at the beginning; what came or went since is not in it. Null before.',
  })
  total!: number | null;

  @ApiProperty({ type: 'integer', description: 'How many are under the new key because of this rotation.' })
  moved!: number;

  @ApiProperty({
    type: 'integer',
    description:
      'How many do not open and stay as they are; the log names them. The old key is kept while there are some.',
  })
  failed!: number;
}

export class KeyRotationView {
  @ApiProperty({ enum: ['key_rotation'] })
  object!: 'key_rotation';

  @ApiProperty({ example: 'rot_01kahn4r5sf1trr9gy5vqd2s0x' })
  id!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x',
    description: 'Null: of the gateway’s own data key.',
  })
  tenantId!: string | null;

  @ApiProperty({ enum: ROTATION_LEVELS })
  level!: string;

  @ApiProperty({ enum: ['running', 'done'] })
  status!: string;

  @ApiProperty({ enum: ['begin', 'move', 'check', 'destroy', 'offer', 'switch', 'reseal'] })
  phase!: string;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Of the data key that is replaced; null before there is a newer one, and for `subject`.',
  })
  fromVersion!: number | null;

  @ApiProperty({ type: 'integer', nullable: true })
  toVersion!: number | null;

  @ApiProperty({ type: KeyRotationProgressView })
  progress!: KeyRotationProgressView;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  completedAt!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the replaced data key was deleted: a day after the end at the earliest.',
  })
  oldKeyDestroyedAt!: string | null;
}

export class BegunKeyRotationsView {
  @ApiProperty({ type: 'integer', description: 'How many have begun.' })
  begun!: number;

  @ApiProperty({ type: [KeyRotationView], description: 'The first 200 of them.' })
  data!: KeyRotationView[];
}

export class KeyRotationPageView {
  @ApiProperty({ type: [KeyRotationView] })
  data!: KeyRotationView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export const KEY_ROTATION_EXAMPLE: Plain<KeyRotationView> = {
  object: 'key_rotation',
  id: 'rot_01kahn4r5sf1trr9gy5vqd2s0x',
  tenantId: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x',
  level: 'tenant',
  status: 'running',
  phase: 'move',
  fromVersion: 1,
  toVersion: 2,
  progress: { total: 100_412, moved: 61_500, failed: 0 },
  createdAt: '2026-01-31T12:00:00.000Z',
  updatedAt: '2026-01-31T12:00:21.000Z',
  completedAt: null,
  oldKeyDestroyedAt: null,
};

export function toKeyRotationView(rotation: KeyRotation): Plain<KeyRotationView> {
  const { total, moved, failed, completedAt, destroyedAt } = rotation;
  return {
    object: 'key_rotation',
    id: toTypeId('rot', rotation.id),
    tenantId: rotation.tenantId === null ? null : toTypeId('tnt', rotation.tenantId),
    level: rotation.level,
    status: rotation.state,
    phase: rotation.phase,
    fromVersion: rotation.fromVersion,
    toVersion: rotation.toVersion,
    progress: { total, moved, failed },
    createdAt: rotation.createdAt.toISOString(),
    updatedAt: rotation.updatedAt.toISOString(),
    completedAt: completedAt === null ? null : completedAt.toISOString(),
    oldKeyDestroyedAt: destroyedAt === null ? null : destroyedAt.toISOString(),
  };
}

export class MasterKeyProgressView {
  @ApiProperty({ description: 'Which master key this process wraps with. Reveals nothing of it.' })
  masterKeyId!: string;

  @ApiProperty({ type: 'integer', description: 'Keys of tenants that it wraps already.' })
  wrapped!: number;

  @ApiProperty({ type: 'integer', description: 'Keys of tenants that another one still wraps.' })
  left!: number;
}
