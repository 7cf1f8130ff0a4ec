import { type IdentityReceipt, type Receipt } from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';
import { ApiProperty } from '@nestjs/swagger';

import { type Plain } from '../../http/plain.js';

export class InclusionProofView {
  @ApiProperty({ type: 'integer', description: 'From 0 on.' })
  leafIndex!: number;

  @ApiProperty({ type: 'integer' })
  treeSize!: number;

  @ApiProperty({
    type: [String],
    description: 'The audit path of RFC 6962, from the leaf up: 32 bytes each, in base64.',
  })
  hashes!: string[];
}

export class ReceiptView {
  @ApiProperty({ enum: ['receipt'] })
  object!: 'receipt';

  @ApiProperty({ example: 'ver_01kahn4r5sf1trr9gy5vqd2s0x' })
  verificationId!: string;

  @ApiProperty({ example: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x' })
  tenantId!: string;

  @ApiProperty({ type: 'integer', description: 'Of the entry in the ledger of the tenant, from 1 on.' })
  position!: number;

  @ApiProperty({
    description:
      'The exact text of the entry that made the present status: JSON. What the leaf is the hash of.',
  })
  entry!: string;

  @ApiProperty({ type: InclusionProofView })
  proof!: InclusionProofView;

  @ApiProperty({ description: 'The signed head of the tree: a C2SP tlog-checkpoint.' })
  checkpoint!: string;
}

export function toReceiptView(receipt: Receipt): Plain<ReceiptView> {
  return {
    object: 'receipt',
    verificationId: toTypeId('ver', receipt.verificationId),
    tenantId: toTypeId('tnt', receipt.tenantId),
    position: receipt.position,
    entry: receipt.entry,
    proof: {
      leafIndex: receipt.proof.leafIndex,
      treeSize: receipt.proof.treeSize,
      hashes: receipt.proof.hashes.map((hash) => hash.toString('base64')),
    },
    checkpoint: receipt.checkpoint,
  };
}

export const RECEIPT_EXAMPLE: Plain<ReceiptView> = {
  object: 'receipt',
  verificationId: 'ver_01kahn4r5sf1trr9gy5vqd2s0x',
  tenantId: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x',
  position: 2,
  entry:
    '{"at": "2026-01-31T12:05:00.000Z", "id": "019aa355-8b2f-7875-8c26-1e2efcd16410", "data": {"to": "verified", "from": "processing"}, "kind": "verification.status_changed", "actor": "provider:sentinel", "version": 3, "tenant_id": "019aa352-60b9-787b-8c26-1e2efcd1641d", "environment": "live", "verification_id": "019aa352-60b9-787b-8c26-1e2efcd1641d"}',
  proof: { leafIndex: 1, treeSize: 2, hashes: ['bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0='] },
  checkpoint:
    'gatehouse/tnt_01kahn4r5sf1trr9gy5vqd2s0x\n2\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— gatehouse/tnt_01kahn4r5sf1trr9gy5vqd2s0x DrO4j9Fc…\n',
};

export class OpeningView {
  @ApiProperty({ description: '32 bytes in hexadecimal.' })
  salt!: string;

  @ApiProperty({
    description:
      'The exact text that was committed to: the identity as JSON. SHA-256 over the bytes of the salt and this text in UTF-8 is `data.commitments.identity` of the entry.',
  })
  value!: string;
}

export class IdentityReceiptView extends ReceiptView {
  @ApiProperty({ type: OpeningView })
  opening!: OpeningView;
}

export function toIdentityReceiptView(receipt: IdentityReceipt): Plain<IdentityReceiptView> {
  return { ...toReceiptView(receipt), opening: receipt.opening };
}

export const IDENTITY_RECEIPT_EXAMPLE: Plain<IdentityReceiptView> = {
  ...RECEIPT_EXAMPLE,
  opening: {
    salt: '7b1c6f0a4e2d8b93c5a7f1e0d4b2968375aa10c3e8f25d6b9c04173e2a8f6d51',
    value: '{"consent":null,"documents":[],"person":{"firstName":"Ana","lastName":"Ruiz"}}',
  },
};
