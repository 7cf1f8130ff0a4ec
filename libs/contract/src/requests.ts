/** What can be checked about a person. Which provider can do what: providers/mapping.md 5. */
export const CHECKS = ['profile', 'document', 'liveness', 'ssn'] as const;
export type Check = (typeof CHECKS)[number];

export const DOCUMENT_TYPES = [
  'passport',
  'emirates_id',
  'egypt_national_id',
  'drivers_license',
  'national_id',
] as const;
export type DocumentType = (typeof DOCUMENT_TYPES)[number];

export interface PostalAddress {
  readonly street: string | null;
  readonly city: string | null;
  readonly region: string | null;
  readonly postalCode: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null;
}

/** ITU-T E.164: at most 15 digits. Some countries' numbering plans allow for more, and for far too few. */
export const E164 = /^\+[1-9]\d{6,14}$/u;

/** How a person is reached or found. Phone in {@link E164}. */
export interface Contact {
  readonly email: string | null;
  readonly phone: string | null;
}

/** The person as the caller names them. Phone in E.164, date `YYYY-MM-DD`, country alpha-2. */
export interface Subject extends Contact {
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly dateOfBirth: string | null;
  readonly address: PostalAddress | null;
}

/**
 * By which of the provider's ways the browser comes back. `review`: automation gave up (Sardine `manualKycUrl`). `unshared`: there was
 * nothing to share; we go on from there without sharing.
 */
export type ReturnWay = 'success' | 'review' | 'unshared';

/** Everything an adapter may use to begin a verification. */
export interface StartRequest {
  /** Ours; echoed by providers that can echo (Dentity metadata). */
  readonly verificationId: string;
  readonly subject: Subject;
  readonly checks: readonly Check[];
  readonly documentTypes: readonly DocumentType[];
  /** `allow`: an identity that the person already has at the provider may be used. */
  readonly reuse: 'never' | 'allow';
  /** Text of the message the provider sends, where it sends one; contains `{{link}}`. */
  readonly message: string | null;
  /** Where the provider must send the browser; ours, and a hint only. Made when it is asked for: it takes a MAC. */
  readonly returnUrl: (way: ReturnWay) => string;
  /** Where the provider must send its webhooks for this request, where it takes one (Dentity `callbackUrl`). */
  readonly webhookUrl: string;
}
