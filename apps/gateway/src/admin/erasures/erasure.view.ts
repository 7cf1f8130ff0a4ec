import { ENVIRONMENTS } from '@gatehouse/core';
import { ApiProperty } from '@nestjs/swagger';

import { type Plain } from '../../http/plain.js';

export class ErasureProgressView {
  @ApiProperty({ type: 'integer', description: 'Verifications erased so far.' })
  verifications!: number;

  @ApiProperty({ type: 'integer', description: 'Verifications found and not erased yet.' })
  verificationsLeft!: number;

  @ApiProperty({ type: 'integer', description: 'Persons whose key was destroyed.' })
  keysDestroyed!: number;

  @ApiProperty({ type: 'integer' })
  sealedColumns!: number;

  @ApiProperty({ type: 'integer' })
  searchableHashes!: number;

  @ApiProperty({ type: 'integer' })
  readings!: number;

  @ApiProperty({ type: 'integer' })
  reports!: number;

  @ApiProperty({ type: 'integer', description: 'Signals of providers about them, emptied.' })
  signals!: number;

  @ApiProperty({ type: 'integer', description: 'Signals about nobody known that named them, emptied.' })
  orphans!: number;

  @ApiProperty({ type: 'integer', description: 'Answers that were stored under idempotency keys, deleted.' })
  answers!: number;
}

export class ProviderCopyView {
  @ApiProperty({ example: 'dty_01kahn4r5sf1trr9gy5vqd2s0x' })
  id!: string;

  @ApiProperty({ enum: ENVIRONMENTS })
  environment!: string;

  @ApiProperty({ example: 'sentinel' })
  provider!: string;

  @ApiProperty({ example: 'con_01kahn4r5sf1trr9gy5vqd2s0x' })
  connectionId!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The provider’s own name for the person or session.',
  })
  reference!: string | null;

  @ApiProperty({
    enum: ['open', 'done'],
    description: '`open`: the provider has no call that erases, or refused it; somebody has to be asked.',
  })
  state!: string;

  @ApiProperty({ description: 'Whom to ask.' })
  ask!: string;

  @ApiProperty({
    enum: ['api', 'asked'],
    type: String,
    nullable: true,
    description: 'How it was done: by the provider’s call, or by asking.',
  })
  way!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Of the operator who closed it.' })
  note!: string | null;

  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  doneAt!: string | null;
}

export class ErasureCertificateView {
  @ApiProperty({ type: 'integer', minimum: 1 })
  number!: number;

  @ApiProperty({ format: 'date-time' })
  issuedAt!: string;

  @ApiProperty({ description: 'A C2SP signed note; its key is named `gatehouse/<tenant id>/erasure`.' })
  note!: string;
}

export class ErasureView {
  @ApiProperty({ enum: ['erasure'] })
  object!: 'erasure';

  @ApiProperty({ example: 'ers_01kahn4r5sf1trr9gy5vqd2s0x' })
  id!: string;

  @ApiProperty({ example: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x' })
  tenantId!: string;

  @ApiProperty({ enum: ENVIRONMENTS, type: String, nullable: true, description: 'Null: both.' })
  environment!: string | null;

  @ApiProperty({ enum: ['request', 'retention'] })
  ground!: string;

  @ApiProperty({ enum: ['verification', 'email', 'phone', 'retention'] })
  namedBy!: string;

  @ApiProperty({
    enum: ['pending', 'held', 'done'],
    description:
      '`held`: what is left is under a legal hold. `done`: here; `providerCopies` says what is open elsewhere.',
  })
  status!: string;

  @ApiProperty({ type: [String], description: 'Found so far.' })
  verificationIds!: string[];

  @ApiProperty({ type: ErasureProgressView })
  progress!: ErasureProgressView;

  @ApiProperty({ type: [ProviderCopyView] })
  providerCopies!: ProviderCopyView[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The note of the last certificate; null until it is done.',
  })
  certificate!: string | null;

  @ApiProperty({ type: [ErasureCertificateView], description: 'All of them, oldest first.' })
  certificates!: ErasureCertificateView[];

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  completedAt!: string | null;
}

export class ErasurePageView {
  @ApiProperty({ type: [ErasureView] })
  data!: ErasureView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export const ERASURE_EXAMPLE: Plain<ErasureView> = {
  object: 'erasure',
  id: 'ers_01kahn4r5sf1trr9gy5vqd2s0x',
  tenantId: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x',
  environment: 'live',
  ground: 'request',
  namedBy: 'verification',
  status: 'pending',
  verificationIds: ['ver_01kahn4r5sf1trr9gy5vqd2s0x'],
  progress: {
    verifications: 0,
    verificationsLeft: 1,
    keysDestroyed: 0,
    sealedColumns: 0,
    searchableHashes: 0,
    readings: 0,
    reports: 0,
    signals: 0,
    orphans: 0,
    answers: 0,
  },
  providerCopies: [],
  certificate: null,
  certificates: [],
  createdAt: '2026-01-31T12:00:00.000Z',
  completedAt: null,
};

const NOTE = `gatehouse/tnt_01kahn4r5sf1trr9gy5vqd2s0x/erasure
certificate: gatehouse erasure 1
erasure: ers_01kahn4r5sf1trr9gy5vqd2s0x
keys destroyed: yes

— gatehouse/tnt_01kahn4r5sf1trr9gy5vqd2s0x/erasure q1Zc2g0Jm3vO8n5x
`;

export const DONE_ERASURE_EXAMPLE: Plain<ErasureView> = {
  ...ERASURE_EXAMPLE,
  status: 'done',
  progress: {
    verifications: 1,
    verificationsLeft: 0,
    keysDestroyed: 1,
    sealedColumns: 4,
    searchableHashes: 2,
    readings: 1,
    reports: 0,
    signals: 2,
    orphans: 0,
    answers: 1,
  },
  providerCopies: [
    {
      id: 'dty_01kahn4r5sf1trr9gy5vqd2s0x',
      environment: 'live',
      provider: 'sentinel',
      connectionId: 'con_01kahn4r5sf1trr9gy5vqd2s0x',
      reference: '0d8c6f3e-6d7a-4c55-9a0e-0f6f1f2a3b4c',
      state: 'open',
      ask: 'Sentinel, at the address that your contract with them names',
      way: null,
      note: null,
      doneAt: null,
    },
  ],
  certificate: NOTE,
  certificates: [{ number: 1, issuedAt: '2026-01-31T12:00:05.000Z', note: NOTE }],
  completedAt: '2026-01-31T12:00:05.000Z',
};
