import { type Erasure, type ErasureRequest, type ProviderCopy } from '@gatehouse/core';
import { fromTypeId, toTypeId } from '@gatehouse/platform';

import { toE164 } from '../../http/formats.js';
import { type Plain } from '../../http/plain.js';
import { invalid } from '../../http/validation.js';
import { type RequestErasureBody } from './erasure.dto.js';
import { type ErasureView, type ProviderCopyView } from './erasure.view.js';

/** Throws Problem `validation_failed` unless exactly one of the three is named. */
export function toErasureRequest(body: RequestErasureBody): ErasureRequest {
  const { verificationId = null, email = null, phone = null, environment = null } = body;
  if ([verificationId, email, phone].filter((name) => name !== null).length !== 1)
    throw invalid([{ pointer: '', detail: 'must name one of verificationId, email and phone' }]);
  if (email !== null) return { by: 'email', value: email, environment };
  if (phone !== null) return { by: 'phone', value: toE164(phone) ?? phone, environment };
  if (environment !== null)
    throw invalid([{ pointer: '/environment', detail: 'is that of the verification, and is not asked for' }]);
  // The form was checked at the door.
  return { by: 'verification', verificationId: fromTypeId('ver', verificationId ?? '') ?? '' };
}

export function toErasureView(erasure: Erasure): Plain<ErasureView> {
  const { certificates, counts } = erasure;
  return {
    object: 'erasure',
    id: toTypeId('ers', erasure.id),
    tenantId: toTypeId('tnt', erasure.tenantId),
    environment: erasure.environment,
    ground: erasure.ground,
    namedBy: erasure.namedBy,
    status: erasure.state,
    verificationIds: erasure.verificationIds.map((id) => toTypeId('ver', id)),
    progress: {
      verifications: counts.verifications,
      verificationsLeft: erasure.verificationIds.length - erasure.erasedIds.length,
      keysDestroyed: counts.keysDestroyed,
      sealedColumns: counts.sealedColumns,
      searchableHashes: counts.searchableHashes,
      readings: counts.readings,
      reports: counts.reports,
      signals: counts.signals,
      orphans: counts.orphans,
      answers: counts.answers,
    },
    providerCopies: erasure.providerCopies.map(toCopyView),
    certificate: certificates.at(-1)?.note ?? null,
    certificates: certificates.map(({ number, note, at }) => ({ number, issuedAt: at.toISOString(), note })),
    createdAt: erasure.createdAt.toISOString(),
    completedAt: erasure.completedAt?.toISOString() ?? null,
  };
}

function toCopyView(copy: ProviderCopy): Plain<ProviderCopyView> {
  return {
    id: toTypeId('dty', copy.id),
    environment: copy.environment,
    provider: copy.provider,
    connectionId: toTypeId('con', copy.connectionId),
    reference: copy.reference,
    state: copy.state,
    ask: copy.ask,
    way: copy.way,
    note: copy.note,
    doneAt: copy.doneAt?.toISOString() ?? null,
  };
}
