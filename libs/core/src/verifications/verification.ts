import {
  type Action,
  type Check,
  type Consent,
  type DeliveryState,
  type DocumentType,
  type Evidence,
  type Identity,
  type ReasonCode,
  type RiskLevel,
  type Subject,
  type Validity,
  type VerificationStatus,
} from '@gatehouse/contract';

import { type Environment } from '../tenancy/tenant-scope.js';

/** What a caller asks for. Already validated at the door; times and ids are added by the core. */
export interface NewVerification {
  readonly subject: Subject;
  readonly reference: string | null;
  readonly checks: readonly Check[];
  readonly documentTypes: readonly DocumentType[];
  readonly redirectUrl: string | null;
  readonly reviewRedirectUrl: string | null;
  readonly reuse: 'never' | 'allow';
  readonly message: string | null;
  readonly expiresInSeconds: number;
  readonly metadata: Readonly<Record<string, string>>;
  /** The caller's own choice of provider, where the policy allows one. */
  readonly provider: string | null;
}

/** Where the last applied fact came from (API.md 2, `provider.source`). */
export type FactSource = 'read' | 'webhook' | 'redirect' | 'admin' | 'system';

/** One verification as the store knows it, opened. Ids are UUIDs here and TypeIDs at the API. */
export interface Verification {
  readonly tenantId: string;
  readonly id: string;
  readonly environment: Environment;
  readonly version: number;
  readonly status: VerificationStatus;
  readonly reasonCodes: readonly ReasonCode[];
  readonly attempt: number;
  readonly provider: {
    readonly name: string;
    readonly reference: string | null;
    readonly rawStatus: string | null;
    readonly observedAt: Date | null;
    readonly source: FactSource;
  };
  readonly reference: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  /** Null once erased. */
  readonly subject: Subject | null;
  readonly checks: readonly Check[];
  readonly documentTypes: readonly DocumentType[];
  readonly action: Action;
  readonly delivery: {
    readonly channel: 'sms' | 'email';
    readonly state: DeliveryState;
    readonly at: string;
  } | null;
  readonly validity: Validity | null;
  readonly riskLevel: RiskLevel | null;
  readonly consent: Consent | null;
  readonly evidence: Evidence & { readonly identity: boolean };
  /** Things to know that stop nothing. */
  readonly warnings: readonly string[];
  /** The verification of the same subject that this one was begun again after. */
  readonly previousVerificationId: string | null;
  /** The import that adopted it; null for one that was begun here. */
  readonly importId: string | null;
  readonly redirectUrl: string | null;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly completedAt: Date | null;
  readonly erasedAt: Date | null;
}

export interface VerificationFilter {
  readonly status?: VerificationStatus;
  readonly provider?: string;
  readonly reference?: string;
  readonly createdAfter?: Date;
  readonly createdBefore?: Date;
}

/** Keyset paging, newest first. `cursor` is what the last page gave. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor: string | null;
}

export interface Page<T> {
  readonly data: readonly T[];
  readonly nextCursor: string | null;
}

/** One line of a verification's timeline, a view of its ledger entries. */
export interface TimelineEvent {
  readonly id: string;
  readonly type: string;
  readonly at: Date;
  readonly actor: string;
  readonly version: number | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The person as the provider verified them. */
export interface StoredIdentity {
  readonly verificationId: string;
  readonly provider: string;
  readonly retrievedAt: Date;
  readonly identity: Identity;
}
