import { type RemapOutcome, type RemapResult } from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';

/** How many verifications came out how. */
export type RemapTotals = Readonly<Partial<Record<RemapOutcome, number>>>;

export function withTotals(totals: RemapTotals, results: readonly RemapResult[]): RemapTotals {
  return results.reduce<RemapTotals>(
    (counted, { outcome }) => ({ ...counted, [outcome]: (counted[outcome] ?? 0) + 1 }),
    totals,
  );
}

/** What a run tells, line by line. Without anybody's data: ids, statuses, reason codes, times. */
export interface RemapReport {
  readonly heading: readonly string[];
  lineOf(result: RemapResult): string;
  ending(totals: RemapTotals): readonly string[];
}

export const JSON_LINES: RemapReport = {
  heading: [],
  lineOf: (result) => JSON.stringify(publicForm(result)),
  ending: (totals) => [JSON.stringify({ totals: { seen: sumOf(totals), ...totals } })],
};

/** As wide as the longest value of each, so that lines can be written as they come. */
const WIDTHS = { id: 32, outcome: 22, status: 16, mapping: 8 } as const;

export const TABLE: RemapReport = {
  heading: [
    row('VERIFICATION', 'OUTCOME', 'NOW', 'BY THE MAPPING', 'MAPPING', 'REASON CODES'),
    row('-'.repeat(30), '-'.repeat(20), '-'.repeat(14), '-'.repeat(14), '-'.repeat(7), '-'.repeat(30)),
  ],
  lineOf({ verificationId, outcome, before, after, mapping }) {
    const codes = [before.reasonCodes, after?.reasonCodes ?? []].map((list) => list.join(',') || 'none');
    return row(
      toTypeId('ver', verificationId),
      outcome,
      before.status,
      after?.status ?? '-',
      `${mapping.from} > ${mapping.to}`,
      codes.join(' > '),
    );
  },
  ending: (totals) => [
    '',
    ...Object.entries(totals).map(([outcome, count]) => `${outcome.padEnd(WIDTHS.outcome)}${count}`),
    `${'seen'.padEnd(WIDTHS.outcome)}${sumOf(totals)}`,
  ],
};

function row(id: string, outcome: string, now: string, then: string, mapping: string, codes: string): string {
  return [
    id.padEnd(WIDTHS.id),
    outcome.padEnd(WIDTHS.outcome),
    now.padEnd(WIDTHS.status),
    then.padEnd(WIDTHS.status),
    mapping.padEnd(WIDTHS.mapping),
    codes,
  ].join('');
}

function publicForm({ tenantId, verificationId, readAt, ...rest }: RemapResult): unknown {
  return {
    tenantId: toTypeId('tnt', tenantId),
    verificationId: toTypeId('ver', verificationId),
    readAt: readAt.toISOString(),
    ...rest,
  };
}

function sumOf(totals: RemapTotals): number {
  return Object.values(totals).reduce((sum, count) => sum + count, 0);
}
