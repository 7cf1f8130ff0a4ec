import { type EvidencePack, type ProvenEntry, type Verification } from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';

import { toExplanationView } from '../../api/verifications/explanation.mapper.js';
import { toReceiptView } from '../../api/verifications/receipt.view.js';
import { toLedgerKeyView } from '../../http/ledger-key.controller.js';
import { type Plain } from '../../http/plain.js';
import { toPublicActor } from '../../http/public-actor.js';
import {
  type EvidencedVerificationView,
  type EvidencePackView,
  type PersonViewedView,
} from './evidence-pack.view.js';

export function toEvidencePackView(pack: EvidencePack): Plain<EvidencePackView> {
  const { history } = pack;
  return {
    object: 'evidence_pack',
    madeAt: pack.madeAt.toISOString(),
    verification: toEvidencedVerification(pack.verification),
    explanation: toExplanationView(pack.explanation),
    entries: history.entries.map(({ receipt }) => {
      const { position, entry, proof } = toReceiptView(receipt);
      return { position, entry, proof };
    }),
    isComplete: history.isComplete,
    checkpoint: history.checkpoint,
    keys: pack.keys.map(toLedgerKeyView),
    views: pack.views.map(toPersonViewed),
    erasures: pack.erasures.map(({ id, state, createdAt, completedAt, certificates }) => ({
      id: toTypeId('ers', id),
      status: state,
      createdAt: createdAt.toISOString(),
      completedAt: completedAt?.toISOString() ?? null,
      certificates: certificates.map(({ number, note, at }) => ({
        number,
        issuedAt: at.toISOString(),
        note,
      })),
    })),
  };
}

/** Neither the person, nor what the caller or the provider calls them: such a name may be an e-mail address. */
function toEvidencedVerification(verification: Verification): Plain<EvidencedVerificationView> {
  return {
    id: toTypeId('ver', verification.id),
    tenantId: toTypeId('tnt', verification.tenantId),
    environment: verification.environment,
    version: verification.version,
    status: verification.status,
    reasonCodes: [...verification.reasonCodes],
    attempt: verification.attempt,
    provider: verification.provider.name,
    checks: [...verification.checks],
    documentTypes: [...verification.documentTypes],
    createdAt: verification.createdAt.toISOString(),
    updatedAt: verification.updatedAt.toISOString(),
    completedAt: verification.completedAt?.toISOString() ?? null,
    erasedAt: verification.erasedAt?.toISOString() ?? null,
  };
}

function toPersonViewed({ at, kind, actor, data, receipt }: ProvenEntry): Plain<PersonViewedView> {
  const { fields, purpose, ticket } = data;
  return {
    at: at.toISOString(),
    kind,
    actor: toPublicActor(actor),
    fields: Array.isArray(fields) ? fields.map(String) : null,
    purpose: typeof purpose === 'string' ? purpose : null,
    ticket: typeof ticket === 'string' ? ticket : null,
    position: receipt.position,
  };
}
