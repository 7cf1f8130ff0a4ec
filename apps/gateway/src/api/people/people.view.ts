import { REASON_CODES, RISK_LEVELS, VERIFICATION_STATUSES } from '@gatehouse/contract';
import { ApiProperty } from '@nestjs/swagger';

import { type Plain } from '../../http/plain.js';
import { IDENTITY_EXAMPLE } from '../verifications/identity.example.js';
import { IdentityView } from '../verifications/identity.view.js';
import { ValidityView } from '../verifications/verification.view.js';

/** What a provider holds on a person, in the words of a verification. */
export class HeldPersonView {
  @ApiProperty({ type: String, nullable: true, description: 'The provider’s own name for the person.' })
  reference!: string | null;

  @ApiProperty({ enum: VERIFICATION_STATUSES, enumName: 'VerificationStatus' })
  status!: string;

  @ApiProperty({ enum: REASON_CODES, enumName: 'ReasonCode', isArray: true })
  reasonCodes!: string[];

  @ApiProperty({
    type: String,
    nullable: true,
    example: '6',
    description: 'The provider’s own word for the status.',
  })
  rawStatus!: string | null;

  @ApiProperty({ type: ValidityView, nullable: true })
  validity!: ValidityView | null;

  @ApiProperty({ type: String, enum: RISK_LEVELS, nullable: true })
  riskLevel!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When that came about, by the provider’s clock.',
  })
  updatedAt!: string | null;

  @ApiProperty({ type: IdentityView, nullable: true })
  identity!: IdentityView | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'ver_01kahn4r5sf1trr9gy5vqd2s0x',
    description: 'The newest verification of yours with this record; null: none.',
  })
  verificationId!: string | null;
}

export class LookupView extends HeldPersonView {
  @ApiProperty({ example: 'sentinel' })
  provider!: string;

  @ApiProperty({ enum: ['email', 'phone'], description: 'Which of what was asked for is theirs.' })
  matchedBy!: string;
}

export class ProviderCustomersView {
  @ApiProperty({ example: 'sentinel' })
  provider!: string;

  @ApiProperty({ type: 'integer', minimum: 1 })
  page!: number;

  @ApiProperty({ type: 'integer', enum: [10, 50, 100] })
  pageSize!: number;

  @ApiProperty({ type: 'integer', nullable: true, description: 'On all pages; null where it is not told.' })
  total!: number | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Null on the last page.' })
  nextPage!: number | null;

  @ApiProperty({ type: [HeldPersonView] })
  data!: HeldPersonView[];
}

const HELD_EXAMPLE: Plain<HeldPersonView> = {
  reference: '0d8c2f9e-1111-4222-8333-944455566677',
  status: 'verified',
  reasonCodes: [],
  rawStatus: '6',
  validity: { documentExpiry: '2031-01-31', state: 'valid', documents: [] },
  riskLevel: null,
  updatedAt: '2026-01-31T12:04:10.000Z',
  identity: IDENTITY_EXAMPLE,
  verificationId: 'ver_01kahn4r5sf1trr9gy5vqd2s0x',
};

export const LOOKUP_EXAMPLE: Plain<LookupView> = {
  ...HELD_EXAMPLE,
  provider: 'sentinel',
  matchedBy: 'email',
};

export const PROVIDER_CUSTOMERS_EXAMPLE: Plain<ProviderCustomersView> = {
  provider: 'sentinel',
  page: 1,
  pageSize: 50,
  total: 1204,
  nextPage: 2,
  data: [HELD_EXAMPLE],
};
