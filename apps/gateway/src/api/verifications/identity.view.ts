import { RISK_LEVELS } from '@gatehouse/contract';
import { ApiProperty } from '@nestjs/swagger';

import { ConsentView } from './verification.view.js';

/** API.md 3. What a provider does not give is null; scores are 0–100. */
export class PostalAddressView {
  @ApiProperty({ type: String, nullable: true })
  street!: string | null;

  @ApiProperty({ type: String, nullable: true })
  city!: string | null;

  @ApiProperty({ type: String, nullable: true })
  region!: string | null;

  @ApiProperty({ type: String, nullable: true })
  postalCode!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'AE' })
  country!: string | null;
}

export class PersonView {
  @ApiProperty({ type: String, nullable: true, example: 'Jane' })
  firstName!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Example' })
  lastName!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Jane Example' })
  fullName!: string | null;

  @ApiProperty({ type: String, enum: ['male', 'female', 'other'], nullable: true })
  gender!: string | null;

  @ApiProperty({ type: String, format: 'date', nullable: true, example: '1990-05-17' })
  dateOfBirth!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'AE' })
  nationality!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'jane@mail.test' })
  email!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '+971501234542' })
  phone!: string | null;

  @ApiProperty({ type: PostalAddressView, nullable: true })
  address!: PostalAddressView | null;
}

export class ScoredCheckView {
  @ApiProperty({ type: Boolean, nullable: true })
  passed!: boolean | null;

  @ApiProperty({ type: Number, minimum: 0, maximum: 100, nullable: true })
  score!: number | null;
}

export class PassedCheckView {
  @ApiProperty({ type: Boolean, nullable: true })
  passed!: boolean | null;
}

export class DocumentChecksView {
  @ApiProperty({ type: ScoredCheckView })
  faceMatch!: ScoredCheckView;

  @ApiProperty({ type: PassedCheckView })
  classification!: PassedCheckView;
}

export class IdentityDocumentView {
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'doc_01kahn4r5sf1trr9gy5vqd2s0x',
    description: 'Null where no verification of yours knows the person.',
  })
  id!: string | null;

  @ApiProperty({ example: 'passport', description: 'A document type, or `other`.' })
  type!: string;

  @ApiProperty({ type: String, nullable: true, example: 'X0000000' })
  number!: string | null;

  @ApiProperty({ type: String, nullable: true })
  subtype!: string | null;

  @ApiProperty({ type: String, format: 'date', nullable: true })
  issuedOn!: string | null;

  @ApiProperty({ type: String, format: 'date', nullable: true, example: '2031-01-31' })
  expiresOn!: string | null;

  @ApiProperty({ type: String, nullable: true })
  issuingAuthority!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'AE' })
  issuingCountry!: string | null;

  @ApiProperty({ type: String, nullable: true })
  placeOfIssue!: string | null;

  @ApiProperty({ type: DocumentChecksView })
  checks!: DocumentChecksView;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  ocr!: Record<string, string>;
}

export class RiskView {
  @ApiProperty({ type: String, enum: RISK_LEVELS, nullable: true })
  level!: string | null;
}

export class IdentityView {
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'ver_01kahn4r5sf1trr9gy5vqd2s0x',
    description: 'Null for a person of whom no verification of yours knows.',
  })
  verificationId!: string | null;

  @ApiProperty({ example: 'sentinel' })
  provider!: string;

  @ApiProperty({ format: 'date-time' })
  retrievedAt!: string;

  @ApiProperty({ type: PersonView })
  person!: PersonView;

  @ApiProperty({ type: [IdentityDocumentView] })
  documents!: IdentityDocumentView[];

  @ApiProperty({ type: ScoredCheckView })
  liveness!: ScoredCheckView;

  @ApiProperty({ type: RiskView })
  risk!: RiskView;

  @ApiProperty({ type: ConsentView, nullable: true })
  consent!: ConsentView | null;
}
