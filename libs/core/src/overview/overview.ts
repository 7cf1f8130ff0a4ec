import { type VerificationStatus } from '@gatehouse/contract';

import { type Environment } from '../tenancy/tenant-scope.js';

/** What an overview is of. `since` is in it, `until` is not. */
export interface OverviewFilter {
  readonly since: Date;
  readonly until: Date;
  /** Null: of all tenants. */
  readonly tenantId: string | null;
  /** Null: of both. */
  readonly environment: Environment | null;
}

/** How many verifications began, and where each of them is now. */
export interface OutcomeCounts {
  readonly created: number;
  readonly verified: number;
  readonly rejected: number;
  readonly needsReview: number;
  /** Nobody knows yet: the person or the provider is still at it. */
  readonly open: number;
  readonly expired: number;
  readonly canceled: number;
  readonly revoked: number;
  readonly error: number;
}

/** From the request to the verdict: half, and all but one in twenty, took no longer. */
export interface TimeToVerdict {
  readonly p50Seconds: number;
  readonly p95Seconds: number;
}

export interface DayOfProvider extends OutcomeCounts {
  /** In UTC, as `2026-01-31`. */
  readonly day: string;
  readonly provider: string;
}

/** Null where nobody was verified or rejected. */
export interface Verdicts {
  /** Verified, of those verified or rejected. */
  readonly passRate: number | null;
  readonly timeToVerdict: TimeToVerdict | null;
}

export interface Overview {
  readonly total: OutcomeCounts & Verdicts;
  /** Those on which something began, oldest first. */
  readonly days: readonly DayOfProvider[];
  readonly daily: readonly (Verdicts & { readonly day: string })[];
  readonly providers: ReadonlyMap<string, OutcomeCounts & Verdicts>;
}

/** How many began on a day at a provider and have a status now. */
export interface CountedRow {
  readonly day: string;
  readonly provider: string;
  readonly status: VerificationStatus;
  readonly count: number;
}

/** Of one day, of one provider, or (both null) of all. */
export interface TimedRow {
  readonly day: string | null;
  readonly provider: string | null;
  /** Null without a verdict. */
  readonly seconds: readonly [p50: number, p95: number] | null;
}

const MEMBERS: Readonly<Record<VerificationStatus, Exclude<keyof OutcomeCounts, 'created'>>> = {
  requires_input: 'open',
  processing: 'open',
  needs_review: 'needsReview',
  verified: 'verified',
  rejected: 'rejected',
  expired: 'expired',
  canceled: 'canceled',
  revoked: 'revoked',
  error: 'error',
};

/** Puts together what was counted. Pure. `counted` in the order of its days. */
export function overviewOf(counted: readonly CountedRow[], timed: readonly TimedRow[]): Overview {
  const timeOf = (day: string | null, provider: string | null): TimeToVerdict | null => {
    const seconds = timed.find((row) => row.day === day && row.provider === provider)?.seconds ?? null;
    return seconds === null ? null : { p50Seconds: seconds[0], p95Seconds: seconds[1] };
  };
  const verdictsOf = (counts: OutcomeCounts, day: string | null, provider: string | null): Verdicts => ({
    passRate: passRateOf(counts),
    timeToVerdict: timeOf(day, provider),
  });
  const byDay = Map.groupBy(counted, ({ day }) => day);
  const byProvider = Map.groupBy(counted, ({ provider }) => provider);
  const total = countsOf(counted);
  return {
    total: { ...total, ...verdictsOf(total, null, null) },
    days: [...byDay].flatMap(([day, rows]) =>
      [...Map.groupBy(rows, ({ provider }) => provider)].map(([provider, its]) => ({
        day,
        provider,
        ...countsOf(its),
      })),
    ),
    daily: [...byDay].map(([day, rows]) => ({ day, ...verdictsOf(countsOf(rows), day, null) })),
    providers: new Map(
      [...byProvider].map(([provider, rows]) => {
        const counts = countsOf(rows);
        return [provider, { ...counts, ...verdictsOf(counts, null, provider) }];
      }),
    ),
  };
}

function passRateOf({ verified, rejected }: OutcomeCounts): number | null {
  return verified + rejected === 0 ? null : verified / (verified + rejected);
}

function countsOf(rows: readonly CountedRow[]): OutcomeCounts {
  const counts = {
    created: 0,
    verified: 0,
    rejected: 0,
    needsReview: 0,
    open: 0,
    expired: 0,
    canceled: 0,
    revoked: 0,
    error: 0,
  };
  for (const { status, count } of rows) {
    counts.created += count;
    counts[MEMBERS[status]] += count;
  }
  return counts;
}

/** Of nothing. */
export const NO_OUTCOMES: OutcomeCounts & Verdicts = {
  ...countsOf([]),
  passRate: null,
  timeToVerdict: null,
};
