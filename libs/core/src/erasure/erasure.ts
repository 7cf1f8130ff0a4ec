import { type Environment } from '../tenancy/tenant-scope.js';

/** Why something is erased: somebody asked for it, or its time is over. */
export type ErasureGround = 'request' | 'retention';

/** What an erasure was asked for by. Of a contact only the keyed hash is known, and that only until it is done. */
export type NamedBy = 'verification' | 'email' | 'phone' | 'retention';

export type ErasureState =
  | 'pending'
  /** What is left of it is under a legal hold. */
  | 'held'
  | 'done';

/** What an erasure has done so far. */
export interface ErasureCounts {
  readonly verifications: number;
  /** Persons whose key was destroyed; with it goes whatever is sealed under it, wherever a copy of that is. */
  readonly keysDestroyed: number;
  readonly sealedColumns: number;
  readonly searchableHashes: number;
  readonly readings: number;
  readonly reports: number;
  /** Of providers about the verifications, and about nobody we knew. */
  readonly signals: number;
  readonly orphans: number;
  /** Answers that were kept to be given again under an idempotency key. */
  readonly answers: number;
}

export const NOTHING_ERASED: ErasureCounts = {
  verifications: 0,
  keysDestroyed: 0,
  sealedColumns: 0,
  searchableHashes: 0,
  readings: 0,
  reports: 0,
  signals: 0,
  orphans: 0,
  answers: 0,
};

export function sumOf(a: ErasureCounts, b: Partial<ErasureCounts>): ErasureCounts {
  const names = Object.keys(NOTHING_ERASED) as (keyof ErasureCounts)[];
  const sums = names.map((name) => [name, a[name] + (b[name] ?? 0)] as const);
  return { ...a, ...Object.fromEntries(sums) };
}

/** A provider's copy of somebody erased here. */
export interface ProviderCopy {
  readonly id: string;
  readonly environment: Environment;
  readonly provider: string;
  readonly connectionId: string;
  /** The provider's own name for the person or the session. */
  readonly reference: string | null;
  /** Whom to ask. */
  readonly ask: string;
  readonly state: 'open' | 'done';
  /** Erased by a call, or asked for by a person of ours; null while it is open. */
  readonly way: 'api' | 'asked' | null;
  /** What whoever closed it had to say. */
  readonly note: string | null;
  readonly doneBy: string | null;
  readonly doneAt: Date | null;
}

export interface ErasureCertificate {
  readonly number: number;
  /** C2SP signed note; its key's name is {@link certificateNameOf}. */
  readonly note: string;
  readonly at: Date;
}

/** One erasure as an admin sees it. Ids are UUIDs here and TypeIDs at the API. */
export interface Erasure {
  readonly id: string;
  readonly tenantId: string;
  /** Null: whichever environment. */
  readonly environment: Environment | null;
  readonly ground: ErasureGround;
  readonly namedBy: NamedBy;
  readonly state: ErasureState;
  readonly verificationIds: readonly string[];
  readonly erasedIds: readonly string[];
  readonly counts: ErasureCounts;
  readonly actor: string;
  readonly createdAt: Date;
  readonly completedAt: Date | null;
  readonly providerCopies: readonly ProviderCopy[];
  /** Oldest first; the last one tells the most. */
  readonly certificates: readonly ErasureCertificate[];
}

/** What an erasure is asked for. */
export type ErasureRequest =
  | { readonly by: 'verification'; readonly verificationId: string }
  | { readonly by: 'email' | 'phone'; readonly value: string; readonly environment: Environment | null };
