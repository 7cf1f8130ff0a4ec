import { ADMIN_ROLES } from '@gatehouse/core';
import { ApiProperty } from '@nestjs/swagger';

import { type Plain } from '../../http/plain.js';

export class AdminSessionView {
  @ApiProperty({ example: 'adk_01kahn4r5sf1trr9gy5vqd2s0x', description: 'The key that acts.' })
  keyId!: string;

  @ApiProperty({ example: 'second pair of eyes' })
  name!: string;

  @ApiProperty({ enum: ADMIN_ROLES, enumName: 'AdminRole' })
  role!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description:
      'When the session ends however busy it is; an hour without a request ends it before. Null with a key.',
  })
  expiresAt!: string | null;
}

export const ADMIN_SESSION_EXAMPLE: Plain<AdminSessionView> = {
  keyId: 'adk_01kahn4r5sf1trr9gy5vqd2s0x',
  name: 'second pair of eyes',
  role: 'approver',
  expiresAt: '2026-02-01T00:00:00.000Z',
};
