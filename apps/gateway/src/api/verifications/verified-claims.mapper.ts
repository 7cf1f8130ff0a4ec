import { type Identity, type IdentityDocument, type IdentityPerson, Problem } from '@gatehouse/contract';
import { type StoredIdentity, type TenantSettings, type Verification } from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';

import { type Plain } from '../../http/plain.js';
import {
  type ClaimsView,
  type DocumentDetailsView,
  type EvidenceItemView,
  type VerifiedClaimsView,
} from './verified-claims.view.js';

/** Under which rules the tenant lets people be verified. Nobody else can say. */
export interface AssuranceFrame {
  readonly trustFramework: string;
  readonly assuranceLevel: string | null;
}

/** Throws Problem `trust_framework_not_configured`: the standard needs one, and we make none up. */
export function frameOf({ trustFramework, assuranceLevel }: TenantSettings): AssuranceFrame {
  if (trustFramework !== null) return { trustFramework, assuranceLevel };
  throw new Problem(
    'trust_framework_not_configured',
    'The tenant has not stated the trust framework under which it verifies people.',
  );
}

/** There are no verified claims about anybody else. Throws Problem `not_found`. */
export function requireVerified({ status }: Verification): void {
  if (status !== 'verified') {
    throw new Problem('not_found', 'Only a verified person has verified claims.');
  }
}

/** OpenID Identity Assurance 1.0: what was verified, by whom, on what evidence, under whose rules. */
export function toVerifiedClaims(
  verification: Verification,
  { identity, provider }: StoredIdentity,
  frame: AssuranceFrame,
): Plain<VerifiedClaimsView> {
  const evidence = evidenceOf(verification, identity, {
    organization: provider,
    ...(verification.provider.reference !== null && { check_id: verification.provider.reference }),
  });
  return {
    verified_claims: {
      verification: {
        trust_framework: frame.trustFramework,
        ...(frame.assuranceLevel !== null && { assurance_level: frame.assuranceLevel }),
        time: (verification.completedAt ?? verification.updatedAt).toISOString(),
        verification_process: toTypeId('ver', verification.id),
        ...(evidence.length > 0 && { evidence }),
      },
      claims: claimsOf(identity.person),
    },
  };
}

/** Who checked, and under which name of its own. */
interface Checker {
  readonly organization: string;
  readonly check_id?: string;
}

/**
 * One item for each document that the provider tells of. One that verified a document and tells nothing of it (Dentity) has an item
 * without details.
 */
function evidenceOf(
  { checks }: Verification,
  identity: Identity,
  checker: Checker,
): Plain<EvidenceItemView>[] {
  if (identity.documents.length === 0 && checks.includes('document')) {
    return [{ type: 'document', check_details: [{ check_method: 'vri', ...checker }] }];
  }
  return identity.documents.map((document) => {
    const details = detailsOf(document);
    return {
      type: 'document',
      check_details: methodsOf(document, identity).map((method) => ({ check_method: method, ...checker })),
      ...(details !== null && { document_details: details }),
    };
  });
}

/**
 * The standard's predefined values: `vri`, an image of the document was inspected; `bvr`, the person's face was compared from afar.
 * The second only where the provider says that it came out well.
 */
function methodsOf({ checks }: IdentityDocument, { liveness }: Identity): readonly string[] {
  const isFaceCompared = checks.faceMatch.passed === true && liveness.passed !== false;
  return isFaceCompared ? ['vri', 'bvr'] : ['vri'];
}

/** Null for a document whose type the standard has no word for: there, the type is required. */
function detailsOf(document: IdentityDocument): Plain<DocumentDetailsView> | null {
  const type = TYPES.get(document.type);
  if (type === undefined) return null;
  const issuer = {
    ...(document.issuingAuthority !== null && { name: document.issuingAuthority }),
    ...(document.issuingCountry !== null && { country_code: document.issuingCountry }),
  };
  return {
    type,
    ...(document.number !== null && { document_number: document.number }),
    ...(document.issuedOn !== null && { date_of_issuance: document.issuedOn }),
    ...(document.expiresOn !== null && { date_of_expiry: document.expiresOn }),
    ...(Object.keys(issuer).length > 0 && { issuer }),
  };
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['passport', 'passport'],
  ['drivers_license', 'driving_permit'],
  ['emirates_id', 'idcard'],
  ['egypt_national_id', 'idcard'],
  ['national_id', 'idcard'],
]);

/** E-mail and phone are left out: no provider says that it verified them against evidence. */
function claimsOf(person: IdentityPerson): Plain<ClaimsView> {
  const address = person.address === null ? {} : addressOf(person.address);
  return {
    ...(person.fullName !== null && { name: person.fullName }),
    ...(person.firstName !== null && { given_name: person.firstName }),
    ...(person.lastName !== null && { family_name: person.lastName }),
    ...(person.gender !== null && { gender: person.gender }),
    ...(person.dateOfBirth !== null && { birthdate: person.dateOfBirth }),
    ...(person.nationality !== null && { nationalities: [person.nationality] }),
    ...(Object.keys(address).length > 0 && { address }),
  };
}

function addressOf(address: NonNullable<IdentityPerson['address']>): Record<string, string> {
  const members = [
    ['street_address', address.street],
    ['locality', address.city],
    ['region', address.region],
    ['postal_code', address.postalCode],
    ['country', address.country],
  ] as const;
  return Object.fromEntries(members.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}
