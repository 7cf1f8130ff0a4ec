import { type Delivery, type ReasonCode, type VerificationStatus } from './schemas.js';

/** A verification as the event left it. No personal data: read the verification for more. */
export interface VerificationFacts {
  readonly verificationId: string;
  readonly environment: 'test' | 'live';
  /** Grows by one with every change: of two events of one verification, the greater is the later. */
  readonly version: number;
  readonly status: VerificationStatus;
  readonly reasonCodes: readonly ReasonCode[];
  readonly attempt: number;
  readonly provider: string | null;
  readonly delivery: Delivery | null;
}

/** A routing policy fell through its guardrail. */
export interface RollbackFacts {
  readonly environment: 'test' | 'live';
  readonly policyVersion: number;
  /** The version in force again; null where there was none to go back to. */
  readonly backTo: number | null;
  readonly breach: string;
  readonly is: number;
  readonly limit: number;
  readonly sample: number;
}

/** What the data of an event is, by its type. */
export interface EventData {
  'verification.created': VerificationFacts;
  'verification.status_changed': VerificationFacts;
  'verification.delivery_updated': VerificationFacts;
  'verification.document_expiring': VerificationFacts;
  'verification.erased': VerificationFacts;
  'routing.rolled_back': RollbackFacts;
  'endpoint.disabled': Readonly<Record<string, unknown>>;
}

export type EventType = keyof EventData;

/**
 * What happened, from a webhook or from the feed; `type` tells what `data` is. Keep a default case where you switch on it: a
 * newer gateway may send types that are not here.
 */
export type GatehouseEvent = {
  readonly [Type in EventType]: {
    /** The same on every attempt of a webhook, and in the feed: what was handled once need not be again. */
    readonly id: string;
    readonly type: Type;
    readonly timestamp: string;
    readonly data: EventData[Type];
  };
}[EventType];
