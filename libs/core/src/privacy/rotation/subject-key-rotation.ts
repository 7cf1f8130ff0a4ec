import { type Clock, type Log, LOWEST_ID, SealError, type Statement, type Tx } from '@gatehouse/platform';

import { type SubjectKey } from '../subject-key.js';
import {
  NoTenantKey,
  type SubjectKeyColumns,
  type TenantVault,
  wrappedKeyOf,
  type WrappedSubjectKey,
} from '../tenant-vault.js';
import { type RotationRow } from './key-rotation.rows.js';
import { type AfterStep, type RotationSteps } from './rotation-steps.js';
import { type SubjectResealer } from './subject-resealer.js';

interface SubjectRow extends SubjectKeyColumns {
  readonly spare_key_role: 'next' | 'previous' | null;
}

/** Once per rotation, by the primary key. */
const COUNT: Statement = {
  name: 'rotation_subjects_count',
  text: 'SELECT count(*)::int AS total FROM subjects WHERE tenant_id = $1',
};
/** Served by the primary key. */
const PAGE: Statement = {
  name: 'rotation_subject_keys_page',
  text: `SELECT id AS subject_id, key_wrapped, key_version, spare_key_sealed, spare_key_role
           FROM subjects WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3`,
};
/** Whoever was erased or got another key meanwhile is left alone, here and below. By the primary key: the array leaves PostgreSQL no choice. */
const OFFER: Statement = {
  name: 'rotation_subject_keys_offer',
  text: `UPDATE subjects s SET spare_key_sealed = fresh.spare, spare_key_role = 'next'
           FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS fresh (id, was, spare)
          WHERE s.tenant_id = $1 AND s.id = ANY($2) AND s.id = fresh.id AND s.key_wrapped = fresh.was AND s.spare_key_sealed IS NULL`,
};
const SWITCH: Statement = {
  name: 'rotation_subject_keys_switch',
  text: `UPDATE subjects s SET key_wrapped = fresh.wrapped, key_version = fresh.version, spare_key_sealed = fresh.spare,
             spare_key_role = 'previous'
           FROM unnest($2::uuid[], $3::bytea[], $4::bytea[], $5::int[], $6::bytea[]) AS fresh (id, was, wrapped, version, spare)
          WHERE s.tenant_id = $1 AND s.id = ANY($2) AND s.id = fresh.id AND s.key_wrapped = fresh.was AND s.spare_key_role = 'next'`,
};
const FORGET: Statement = {
  name: 'rotation_subject_keys_forget',
  text: `UPDATE subjects s SET spare_key_sealed = NULL, spare_key_role = NULL
           FROM unnest($2::uuid[], $3::bytea[]) AS fresh (id, was)
          WHERE s.tenant_id = $1 AND s.id = ANY($2) AND s.id = fresh.id AND s.spare_key_sealed = fresh.was RETURNING s.id`,
};

const PAGE_SIZE = 500;
/** Fewer, because of each of them all is read that there is. */
const RESEALED_AT_ONCE = 25;
/** Longer than anybody works with a person's key that he has read: a report is fetched in less than five minutes. */
const GRACE_MS = 15 * 60_000;

/**
 * Replaces the keys of a tenant's people, so that at every moment whoever has read somebody's keys opens whatever he then meets, and
 * whatever he then seals is opened by others:
 *
 * 1. `offer`: everybody gets a second key, which only opens;
 * 2. `switch`, once nobody works with keys that he read before: the second key seals from now on, and the first one still opens;
 * 3. `reseal`, once nobody seals with the first one any more: what it sealed is sealed anew, and it is forgotten.
 *
 * The second key is sealed under the first one, so that destroying that is an erasure at every moment.
 */
export class SubjectKeyRotation {
  constructor(
    private readonly steps: RotationSteps,
    private readonly vault: TenantVault,
    private readonly resealer: SubjectResealer,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  async step(row: RotationRow): Promise<void> {
    switch (row.phase) {
      case 'begin':
        return this.#begin(row);
      case 'offer':
        return this.#offer(row);
      case 'switch':
        return this.#switch(row);
      case 'reseal':
        return this.#reseal(row);
      default:
        throw new Error('not a phase of the rotation of subjects’ keys');
    }
  }

  async #begin(row: RotationRow): Promise<void> {
    const [counted] = await this.steps.sessionsFor(row).query<{ total: number }>(COUNT, [row.tenant_id]);
    await this.steps.write(row, () => Promise.resolve({ phase: 'offer', total: counted?.total ?? null }));
  }

  async #offer(row: RotationRow): Promise<void> {
    const page = await this.#page(row, PAGE_SIZE, (subject) => subject.spare_key_role === null);
    const { done, failed } = await this.#each(row, page.wanted, (key) =>
      this.vault.offerSubjectKey(row.tenant_id, key),
    );
    await this.steps.write(row, async (tx) => {
      await tx.query(OFFER, [
        row.tenant_id,
        done.map(({ key }) => key.subjectId),
        done.map(({ key }) => key.wrapped),
        done.map(({ result }) => result),
      ]);
      return this.#after(tx, row, page.last, { moved: 0, failed });
    });
  }

  async #switch(row: RotationRow): Promise<void> {
    const page = await this.#page(row, PAGE_SIZE, (subject) => subject.spare_key_role === 'next');
    const { done, failed } = await this.#each(row, page.wanted, (key) =>
      this.vault.switchSubjectKeys(row.tenant_id, key),
    );
    await this.steps.write(row, async (tx) => {
      await tx.query(SWITCH, [
        row.tenant_id,
        done.map(({ key }) => key.subjectId),
        done.map(({ key }) => key.wrapped),
        done.map(({ result }) => result.wrapped),
        done.map(({ result }) => result.keyVersion),
        done.map(({ result }) => result.spare),
      ]);
      return this.#after(tx, row, page.last, { moved: 0, failed });
    });
  }

  async #reseal(row: RotationRow): Promise<void> {
    const page = await this.#page(row, RESEALED_AT_ONCE, (subject) => subject.spare_key_role === 'previous');
    const { done, failed } = await this.#each(row, page.wanted, (key) =>
      this.vault.openSubjectKey(row.tenant_id, key),
    );
    const keys = new Map<string, SubjectKey>(done.map(({ key, result }) => [key.subjectId, result]));
    const damaged =
      keys.size === 0
        ? new Set<string>()
        : await this.resealer.reseal(this.steps.sessionsFor(row), row, keys);
    const clean = done.filter(({ key }) => !damaged.has(key.subjectId));
    await this.steps.write(row, async (tx) => {
      const forgotten = await tx.query(FORGET, [
        row.tenant_id,
        clean.map(({ key }) => key.subjectId),
        clean.map(({ key }) => key.spare),
      ]);
      return this.#after(tx, row, page.last, { moved: forgotten.length, failed: failed + damaged.size });
    });
  }

  /** `last` null: there is nobody after them. */
  async #page(
    row: RotationRow,
    size: number,
    isWanted: (subject: SubjectRow) => boolean,
  ): Promise<{ readonly wanted: readonly WrappedSubjectKey[]; readonly last: string | null }> {
    const rows = await this.steps
      .sessionsFor(row)
      .query<SubjectRow>(PAGE, [row.tenant_id, row.after?.[0] ?? LOWEST_ID, size]);
    const wanted = rows.filter(isWanted).flatMap((subject) => wrappedKeyOf(subject) ?? []);
    return { wanted, last: rows.length < size ? null : (rows.at(-1)?.subject_id ?? null) };
  }

  async #each<T>(
    row: RotationRow,
    wanted: readonly WrappedSubjectKey[],
    work: (key: WrappedSubjectKey) => Promise<T>,
  ): Promise<{
    readonly done: readonly { readonly key: WrappedSubjectKey; readonly result: T }[];
    readonly failed: number;
  }> {
    const done: { key: WrappedSubjectKey; result: T }[] = [];
    for (const key of wanted) {
      try {
        done.push({ key, result: await work(key) });
      } catch (error) {
        // That a tenant's key cannot be had at the moment is no fault of the person's.
        if (!(error instanceof SealError || error instanceof NoTenantKey)) throw error;
        this.log.error('a person’s key does not open, and stays as it is', {
          tenantId: row.tenant_id,
          jobId: row.id,
          kind: 'subjects',
          rowId: key.subjectId,
          error,
        });
      }
    }
    return { done, failed: wanted.length - done.length };
  }

  async #after(
    tx: Tx,
    row: RotationRow,
    last: string | null,
    counts: { readonly moved: number; readonly failed: number },
  ): Promise<AfterStep> {
    const moved = row.moved + counts.moved;
    const failed = row.failed + counts.failed;
    if (last !== null) return { moved, failed, after: [last] };
    const now = this.clock.now();
    const settles = new Date(now.getTime() + GRACE_MS);
    switch (row.phase) {
      case 'offer':
        return { moved, failed, after: null, phase: 'switch', settles_at: settles, due_at: settles };
      case 'switch':
        return { moved, failed, after: null, phase: 'reseal', settles_at: settles, due_at: settles };
      default:
        await this.steps.record(tx, row, 'keys.rotation_ended', { moved, failed });
        return { moved, failed, after: null, state: 'done', completed_at: now, due_at: null };
    }
  }
}
