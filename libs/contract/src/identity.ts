import { type PostalAddress } from './requests.js';

export interface IdentityPerson {
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly fullName: string | null;
  /** Lower-case word as normalised: `male`, `female`, `other`. */
  readonly gender: 'male' | 'female' | 'other' | null;
  /** `YYYY-MM-DD`. */
  readonly dateOfBirth: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly nationality: string | null;
  readonly email: string | null;
  /** E.164. */
  readonly phone: string | null;
  readonly address: PostalAddress | null;
}

export interface IdentityDocument {
  /** A {@link DocumentType} or `other`. Unknown vendor values become `other`. */
  readonly type: string;
  readonly number: string | null;
  readonly subtype: string | null;
  readonly issuedOn: string | null;
  readonly expiresOn: string | null;
  readonly issuingAuthority: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly issuingCountry: string | null;
  readonly placeOfIssue: string | null;
  readonly checks: {
    readonly faceMatch: { readonly passed: boolean | null; readonly score: number | null };
    readonly classification: { readonly passed: boolean | null };
  };
  /** Fields read by OCR, scalar values only. */
  readonly ocr: Readonly<Record<string, string>>;
}

/** What a provider holds on a person, in our words (API.md 3). Scores are 0–100; what is not given is null. */
export interface Identity {
  readonly person: IdentityPerson;
  readonly documents: readonly IdentityDocument[];
  readonly liveness: { readonly passed: boolean | null; readonly score: number | null };
  readonly risk: { readonly level: RiskLevel | null };
  readonly consent: Consent | null;
}

export const RISK_LEVELS = ['low', 'medium', 'high', 'very_high', 'unknown'] as const;
export type RiskLevel = (typeof RISK_LEVELS)[number];

export interface Consent {
  readonly id: string | null;
  /** RFC 3339. */
  readonly grantedAt: string | null;
  readonly revokedAt: string | null;
  /** The partner the identity was shared by, where it was shared. */
  readonly sharedFrom: string | null;
}
