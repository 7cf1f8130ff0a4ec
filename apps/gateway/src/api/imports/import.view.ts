import { ApiProperty } from '@nestjs/swagger';

import { type Plain } from '../../http/plain.js';

export class ImportView {
  @ApiProperty({ enum: ['import'] })
  object!: 'import';

  @ApiProperty({ example: 'imp_01kahn4r5sf1trr9gy5vqd2s0x' })
  id!: string;

  @ApiProperty({ example: 'sentinel' })
  provider!: string;

  @ApiProperty({ enum: ['running', 'done', 'failed'] })
  status!: string;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    example: 10_000,
    description: 'How many the provider holds, as it told last; null where it does not say.',
  })
  total!: number | null;

  @ApiProperty({ type: 'integer', description: 'How many the present walk through the list has passed.' })
  seen!: number;

  @ApiProperty({ type: 'integer', description: 'How many have become verifications.' })
  adopted!: number;

  @ApiProperty({ type: 'integer', description: 'How many had a verification before.' })
  known!: number;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    description: 'The list shifts while it is read, so it is walked until a whole walk finds nobody new.',
  })
  pass!: number;

  @ApiProperty({ type: String, nullable: true, description: 'The code of the problem that ended it.' })
  failure!: string | null;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  completedAt!: string | null;
}

export const IMPORT_EXAMPLE: Plain<ImportView> = {
  object: 'import',
  id: 'imp_01kahn4r5sf1trr9gy5vqd2s0x',
  provider: 'sentinel',
  status: 'running',
  total: 10_000,
  seen: 1200,
  adopted: 1187,
  known: 13,
  pass: 1,
  failure: null,
  createdAt: '2026-01-31T12:00:00.000Z',
  updatedAt: '2026-01-31T12:00:02.000Z',
  completedAt: null,
};
