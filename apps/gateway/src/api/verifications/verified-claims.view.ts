import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import { type Plain } from '../../http/plain.js';

/*
 * OpenID Identity Assurance Schema Definition 1.0 (`verified_claims`). Its names are the standard's; a member that is not known is left
 * out, as the standard has it.
 */

export class CheckDetailView {
  @ApiProperty({ example: 'vri', description: 'The standard’s word for the kind of check.' })
  check_method!: string;

  @ApiProperty({ example: 'Sentinel', description: 'Who checked.' })
  organization!: string;

  @ApiProperty({ required: false, description: 'The provider’s own name for it.' })
  check_id?: string;
}

export class DocumentIssuerView {
  @ApiProperty({ required: false })
  name?: string;

  @ApiProperty({ required: false, example: 'AE' })
  country_code?: string;
}

export class DocumentDetailsView {
  @ApiProperty({ example: 'passport' })
  type!: string;

  @ApiProperty({ required: false, example: 'X0000000' })
  document_number?: string;

  @ApiProperty({ required: false, format: 'date' })
  date_of_issuance?: string;

  @ApiProperty({ required: false, format: 'date' })
  date_of_expiry?: string;

  @ApiProperty({ type: DocumentIssuerView, required: false })
  issuer?: DocumentIssuerView;
}

export class EvidenceItemView {
  @ApiProperty({ enum: ['document'] })
  type!: 'document';

  @ApiProperty({ type: [CheckDetailView] })
  check_details!: CheckDetailView[];

  @ApiProperty({ type: DocumentDetailsView, required: false })
  document_details?: DocumentDetailsView;
}

export class VerificationElementView {
  @ApiProperty({ example: 'eidas', description: 'As the tenant states it.' })
  trust_framework!: string;

  @ApiProperty({ required: false, example: 'substantial', description: 'As the tenant states it.' })
  assurance_level?: string;

  @ApiProperty({ format: 'date-time' })
  time!: string;

  @ApiProperty({ example: 'ver_01kahn4r5sf1trr9gy5vqd2s0x' })
  verification_process!: string;

  @ApiProperty({ type: [EvidenceItemView], required: false })
  evidence?: EvidenceItemView[];
}

export class ClaimsView {
  @ApiProperty({ required: false, example: 'Jane Example' })
  name?: string;

  @ApiProperty({ required: false, example: 'Jane' })
  given_name?: string;

  @ApiProperty({ required: false, example: 'Example' })
  family_name?: string;

  @ApiProperty({ required: false, example: 'female' })
  gender?: string;

  @ApiProperty({ required: false, format: 'date', example: '1990-05-17' })
  birthdate?: string;

  @ApiProperty({ type: [String], required: false, example: ['AE'] })
  nationalities?: string[];

  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'string' } })
  address?: Record<string, string>;
}

export class ClaimsWithVerificationView {
  @ApiProperty({ type: VerificationElementView })
  verification!: VerificationElementView;

  @ApiProperty({ type: ClaimsView })
  claims!: ClaimsView;
}

export class VerifiedClaimsView {
  @ApiProperty({ type: ClaimsWithVerificationView })
  verified_claims!: ClaimsWithVerificationView;
}

export const VERIFIED_CLAIMS_EXAMPLE: Plain<VerifiedClaimsView> = {
  verified_claims: {
    verification: {
      trust_framework: 'eidas',
      assurance_level: 'substantial',
      time: '2026-01-31T12:05:00.000Z',
      verification_process: 'ver_01kahn4r5sf1trr9gy5vqd2s0x',
      evidence: [
        {
          type: 'document',
          check_details: [
            {
              check_method: 'vri',
              organization: 'Sentinel',
              check_id: '0d8c2f9e-1111-4222-8333-944455566677',
            },
            {
              check_method: 'bvr',
              organization: 'Sentinel',
              check_id: '0d8c2f9e-1111-4222-8333-944455566677',
            },
          ],
          document_details: {
            type: 'passport',
            document_number: 'X0000000',
            date_of_issuance: '2021-01-31',
            date_of_expiry: '2031-01-31',
            issuer: { country_code: 'AE' },
          },
        },
      ],
    },
    claims: {
      name: 'Jane Example',
      given_name: 'Jane',
      family_name: 'Example',
      gender: 'female',
      birthdate: '1990-05-17',
      nationalities: ['AE'],
    },
  },
};
