import { ADMIN_ROLES, type AdminRole } from '@gatehouse/core';
import { ApiProperty } from '@nestjs/swagger';

import { OneOf, Text } from '../../http/members.js';
import { type Plain } from '../../http/plain.js';

export class CreateAdminKeyBody {
  @Text({ max: 100, required: true, example: 'second pair of eyes' })
  name!: string;

  @OneOf(ADMIN_ROLES, { required: true, example: 'approver' })
  role!: AdminRole;
}

export class AdminKeyView {
  @ApiProperty({ example: 'adk_01kahn4r5sf1trr9gy5vqd2s0x' })
  id!: string;

  @ApiProperty({ example: 'second pair of eyes' })
  name!: string;

  @ApiProperty({ enum: ADMIN_ROLES, enumName: 'AdminRole' })
  role!: string;

  @ApiProperty({ example: 'x7f2', description: 'The last characters, to recognise the key by.' })
  hint!: string;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  revokedAt!: string | null;
}

export class NewAdminKeyView extends AdminKeyView {
  @ApiProperty({ example: 'gk_admin_…', description: 'The key itself. Shown this once.' })
  key!: string;
}

export class AdminKeyListView {
  @ApiProperty({ type: [AdminKeyView] })
  data!: AdminKeyView[];

  @ApiProperty({ type: String, nullable: true, description: 'Always null: operators have few keys.' })
  nextCursor!: null;
}

export const ADMIN_KEY_EXAMPLE: Plain<AdminKeyView> = {
  id: 'adk_01kahn4r5sf1trr9gy5vqd2s0x',
  name: 'second pair of eyes',
  role: 'approver',
  hint: 'x7f2',
  createdAt: '2026-01-31T12:00:00.000Z',
  revokedAt: null,
};

export const NEW_ADMIN_KEY_EXAMPLE: Plain<NewAdminKeyView> = { ...ADMIN_KEY_EXAMPLE, key: 'gk_admin_…x7f2' };
