import { Problem } from '@gatehouse/contract';
import { type Remapper } from '@gatehouse/core';
import { StartError } from '@gatehouse/platform';

import { type RemapOptions } from './remap-options.js';
import { JSON_LINES, type RemapTotals, TABLE, withTotals } from './remap-report.js';

export interface Output {
  /** The report, a line at a time. */
  readonly tell: (line: string) => void;
  /** How far it is. */
  readonly progress: (line: string) => void;
}

/** Tells of each verification that differs, and at the end how many came out how. */
export async function runRemap(
  remapper: Remapper,
  { isJson, ...request }: RemapOptions,
  { tell, progress }: Output,
): Promise<RemapTotals> {
  const report = isJson ? JSON_LINES : TABLE;
  let totals: RemapTotals = {};
  let seen = 0;
  report.heading.forEach(tell);
  try {
    for await (const results of remapper.run(request)) {
      totals = withTotals(totals, results);
      seen += results.length;
      for (const result of results) if (result.outcome !== 'unchanged') tell(report.lineOf(result));
      progress(`${seen} verifications seen, ${totals.unchanged ?? 0} of them unchanged`);
    }
  } catch (error) {
    if (error instanceof Problem) throw new StartError([error.message]);
    throw error;
  }
  report.ending(totals).forEach(tell);
  if (!request.apply) progress('Nothing was changed. With --apply, it is.');
  return totals;
}
