import { type Action, type Validity } from '@gatehouse/contract';
import { type Page, type Statuses, type Verification } from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';

import { maskEmail, maskPhone } from './masking.js';
import {
  type ActionView,
  type ValidityView,
  type VerificationPageView,
  type VerificationStatusesView,
  type VerificationView,
} from './verification.view.js';
import { type Plain } from '../../http/plain.js';

/** The object of API.md 2: named member by member, so that nothing gets out because it was there. */
export function toVerificationView(verification: Verification): Plain<VerificationView> {
  const { provider, subject, delivery, validity, consent, evidence } = verification;
  return {
    object: 'verification',
    id: toTypeId('ver', verification.id),
    environment: verification.environment,
    version: verification.version,
    status: verification.status,
    reasonCodes: [...verification.reasonCodes],
    attempt: verification.attempt,
    provider: {
      name: provider.name,
      reference: provider.reference,
      rawStatus: provider.rawStatus,
      observedAt: timeOrNull(provider.observedAt),
      source: provider.source,
    },
    reference: verification.reference,
    metadata: { ...verification.metadata },
    subject: {
      email: subject?.email == null ? null : maskEmail(subject.email),
      phone: subject?.phone == null ? null : maskPhone(subject.phone),
    },
    checks: [...verification.checks],
    documentTypes: [...verification.documentTypes],
    action: toActionView(verification.action),
    delivery:
      delivery === null ? null : { channel: delivery.channel, state: delivery.state, at: delivery.at },
    validity: toValidityView(validity),
    riskLevel: verification.riskLevel,
    consent:
      consent === null
        ? null
        : {
            id: consent.id,
            grantedAt: consent.grantedAt,
            revokedAt: consent.revokedAt,
            sharedFrom: consent.sharedFrom,
          },
    evidence: {
      identity: evidence.identity,
      images: evidence.images,
      imagesUntil: evidence.imagesUntil,
      report: evidence.report,
      reportUntil: evidence.reportUntil,
    },
    warnings: [...verification.warnings],
    previousVerificationId: idOrNull('ver', verification.previousVerificationId),
    importId: idOrNull('imp', verification.importId),
    redirectUrl: verification.redirectUrl,
    expiresAt: verification.expiresAt.toISOString(),
    createdAt: verification.createdAt.toISOString(),
    updatedAt: verification.updatedAt.toISOString(),
    completedAt: timeOrNull(verification.completedAt),
    erasedAt: timeOrNull(verification.erasedAt),
  };
}

export function toVerificationPageView(page: Page<Verification>): Plain<VerificationPageView> {
  return { data: page.data.map(toVerificationView), nextCursor: page.nextCursor };
}

export function toStatusesView({ records, failures }: Statuses): Plain<VerificationStatusesView> {
  return {
    data: records.map((record) => (record === null ? null : toVerificationView(record))),
    notRefreshed: [...failures].map(([id, code]) => ({ id: toTypeId('ver', id), code })),
  };
}

export function toValidityView(validity: Validity | null): Plain<ValidityView> | null {
  if (validity === null) return null;
  return {
    documentExpiry: validity.documentExpiry,
    state: validity.state,
    documents: [...validity.documents],
  };
}

function toActionView(action: Action): Plain<ActionView> {
  switch (action.type) {
    case 'redirect':
      return { type: 'redirect', url: action.url, expiresAt: action.expiresAt };
    case 'sms':
      return { type: 'sms', to: maskPhone(action.to) };
    case 'none':
      return { type: 'none' };
  }
}

function idOrNull(prefix: string, uuid: string | null): string | null {
  return uuid === null ? null : toTypeId(prefix, uuid);
}

function timeOrNull(time: Date | null): string | null {
  return time === null ? null : time.toISOString();
}
