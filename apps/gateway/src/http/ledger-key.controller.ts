import { LedgerKeys, type PublishedKey } from '@gatehouse/core';
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';

import { Public } from './access.js';
import { Operation } from './openapi/operation.decorator.js';
import { type Plain } from './plain.js';

export class LedgerKeyView {
  @ApiProperty({ enum: ['Ed25519'] })
  algorithm!: 'Ed25519';

  @ApiProperty({ description: '32 bytes in base64.' })
  publicKey!: string;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'It signs nothing from then on.',
  })
  retiredAt!: string | null;
}

export class LedgerKeysView {
  @ApiProperty({ type: [LedgerKeyView] })
  keys!: LedgerKeyView[];
}

@ApiTags('Audit')
@Controller('.well-known')
export class LedgerKeyController {
  constructor(private readonly keys: LedgerKeys) {}

  @Get('gatehouse-ledger-key')
  @Public()
  @Operation({
    id: 'getLedgerKeys',
    summary: 'The public keys that receipts and certificates verify with',
    description:
      'Keep a copy: who verifies with a key that came along with the receipt verifies nothing. The name that a checkpoint is signed under is its first line, `gatehouse/` and the tenant’s id.',
  })
  @ApiOkResponse({
    type: LedgerKeysView,
    description: 'All of them, oldest first.',
    example: {
      keys: [
        {
          algorithm: 'Ed25519',
          publicKey: '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
          createdAt: '2026-01-31T12:00:00.000Z',
          retiredAt: null,
        },
      ],
    },
  })
  async list(): Promise<Plain<LedgerKeysView>> {
    const keys = await this.keys.published();
    return { keys: keys.map(toLedgerKeyView) };
  }
}

export function toLedgerKeyView({ publicKey, createdAt, retiredAt }: PublishedKey): Plain<LedgerKeyView> {
  return {
    algorithm: 'Ed25519',
    publicKey: publicKey.toString('base64'),
    createdAt: createdAt.toISOString(),
    retiredAt: retiredAt?.toISOString() ?? null,
  };
}
