import { ENVIRONMENTS } from '@gatehouse/core';
import { VERIFICATION_STATUSES } from '@gatehouse/contract';
import { ApiProperty } from '@nestjs/swagger';

import { EXPLANATION_EXAMPLE } from '../../api/verifications/explanation.example.js';
import { ExplanationView } from '../../api/verifications/explanation.view.js';
import { InclusionProofView, RECEIPT_EXAMPLE } from '../../api/verifications/receipt.view.js';
import { LedgerKeyView } from '../../http/ledger-key.controller.js';
import { type Plain } from '../../http/plain.js';
import { ErasureCertificateView } from '../erasures/erasure.view.js';

/** The facts of a verification that say nothing of the person. */
export class EvidencedVerificationView {
  @ApiProperty({ example: 'ver_01kahn4r5sf1trr9gy5vqd2s0x' })
  id!: string;

  @ApiProperty({ example: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x' })
  tenantId!: string;

  @ApiProperty({ enum: ENVIRONMENTS })
  environment!: string;

  @ApiProperty({ type: 'integer', minimum: 1 })
  version!: number;

  @ApiProperty({ enum: VERIFICATION_STATUSES })
  status!: string;

  @ApiProperty({ type: [String] })
  reasonCodes!: string[];

  @ApiProperty({ type: 'integer', minimum: 1 })
  attempt!: number;

  @ApiProperty({ example: 'sentinel' })
  provider!: string;

  @ApiProperty({ type: [String] })
  checks!: string[];

  @ApiProperty({ type: [String] })
  documentTypes!: string[];

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;

  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  completedAt!: string | null;

  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  erasedAt!: string | null;
}

export class ProvenEntryView {
  @ApiProperty({ type: 'integer', description: 'In the ledger of the tenant, from 1 on.' })
  position!: number;

  @ApiProperty({ description: 'The exact text of the entry: JSON. What the leaf is the hash of.' })
  entry!: string;

  @ApiProperty({ type: InclusionProofView })
  proof!: InclusionProofView;
}

export class PersonViewedView {
  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ example: 'identity.viewed' })
  kind!: string;

  @ApiProperty({ example: 'admin:adk_01kahn4r5sf1trr9gy5vqd2s0x' })
  actor!: string;

  @ApiProperty({
    type: [String],
    nullable: true,
    example: ['person.firstName'],
    description: 'Which facts were shown; null where it was an image, a list of them or a report.',
  })
  fields!: string[] | null;

  @ApiProperty({ type: String, nullable: true, description: 'Null for the tenant’s own keys.' })
  purpose!: string | null;

  @ApiProperty({ type: String, nullable: true })
  ticket!: string | null;

  @ApiProperty({ type: 'integer', description: 'Of its entry, among `entries`.' })
  position!: number;
}

export class EvidencedErasureView {
  @ApiProperty({ example: 'ers_01kahn4r5sf1trr9gy5vqd2s0x' })
  id!: string;

  @ApiProperty({ enum: ['pending', 'held', 'done'] })
  status!: string;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  completedAt!: string | null;

  @ApiProperty({ type: [ErasureCertificateView] })
  certificates!: ErasureCertificateView[];
}

export class EvidencePackView {
  @ApiProperty({ enum: ['evidence_pack'] })
  object!: 'evidence_pack';

  @ApiProperty({ format: 'date-time' })
  madeAt!: string;

  @ApiProperty({ type: EvidencedVerificationView })
  verification!: EvidencedVerificationView;

  @ApiProperty({ type: ExplanationView })
  explanation!: ExplanationView;

  @ApiProperty({ type: [ProvenEntryView], description: 'All that the ledger says of it, oldest first.' })
  entries!: ProvenEntryView[];

  @ApiProperty({ description: 'False where there are more than 2,000 entries; these are the newest then.' })
  isComplete!: boolean;

  @ApiProperty({ description: 'The signed head that all proofs lead to: a C2SP tlog-checkpoint.' })
  checkpoint!: string;

  @ApiProperty({
    type: [LedgerKeyView],
    description:
      'For convenience. Compare with a copy that was kept: a key that came along proves nothing by itself.',
  })
  keys!: LedgerKeyView[];

  @ApiProperty({ type: [PersonViewedView], description: 'Who has seen the person, oldest first.' })
  views!: PersonViewedView[];

  @ApiProperty({ type: [EvidencedErasureView] })
  erasures!: EvidencedErasureView[];
}

export const EVIDENCE_PACK_EXAMPLE: Plain<EvidencePackView> = {
  object: 'evidence_pack',
  madeAt: '2026-01-31T13:00:00.000Z',
  verification: {
    id: 'ver_01kahn4r5sf1trr9gy5vqd2s0x',
    tenantId: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x',
    environment: 'live',
    version: 3,
    status: 'verified',
    reasonCodes: [],
    attempt: 1,
    provider: 'sentinel',
    checks: ['document', 'liveness'],
    documentTypes: [],
    createdAt: '2026-01-31T12:00:00.000Z',
    updatedAt: '2026-01-31T12:05:00.000Z',
    completedAt: '2026-01-31T12:05:00.000Z',
    erasedAt: null,
  },
  explanation: EXPLANATION_EXAMPLE,
  entries: [
    { position: RECEIPT_EXAMPLE.position, entry: RECEIPT_EXAMPLE.entry, proof: RECEIPT_EXAMPLE.proof },
  ],
  isComplete: true,
  checkpoint: RECEIPT_EXAMPLE.checkpoint,
  keys: [
    {
      algorithm: 'Ed25519',
      publicKey: '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
      createdAt: '2026-01-31T11:00:00.000Z',
      retiredAt: null,
    },
  ],
  views: [],
  erasures: [],
};
