import {
  DOCUMENT_TYPES,
  type HeldRecord,
  type Identity,
  type Observation,
  type ProviderVerdict,
  type ReasonCode,
} from '@gatehouse/contract';

import { toInstant, toIsoDate } from '../../../libs/providers/src/kit/dates.js';
import { documentValidity, validityReasons } from '../../../libs/providers/src/kit/document-validity.js';
import { joinName, toEmail, toGender, toText } from '../../../libs/providers/src/kit/identity-words.js';
import { toE164 } from '../../../libs/providers/src/kit/phones.js';
import { type ToySession } from './toy.wire.js';

/** Grows with every change of what an answer comes to (docs/MAPPING-VERSIONS.md). */
export const TOY_MAPPING = 1;

/** Total: what nobody has mapped goes to a human, and never through. */
export function judge(state: string): {
  readonly verdict: ProviderVerdict;
  readonly reasonCodes: readonly ReasonCode[];
} {
  switch (state) {
    case 'open':
      return { verdict: 'requires_input', reasonCodes: ['awaiting_user'] };
    case 'looked-at':
      return { verdict: 'needs_review', reasonCodes: ['manual_review_required'] };
    case 'passed':
      return { verdict: 'verified', reasonCodes: [] };
    case 'failed':
      return { verdict: 'rejected', reasonCodes: ['provider_declined'] };
    default:
      return { verdict: 'needs_review', reasonCodes: ['provider_status_unmapped'] };
  }
}

/** What a state says, with no opinion on what should be done about it. */
export function observe(
  session: Pick<ToySession, 'state' | 'changedAt' | 'document'>,
  now: Date,
): Observation {
  const { verdict, reasonCodes } = judge(session.state);
  const expiresOn = toIsoDate(session.document?.expiresOn);
  const validity = documentValidity([{ type: documentType(session), expiresOn }], now);
  return {
    verdict,
    rawStatus: session.state.slice(0, 64),
    reasonCodes: [...reasonCodes, ...validityReasons(validity)],
    providerTime: toInstant(session.changedAt),
    delivery: [],
    validity,
    riskLevel: null,
    consent: null,
    evidence:
      session.document == null ? null : { images: 2, imagesUntil: null, report: true, reportUntil: null },
  };
}

export function identityOf(session: ToySession): Identity | null {
  const { person, document, scores } = session;
  if (person == null) return null;
  const firstName = toText(person.firstName);
  const lastName = toText(person.lastName);
  return {
    person: {
      firstName,
      lastName,
      fullName: joinName(firstName, lastName),
      gender: toGender(person.gender),
      dateOfBirth: toIsoDate(person.dateOfBirth),
      nationality: null,
      email: toEmail(session.email),
      phone: toE164(session.phone),
      address: null,
    },
    documents:
      document == null
        ? []
        : [
            {
              type: documentType(session),
              number: toText(document.number),
              subtype: null,
              issuedOn: null,
              expiresOn: toIsoDate(document.expiresOn),
              issuingAuthority: null,
              issuingCountry: null,
              placeOfIssue: null,
              checks: {
                faceMatch: { passed: null, score: scores?.face ?? null },
                classification: { passed: null },
              },
              ocr: {},
            },
          ],
    liveness: { passed: null, score: scores?.liveness ?? null },
    risk: { level: null },
    consent: null,
  };
}

export function heldRecord(session: ToySession, now: Date): HeldRecord {
  return {
    reference: session.id,
    contact: { email: toEmail(session.email), phone: toE164(session.phone) },
    observation: observe(session, now),
    identity: identityOf(session),
    handle: { sessionId: session.id },
  };
}

function documentType({ document }: Pick<ToySession, 'document'>): string {
  return DOCUMENT_TYPES.find((known) => known === document?.type) ?? 'other';
}
