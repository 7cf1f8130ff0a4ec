import { type Capability, type RawWebhook, type ReasonCode, type StartRequest } from '@gatehouse/contract';

import { type TwinAccount } from './twin-account.js';

/** What the suite has to be told about a provider, beyond the contract: how people act there, and how it breaks. */
export interface ProviderHarness {
  readonly provider: string;
  /** providers/mapping.md 5, as far as the contract has it today. */
  readonly capabilities: readonly Capability[];
  /** What a person's failure comes to; `absent` where the vendor has no word for it (providers/mapping.md 4.2). */
  readonly rejection: 'rejected' | 'absent';
  /** What a status is called that has no meaning for us. */
  readonly unmapped: ReasonCode;
  /** Parts of the paths that `start` calls, and what a lost answer of the last one means for the person. */
  readonly start: { readonly paths: readonly string[]; readonly effect: 'none' | 'unknown' };
  /** Part of the path that `read` calls. */
  readonly readPath: string;
  /** Makes the person end up with a human at the vendor. Absent: the vendor has no such outcome. */
  review?(twin: TwinAccount): Promise<unknown>;
  /** From now on a lookup answers with another person. Absent: the vendor is asked by its own id only. */
  answerWithStranger?(twin: TwinAccount): Promise<unknown>;
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

/** One account and one person. */
export interface VendorUnderTest {
  readonly twin: TwinAccount;
  readonly credentials: unknown;
  /** Well formed, and refused by the vendor. */
  readonly wrongCredentials: unknown;
  settingsAt(baseUrl: string): unknown;
  readonly request: StartRequest;
  /** What no error may show: keys and passphrases, as they are and as they travel. */
  readonly secrets: readonly string[];
  approve(): Promise<unknown>;
  reject(): Promise<unknown>;
  /** Something that the vendor says and nobody has told us about. */
  meetUnmapped(): Promise<unknown>;
  /** The next start takes effect at the vendor and its answer is lost. */
  loseAnswerOfStart(): Promise<void>;
  /** How many persons or verifications the vendor has, which no repetition may double. */
  countAtVendor(): Promise<number>;
  readonly webhooks: WebhookFacts | null;
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

/** Neither is magic (apps/simulator/README.md): a test decides what the person does. */
export const PERSON = { email: 'lena.moss@mail.test', phone: '+14155550123' } as const;

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
    returnUrl: 'https://idv.test/return/tok?hint=ok',
    reviewReturnUrl: 'https://idv.test/return/tok?hint=review',
    unsharedReturnUrl: 'https://idv.test/return/tok?hint=unshared',
    webhookUrl: place.webhookUrl,
  };
}
