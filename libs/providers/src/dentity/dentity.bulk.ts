import { type Glance } from '@gatehouse/contract';

import { type ProviderHttp } from '../kit/provider-http.js';
import { addressed, type DentityConnection } from './dentity.calls.js';
import { type DentityHandle } from './dentity.handle.js';
import { rawStatusOf, verdictOf } from './dentity.map.js';
import { bulkAnswer } from './dentity.wire.js';

/** providers/dentity.md 4.4. */
export const MAX_IDS = 50;
const BATCHES_AT_ONCE = 2;

/**
 * Looks at many verifications, 50 in a call. Rows are matched by their id: they come in any order, and there may be some that
 * nobody asked for and some missing (providers/dentity.md 4.4).
 */
export async function glanceAtAll(
  http: ProviderHttp,
  connection: DentityConnection,
  handles: readonly DentityHandle[],
): Promise<readonly (Glance | null)[]> {
  const ids = [...new Set(handles.map(({ verificationId }) => verificationId))];
  const statuses = new Map<string, string>();
  for (const wave of piecesOf(piecesOf(ids, MAX_IDS), BATCHES_AT_ONCE)) {
    // A few at a time, so that a failing Dentity is not asked on and on.
    for (const answer of await Promise.all(wave.map((batch) => statusesOf(http, connection, batch)))) {
      for (const [id, status] of answer) statuses.set(id, status);
    }
  }
  return handles.map((handle) => {
    const status = statuses.get(handle.verificationId);
    if (status === undefined) return null;
    return { verdict: verdictOf(status, handle).verdict, rawStatus: rawStatusOf(status) };
  });
}

async function statusesOf(
  http: ProviderHttp,
  connection: DentityConnection,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const call = {
    ...addressed(connection, '/programmatic/credential/bulk'),
    operation: 'read verifications at Dentity',
    method: 'POST',
    body: { verificationIds: ids },
    schema: bulkAnswer,
    effectOnLostAnswer: 'none',
    repeatable: true,
  } as const;
  // A 404 may well be how it says that it knows none of them.
  const { data } = await http.find(call, [404]);
  const rows = Map.groupBy(data?.data.data ?? [], ({ _id }) => _id);
  return new Map(
    ids.flatMap((id) => {
      // Two rows that disagree are as good as none.
      const [status = null, ...others] = new Set(rows.get(id)?.map((row) => row.status));
      return status === null || others.length > 0 ? [] : [[id, status] as const];
    }),
  );
}

function piecesOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
