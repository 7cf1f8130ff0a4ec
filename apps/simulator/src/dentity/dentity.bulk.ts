import { z } from 'zod';

import { type FaultTarget } from '../kit/faults.js';
import { failure } from './dentity.lookup.js';
import { type DentityAccount, objectId } from './dentity.state.js';
import { bulkRow } from './dentity.views.js';

export const bulkRequest = z.object({ verificationIds: z.array(z.string()) });

/** `data` of a bulk read (providers/dentity.md 4.4). Throws a VendorError. */
export function bulkAnswer(account: DentityAccount, body: unknown, target: FaultTarget): unknown {
  const request = bulkRequest.safeParse(body);
  if (!request.success)
    throw failure(account, account.switches.invalidCode, 'verificationIds must be an array of ids');
  const data = bulkRows(account, withinLimit(account, request.data.verificationIds), target);
  return { totalItem: data.length, data, page: 1, pageSize: data.length, totalPage: 1 };
}

function withinLimit(account: DentityAccount, ids: readonly string[]): readonly string[] {
  const { bulkLimit, bulkOverLimit, bulkOverLimitCode } = account.switches;
  if (ids.length <= bulkLimit) return ids;
  if (bulkOverLimit === 'cut') return ids.slice(0, bulkLimit);
  throw failure(account, bulkOverLimitCode, `Limit of ${bulkLimit} records in a request`);
}

/** Rows come in any order; by switch or fault with somebody who was not asked for, and without one who was. */
function bulkRows(
  account: DentityAccount,
  ids: readonly string[],
  target: FaultTarget,
): Record<string, unknown>[] {
  const { switches, faults, answerChance: chance, clock } = account;
  const gaps = faults.takeForAnswer('bulk-gaps', target) !== undefined || switches.bulkGaps;
  const strangers = faults.takeForAnswer('bulk-strangers', target) !== undefined || switches.bulkStrays;
  const found = ids.flatMap((id) => account.verification(id) ?? []);
  const rows = (gaps ? found.slice(1) : found).map(bulkRow);
  if (strangers) {
    rows.push({
      status: 'verified',
      _id: objectId(clock.now(), chance),
      user: { firstName: 'Nobody', lastName: 'Asked' },
      metadata: {},
    });
  }
  return switches.bulkShuffled ? chance.shuffled(rows) : rows;
}
