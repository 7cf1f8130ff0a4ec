import {
  type Capability,
  type Contact,
  type ImageKind,
  type RawWebhook,
  type ReasonCode,
  type StartRequest,
} from '@gatehouse/contract';

import { type Column } from './rows.js';
import { type TwinAccount } from './twin-account.js';

/** What the suite has to be told about a provider, beyond the contract: how people act there, and how it breaks. */
export interface ProviderHarness {
  readonly provider: string;
  /** What its documentation says it can do. */
  readonly documented: Column;
  /** The optional members of the contract that its adapter must have. */
  readonly capabilities: readonly Capability[];
  /** What a person's failure comes to; `absent` where the vendor has no word for it (providers/mapping.md 4.2). */
  readonly rejection: 'rejected' | 'absent';
  /** What a status is called that has no meaning for us. */
  readonly unmapped: ReasonCode;
  /** Parts of the paths that `start` calls, and what a lost answer of the last one means for the person. */
  readonly start: { readonly paths: readonly string[]; readonly effect: 'none' | 'unknown' };
  /** Parts of the paths that the other calls go to. */
  readonly paths: {
    readonly read: string;
    readonly lookup?: string;
    readonly list?: string;
    readonly bulk?: string;
    readonly images?: string;
    readonly report?: string;
  };
  /** What a browser posts on the hosted page, form by form, until it is sent back: somebody who passes, or who needs a human. */
  readonly forms?: { readonly pass: readonly Form[]; readonly review?: readonly Form[] };
  /** A request for less than usual, and the types of the documents there are then. */
  readonly limited?: { readonly request: Partial<StartRequest>; readonly documents: readonly string[] };
  /** Where the scores are, and what is known of the documents. */
  readonly scores?: 'in_result' | 'in_report';
  readonly knowsDocuments: boolean;
  /** The images of whoever passed, as the vendor has them. */
  readonly pictures?: readonly Picture[];
  /** How they are had: with our credentials, or by an address that works by itself, for so many seconds. */
  readonly picturesBy?: 'call' | { readonly linkForSeconds: number };
  /** How long after the result there is a report. */
  readonly reportForSeconds?: number;
  /** The person ends up with a human at the vendor. Absent: the vendor has no such outcome. */
  review?(twin: TwinAccount): Promise<unknown>;
  /** A new account at the twin, with nobody in it. */
  open(place: Place): Promise<VendorUnderTest>;
}

export interface Place {
  /** The simulator's origin. */
  readonly simulator: string;
  /** Where this account's webhooks go. */
  readonly webhookUrl: string;
  /** In letters and digits, used by nobody else. */
  readonly unique: string;
}

/** One account and one person, and what can be done there. A member that is absent cannot happen at this vendor. */
export interface VendorUnderTest {
  readonly twin: TwinAccount;
  readonly credentials: unknown;
  /** Well formed, and refused by the vendor. */
  readonly wrongCredentials: unknown;
  settingsAt(baseUrl: string): unknown;
  readonly request: StartRequest;
  /** What no error may show: keys and passphrases, as they are and as they travel. */
  readonly secrets: readonly string[];
  /** The person, or another one who was asked here, passes. */
  approve(who?: Contact): Promise<unknown>;
  reject(): Promise<unknown>;
  /** The next start takes effect at the vendor and its answer is lost. */
  loseAnswerOfStart(): Promise<void>;
  /** How many persons or verifications the vendor has, which no repetition may double. */
  countAtVendor(): Promise<number>;
  readonly webhooks: WebhookFacts | null;

  /** The texts that the vendor has sent. */
  texts?(): Promise<readonly { readonly to: string; readonly text: string }[]>;
  /** Something happens to a message on its way. */
  deliver?(channel: 'sms' | 'email', what: 'delivered' | 'failed'): Promise<unknown>;
  /** Adds so many people who were verified long ago. */
  populate?(count: number): Promise<unknown>;
  /** Somebody's document has expired; one entry for each form in which the vendor's list may name it. */
  readonly expiredDocuments?: readonly (() => Promise<unknown>)[];
  /** Sends the person back to do it again. */
  sendBack?(): Promise<unknown>;
  /** Warns that the person's document expires soon, or makes it so. */
  warnOfExpiry?(): Promise<unknown>;
  /** A document of the person expires, and the vendor notices by itself. */
  expire?(): Promise<unknown>;
  /** Somebody else has verified this person, and would share it. */
  makeShareable?(): Promise<unknown>;
  /** The person takes their consent back. */
  withdrawConsent?(): Promise<unknown>;
  /** As the vendor forgets where webhooks go. */
  forgetWebhookUrl?(): Promise<unknown>;
}

export type Form = Readonly<Record<string, string>>;

export interface Picture {
  readonly kind: ImageKind;
  readonly bytes: Buffer;
}

export interface WebhookFacts {
  /** The connection's credentials with another webhook secret, and with none. */
  readonly otherSecret: unknown;
  readonly noSecret: unknown;
  /** Webhooks that an attacker could make out of an authentic one without the secret. */
  forgeries(authentic: RawWebhook): Readonly<Record<string, RawWebhook>>;
  /** Switches with which the twin itself sends webhooks that prove nothing. */
  readonly badSwitches: readonly Readonly<Record<string, unknown>>[];
  /** What is in a verdict's body and must not be in the evidence of it. */
  readonly sensitive: readonly RegExp[];
}

export const DAY_SECONDS = 86_400;

/** None of them is magic (apps/simulator/README.md): a test decides what they do. */
export const PERSON = { email: 'lena.moss@mail.test', phone: '+14155550123' } as const;
export const SOMEBODY_ELSE = { email: 'noor.vance@mail.test', phone: '+14155550177' } as const;

export function requestOf(place: Place): StartRequest {
  return {
    verificationId: `ver_${place.unique}`,
    subject: {
      ...PERSON,
      firstName: 'Lena',
      lastName: 'Moss',
      dateOfBirth: '1990-02-17',
      address: null,
    },
    checks: [],
    documentTypes: [],
    reuse: 'never',
    message: null,
    returnUrl: (way) => `https://idv.test/return/tok?hint=${way}`,
    webhookUrl: place.webhookUrl,
  };
}
