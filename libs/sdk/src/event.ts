import { type Delivery, type ReasonCode, type VerificationStatus } from './schemas.js';

/** A verification as the event left it. No personal data: read the verification for more. */
export interface VerificationFacts {
  readonly verificationId: string;
  readonly environment: 'test' | 'live';
  /** The version that the event made: of two events of one verification, the greater is the later. Null where it made none. */
  readonly version: number | null;
  readonly status: VerificationStatus | null;
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
  readonly breach: 'pass_rate' | 'error_rate';
  readonly is: number;
  readonly limit: number;
  readonly sample: number;
}

/** A webhook endpoint of yours was disabled, or tested. */
export interface EndpointFacts {
  readonly environment: 'test' | 'live';
  readonly endpointId: string;
  /** `gone`: it answered 410. `failing`: all the time since `failingSince`. Null of a test. */
  readonly reason: 'asked' | 'gone' | 'failing' | null;
  readonly failingSince: string | null;
}

/** What the data of an event is, by its type. */
export interface EventData {
  'verification.created': VerificationFacts;
  'verification.status_changed': VerificationFacts;
  'verification.delivery_updated': VerificationFacts;
  'verification.document_expiring': VerificationFacts;
  'verification.erased': VerificationFacts;
  'routing.rolled_back': RollbackFacts;
  'endpoint.disabled': EndpointFacts;
  /** In webhooks only. */
  'endpoint.test': EndpointFacts;
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
