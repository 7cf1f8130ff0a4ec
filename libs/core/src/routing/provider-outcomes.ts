import { type Database, type Statement } from '@gatehouse/platform';

/** How a provider's newest verifications ended, across tenants. */
export interface ProviderOutcomes {
  /** Verifications with a verdict that the figures are of, at most {@link SAMPLE}. */
  readonly sample: number;
  /** Verified, of those verified or rejected; null without any. */
  readonly passRate: number | null;
  /** Seconds from the request to the verdict: half, and all but one in twenty, took no longer. */
  readonly timeToVerdict: { readonly p50Seconds: number; readonly p95Seconds: number } | null;
}

export const SAMPLE = 1000;

interface OutcomesRow {
  readonly sample: number;
  readonly passed: number;
  readonly p50: number | null;
  readonly p95: number | null;
}

/** Served by verifications_verdicts; what was imported had its verdict before it came to us. */
export const OUTCOMES: Statement = {
  name: 'provider_outcomes',
  text: `SELECT count(*)::int AS sample,
                count(*) FILTER (WHERE status = 'verified')::int AS passed,
                percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds)::float8 AS p50,
                percentile_disc(0.95) WITHIN GROUP (ORDER BY seconds)::float8 AS p95
           FROM (SELECT status, extract(epoch FROM completed_at - created_at) AS seconds
                   FROM verifications
                  WHERE provider = $1 AND import_id IS NULL AND status IN ('verified', 'rejected')
                  ORDER BY completed_at DESC LIMIT ${SAMPLE}) newest`,
};

/** What became of the verifications of a provider, whichever tenant's. */
export class ProviderOutcomeQueries {
  constructor(private readonly database: Database) {}

  async of(provider: string): Promise<ProviderOutcomes> {
    const [row] = await this.database.across.query<OutcomesRow>(OUTCOMES, [provider]);
    if (row === undefined || row.p50 === null || row.p95 === null)
      return { sample: 0, passRate: null, timeToVerdict: null };
    return {
      sample: row.sample,
      passRate: row.passed / row.sample,
      timeToVerdict: { p50Seconds: row.p50, p95Seconds: row.p95 },
    };
  }
}
