import { type Evidence, type ImageLink } from './evidence.js';
import { type Consent, type Identity, type RiskLevel } from './identity.js';
import { type ReasonCode } from './reason-codes.js';
import { type ProviderVerdict } from './statuses.js';

/** JSON that an adapter needs next time. Opaque to the core, sealed at rest, schema-checked by the adapter. */
export type Handle = Readonly<Record<string, string | number | boolean | null>>;

export const DELIVERY_STATES = [
  'queued',
  'sent',
  'delivered',
  'deferred',
  'bounced',
  'dropped',
  'blocked',
  'failed',
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One step of a message's way to the person. Never moves a verification's status. */
export interface DeliveryReport {
  readonly channel: 'sms' | 'email';
  readonly state: DeliveryState;
  /** Provider's time of the event, RFC 3339; null where the provider gives none (Dentity SMS). */
  readonly at: string | null;
}

export interface Validity {
  /** Earliest expiry among the documents, `YYYY-MM-DD`. */
  readonly documentExpiry: string | null;
  readonly state: 'valid' | 'expiring' | 'expired';
  /** Types of the documents that are expiring or expired, as far as the provider names them. */
  readonly documents: readonly string[];
}

/**
 * What a provider's answer says, with no opinion on what we should do about it. `transition` alone decides that.
 * Produced by adapters from bytes; carries no image and no secret.
 */
export interface Observation {
  /** The provider's verdict in our words; null when the signal is not about the verdict (delivery, expiry warning). */
  readonly verdict: ProviderVerdict | null;
  /** The provider's own word or number for it, for the record. */
  readonly rawStatus: string | null;
  readonly reasonCodes: readonly ReasonCode[];
  /** The provider's own time of the fact, RFC 3339 with milliseconds; null where it has none. */
  readonly providerTime: string | null;
  readonly delivery: readonly DeliveryReport[];
  readonly validity: Validity | null;
  readonly riskLevel: RiskLevel | null;
  readonly consent: Consent | null;
  readonly evidence: Evidence | null;
}

/** The answer to an authenticated read. */
export type Reading =
  | {
      readonly kind: 'present';
      readonly observation: Observation;
      readonly identity: Identity | null;
      /** The provider's durable name for the person or session; shown to callers as `provider.reference`. */
      readonly reference: string | null;
      /** Merged over the stored handle. */
      readonly handlePatch: Handle;
      /**
       * All that the reading follows from, besides the settings and the time: JSON that `Provider.remap` takes back. No
       * secret, no image, no address of one, nothing of anybody who may be somebody else. Null: nothing that may be kept.
       */
      readonly evidence: unknown;
    }
  /** The provider has nothing of this verification: not begun, not finished, or gone. */
  | {
      readonly kind: 'absent';
      readonly rawStatus: string | null;
      readonly reasonCodes: readonly ReasonCode[];
    }
  /** The provider answered with somebody else (Sentinel's fall-through match). Never used. */
  | { readonly kind: 'foreign' };

/** What a mapping makes of evidence: a reading without what only the vendor can tell. */
export type Remapped =
  | { readonly kind: 'present'; readonly observation: Observation; readonly identity: Identity | null }
  | { readonly kind: 'absent' }
  | { readonly kind: 'foreign' };

/** An authenticated, parsed webhook. Kept even when nobody here is known by its names (an orphan). */
export interface InboundSignal {
  /** The provider's word for the event, for the timeline. */
  readonly event: string;
  /** How to find the verification, tried in this order by the core. */
  readonly correlation: {
    /** Our verification id, where the provider echoes it (Dentity metadata). */
    readonly verificationId: string | null;
    /** `provider.reference`. */
    readonly reference: string | null;
    /** The person's contacts as the provider knows them now. */
    readonly emails: readonly string[];
    readonly phones: readonly string[];
  };
  readonly observation: Observation;
  readonly reference: string | null;
  readonly handlePatch: Handle;
  /** How the signal proved itself, for the ledger: `passphrase`, `hmac_raw`, `hmac_reserialized`. */
  readonly authenticity: string;
  /** Bytes that identify a repetition of this very signal (providers/mapping.md 2.4). Hashed by the core. */
  readonly dedupKey: string;
  /** Images that can be had for a moment only. */
  readonly imageLinks: readonly ImageLink[];
  /** The body as it may be kept as evidence: no secret, no image, no presigned URL. Sealed at rest. */
  readonly evidence: unknown;
}
