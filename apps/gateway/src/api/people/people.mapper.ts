import { type CustomerPage, type FoundPerson, type LookedUp } from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';

import { type Plain } from '../../http/plain.js';
import { toPersonIdentityView } from '../verifications/identity.mapper.js';
import { toValidityView } from '../verifications/verification.mapper.js';
import { type HeldPersonView, type LookupView, type ProviderCustomersView } from './people.view.js';

export function toLookupView(found: LookedUp): Plain<LookupView> {
  return { ...toHeldPersonView(found, found), provider: found.provider, matchedBy: found.matchedBy };
}

export function toProviderCustomersView(page: CustomerPage): Plain<ProviderCustomersView> {
  return {
    provider: page.provider,
    page: page.page,
    pageSize: page.pageSize,
    total: page.total,
    nextPage: page.isLast ? null : page.page + 1,
    data: page.people.map((person) => toHeldPersonView(person, page)),
  };
}

function toHeldPersonView(
  { record, view, verificationId }: FoundPerson,
  from: { readonly provider: string; readonly retrievedAt: Date },
): Plain<HeldPersonView> {
  return {
    reference: record.reference,
    status: view.status,
    reasonCodes: [...view.reasonCodes],
    rawStatus: view.rawStatus,
    validity: toValidityView(view.validity),
    riskLevel: view.riskLevel,
    updatedAt: record.observation.providerTime,
    identity:
      record.identity === null
        ? null
        : toPersonIdentityView(record.identity, { ...from, id: verificationId }),
    verificationId: verificationId === null ? null : toTypeId('ver', verificationId),
  };
}
