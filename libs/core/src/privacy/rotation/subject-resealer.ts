import { type Log, SealError, type Sessions } from '@gatehouse/platform';

import { type SubjectKey } from '../subject-key.js';
import { context } from '../tenant-vault.js';
import { type RotationRow } from './key-rotation.rows.js';
import {
  KEPT_UNDER_SUBJECT_KEY,
  type KeptUnderSubjectKey,
  type SealedRow,
} from './kept-under-subject-key.js';

/** A row's new bytes, null where those that are there stay. */
interface Fresh {
  readonly row: SealedRow;
  readonly sealed: readonly (Buffer | null)[];
}

/** Seals anew what people's previous keys sealed. Repeating it changes nothing. */
export class SubjectResealer {
  constructor(private readonly log: Log) {}

  /** Of these people, those who have something that opens with neither of their keys. */
  async reseal(
    sessions: Sessions,
    rotation: RotationRow,
    keys: ReadonlyMap<string, SubjectKey>,
  ): Promise<ReadonlySet<string>> {
    const failed = new Set<string>();
    for (const kept of KEPT_UNDER_SUBJECT_KEY) {
      for (let after: readonly string[] | null = kept.start; after !== null;) {
        const rows: SealedRow[] = await sessions.query(kept.page, [
          rotation.tenant_id,
          [...keys.keys()],
          JSON.stringify(after),
          kept.rowsAtOnce,
        ]);
        const fresh = rows.flatMap((row) => this.#fresh(rotation, kept, row, keys, failed));
        if (fresh.length > 0) await sessions.query(kept.replace, valuesOf(rotation, kept, fresh));
        after = rows.length < kept.rowsAtOnce ? null : (rows.at(-1)?.at ?? null);
      }
    }
    return failed;
  }

  #fresh(
    rotation: RotationRow,
    kept: KeptUnderSubjectKey,
    row: SealedRow,
    keys: ReadonlyMap<string, SubjectKey>,
    failed: Set<string>,
  ): readonly Fresh[] {
    const key = keys.get(row.subject_id);
    if (key === undefined) return [];
    const sealed = kept.columns.map((column, index) => {
      const was = row.sealed[index] ?? null;
      if (was === null) return null;
      try {
        return key.reseal(was, context(rotation.tenant_id, kept.placeOf(row.at, column)));
      } catch (error) {
        if (!(error instanceof SealError)) throw error;
        failed.add(row.subject_id);
        this.log.error('what a person’s key sealed does not open, and stays as it is', {
          tenantId: rotation.tenant_id,
          jobId: rotation.id,
          kind: `${kept.table}.${column}`,
          rowId: row.at.join('/'),
          error,
        });
        return null;
      }
    });
    return sealed.some((one) => one !== null) ? [{ row, sealed }] : [];
  }
}

function valuesOf(
  { tenant_id }: RotationRow,
  { columns }: KeptUnderSubjectKey,
  fresh: readonly Fresh[],
): readonly unknown[] {
  const arrays = columns.flatMap((_, index) => [
    // What stays is as good as not there: it then differs from what is.
    fresh.map(({ row, sealed }) => (sealed[index] == null ? null : row.sealed[index])),
    fresh.map(({ sealed }) => sealed[index] ?? null),
  ]);
  return [tenant_id, fresh.map(({ row }) => JSON.stringify(row.at)), ...arrays];
}
