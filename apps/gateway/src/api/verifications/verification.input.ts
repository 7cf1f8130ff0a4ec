import { type Contact, type FieldError, type PostalAddress, type Subject } from '@gatehouse/contract';
import { type NewVerification, type VerificationFilter } from '@gatehouse/core';

import { isInFuture, toE164 } from '../../http/formats.js';
import { invalid } from '../../http/validation.js';
import {
  type AddressBody,
  type CreateVerificationBody,
  DEFAULT_CHECKS,
  DEFAULT_EXPIRY_SECONDS,
  type ListVerificationsQuery,
  type SubjectBody,
} from './verification.dto.js';

/** What the core begins with. Throws Problem `validation_failed` for what only shows when members are seen together. */
export function toNewVerification(body: CreateVerificationBody, now: Date): NewVerification {
  requireSense(body, now);
  return {
    subject: toSubject(body.subject),
    reference: body.reference ?? null,
    checks: body.checks ?? DEFAULT_CHECKS,
    documentTypes: body.documentTypes ?? [],
    redirectUrl: body.redirectUrl ?? null,
    reviewRedirectUrl: body.reviewRedirectUrl ?? null,
    reuse: body.reuse ?? 'never',
    message: body.message ?? null,
    expiresInSeconds: body.expiresInSeconds ?? DEFAULT_EXPIRY_SECONDS,
    metadata: body.metadata ?? {},
    provider: body.provider ?? null,
  };
}

function requireSense({ subject }: CreateVerificationBody, now: Date): void {
  const errors: FieldError[] = [];
  if (subject.email == null && subject.phone == null) {
    errors.push({ pointer: '/subject', detail: 'must have an email or a phone' });
  }
  if (subject.dateOfBirth != null && isInFuture(subject.dateOfBirth, now)) {
    errors.push({ pointer: '/subject/dateOfBirth', detail: 'must not be in the future' });
  }
  if (errors.length > 0) throw invalid(errors);
}

function toSubject(body: SubjectBody): Subject {
  return {
    email: body.email ?? null,
    phone: body.phone == null ? null : toE164(body.phone),
    firstName: body.firstName ?? null,
    lastName: body.lastName ?? null,
    dateOfBirth: body.dateOfBirth ?? null,
    address: body.address == null ? null : toAddress(body.address),
  };
}

function toAddress(body: AddressBody): PostalAddress {
  return {
    street: body.street ?? null,
    city: body.city ?? null,
    region: body.region ?? null,
    postalCode: body.postalCode ?? null,
    country: body.country ?? null,
  };
}

type AskedFor = Pick<
  ListVerificationsQuery,
  'status' | 'provider' | 'reference' | 'createdAfter' | 'createdBefore'
>;

export function toFilter(query: AskedFor): VerificationFilter {
  return {
    ...(query.status == null ? {} : { status: query.status }),
    ...(query.provider == null ? {} : { provider: query.provider }),
    ...(query.reference == null ? {} : { reference: query.reference }),
    ...(query.createdAfter == null ? {} : { createdAfter: new Date(query.createdAfter) }),
    ...(query.createdBefore == null ? {} : { createdBefore: new Date(query.createdBefore) }),
  };
}

/** Throws Problem `validation_failed` where neither is given. */
export function toContacts(body: {
  readonly email?: string | null;
  readonly phone?: string | null;
}): Contact {
  if (body.email == null && body.phone == null)
    throw invalid([{ pointer: '', detail: 'must have an email or a phone' }]);
  return { email: body.email ?? null, phone: body.phone == null ? null : toE164(body.phone) };
}
