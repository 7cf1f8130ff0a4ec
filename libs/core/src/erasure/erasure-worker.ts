import { type Clock, type Database, type Log, type Statement, type Tx } from '@gatehouse/platform';

import { type Ledger } from '../ledger/ledger.js';
import { type VerificationRow, SELECT_VERIFICATION } from '../verifications/verification.rows.js';
import { type Certifier } from './certifier.js';
import { sumOf } from './erasure.js';
import {
  ADVANCE,
  CLAIM,
  DELETE_ANSWERS,
  type ErasureRow,
  erasureOf,
  FIND_PERSON,
  LOCK_TURN,
} from './erasure.rows.js';
import { type LegalHolds } from './legal-holds.js';
import { type OrphanEraser } from './orphan-eraser.js';
import { type ProviderCopies } from './provider-copies.js';
import { type ErasedVerification, type VerificationEraser } from './verification-eraser.js';

/** Whichever environment it is in. Served by both primary keys. */
const FIND_VERIFICATION: Statement = {
  name: 'verifications_find_to_erase',
  text: `${SELECT_VERIFICATION} WHERE v.tenant_id = $1 AND v.id = $2`,
};

/** Longer than a step may last, a provider's call included; after it, another worker takes it. */
const LEASE_MS = 60_000;
/** Of a provider that may erase later. After so many, our own copy waits no longer and theirs becomes a duty. */
const MAX_FAILURES = 5;
/** A hold that ends by itself wakes nobody: it is looked at again. */
const LOOK_AT_HOLDS_MS = 3_600_000;

export interface ErasureWorkerParts {
  readonly database: Database;
  readonly eraser: VerificationEraser;
  readonly orphans: OrphanEraser;
  readonly copies: ProviderCopies;
  readonly holds: LegalHolds;
  readonly certifier: Certifier;
  readonly ledger: Ledger;
  readonly log: Log;
}

/**
 * Carries out erasures, one short step at a time: a verification, a page of orphans, the stored answers, the certificate. What a step
 * did and where the erasure stands are written together, so a worker that dies at a moment of its own choosing loses nothing and
 * doubles nothing.
 */
export class ErasureWorker {
  constructor(
    private readonly parts: ErasureWorkerParts,
    private readonly clock: Clock,
  ) {}

  /** Takes one step of one erasure that is due; whether there was one. */
  async workDue(): Promise<boolean> {
    const now = this.clock.now();
    const [row] = await this.parts.database.across.query<ErasureRow>(CLAIM, [
      now,
      new Date(now.getTime() + LEASE_MS),
    ]);
    if (row === undefined) return false;
    await this.#step(row);
    return true;
  }

  async #step(row: ErasureRow): Promise<void> {
    switch (row.stage) {
      case 'erasing':
        await this.#eraseNext(row);
        return;
      case 'orphans':
        await this.#lookThroughOrphans(row);
        return;
      case 'responses':
        await this.#deleteAnswers(row);
        return;
      case 'certifying':
        await this.#certify(row);
        return;
    }
  }

  async #eraseNext(row: ErasureRow): Promise<void> {
    const { database, holds } = this.parts;
    const left = row.verification_ids.filter((id) => !row.erased_ids.includes(id));
    const held = await holds.inForce(database.within({ tenantId: row.tenant_id }), row.tenant_id, left);
    const next = left.find((id) => !held.has(id));
    if (next !== undefined) {
      await this.#eraseOne(row, next);
      return;
    }
    const more = await this.#findMore(row);
    if (more.length > 0) {
      await this.#advance(row, { verification_ids: [...row.verification_ids, ...more] });
      return;
    }
    if (left.length === 0) await this.#advance(row, { stage: 'orphans' });
    // What is kept for long enough can be kept for longer; what somebody asked for waits.
    else if (row.ground === 'retention')
      await this.#advance(row, { stage: 'orphans', verification_ids: row.erased_ids });
    else await this.#waitForHolds(row, left);
  }

  /** Unless one was released since they were looked at: whoever releases wakes those that wait, in the same transaction. */
  async #waitForHolds(row: ErasureRow, left: readonly string[]): Promise<void> {
    const { database, holds } = this.parts;
    await database.within({ tenantId: row.tenant_id }).transaction(async (tx) => {
      if (!(await this.#isMine(tx, row))) return;
      const held = await holds.inForce(tx, row.tenant_id, left);
      const isOver = left.some((id) => !held.has(id));
      await this.#write(tx, row, isOver ? {} : { state: 'held', dueAt: this.#nextLook([...held.values()]) });
    });
  }

  async #eraseOne(row: ErasureRow, id: string): Promise<void> {
    const { database, copies, eraser } = this.parts;
    const sessions = database.within({ tenantId: row.tenant_id });
    const [verification] = await sessions.query<VerificationRow>(FIND_VERIFICATION, [row.tenant_id, id]);
    if (verification === undefined) {
      await this.#advance(row, { verification_ids: row.verification_ids.filter((other) => other !== id) });
      return;
    }
    const outcome = verification.erased_at === null ? await copies.eraseThere(verification) : 'not_erased';
    if (outcome === 'try_again' && row.failures < MAX_FAILURES) {
      const pauseMs = 1000 * 4 ** (row.failures + 1);
      await this.#advance(row, {
        failures: row.failures + 1,
        dueAt: new Date(this.clock.now().getTime() + pauseMs),
      });
      return;
    }
    await sessions.transaction(async (tx) => {
      if (!(await this.#isMine(tx, row))) return;
      const gone = await eraser.erase(tx, verification, row);
      if (gone === 'held') {
        await this.#write(tx, row, {});
        return;
      }
      const isDone = { erased_ids: [...row.erased_ids, id], failures: 0 };
      if (gone === 'gone') {
        await this.#write(tx, row, isDone);
        return;
      }
      await copies.note(tx, gone.row, row.id, outcome === 'erased');
      await this.#write(tx, row, { ...isDone, ...tracesOf(row, gone) });
    });
  }

  /**
   * Verifications of the person that the erasure does not know of yet; one may have been begun while others were erased. Found by what
   * the erasure was named by, which comes first, and not by what else its persons have come to be known by: that may be others' too.
   */
  async #findMore(row: ErasureRow): Promise<readonly string[]> {
    if (row.named_by !== 'email' && row.named_by !== 'phone') return [];
    const found = await this.parts.database
      .within({ tenantId: row.tenant_id })
      .query<{ id: string }>(FIND_PERSON, [
        row.tenant_id,
        row.environment === null ? ['test', 'live'] : [row.environment],
        row.named_by === 'email' ? row.email_hashes.slice(0, 1) : [],
        row.named_by === 'phone' ? row.phone_hashes.slice(0, 1) : [],
        row.created_at,
      ]);
    return found.map(({ id }) => id).filter((id) => !row.verification_ids.includes(id));
  }

  /** The person may stand in what was said of nobody we knew. */
  async #lookThroughOrphans(row: ErasureRow): Promise<void> {
    const { database, orphans } = this.parts;
    const isNamed = row.email_hashes.length + row.phone_hashes.length + row.provider_references.length > 0;
    const { emptied, last } = isNamed ? await orphans.look(row) : { emptied: [], last: null };
    await database.within({ tenantId: row.tenant_id }).transaction(async (tx) => {
      if (!(await this.#isMine(tx, row))) return;
      const ids = await orphans.empty(tx, row.tenant_id, emptied);
      await this.#write(tx, row, {
        orphan_ids: [...row.orphan_ids, ...ids],
        counts: sumOf(row.counts, { orphans: ids.length }),
        orphans_after: last ?? row.orphans_after,
        stage: last === null ? 'responses' : 'orphans',
      });
    });
  }

  async #deleteAnswers(row: ErasureRow): Promise<void> {
    await this.parts.database.within({ tenantId: row.tenant_id }).transaction(async (tx) => {
      if (!(await this.#isMine(tx, row))) return;
      const answers = await tx.query(DELETE_ANSWERS, [row.tenant_id, row.erased_ids]);
      await this.#write(tx, row, {
        counts: sumOf(row.counts, { answers: answers.length }),
        stage: 'certifying',
      });
    });
  }

  async #certify(row: ErasureRow): Promise<void> {
    const { certifier, database, ledger } = this.parts;
    const prepared = await certifier.prepare(row.tenant_id);
    const now = this.clock.now();
    await database.within({ tenantId: row.tenant_id }).transaction(async (tx) => {
      if (!(await this.#isMine(tx, row))) return;
      const { number, hash } = await certifier.issue(tx, erasureOf(row), now, prepared);
      await ledger.append(tx, {
        kind: 'erasure.completed',
        tenantId: row.tenant_id,
        environment: row.environment,
        verificationId: null,
        version: null,
        actor: row.actor,
        data: {
          erasureId: row.id,
          ground: row.ground,
          certificate: number,
          certificateHash: hash,
          ...row.counts,
        },
      });
      await this.#write(tx, row, {
        state: 'done',
        email_hashes: [],
        phone_hashes: [],
        provider_references: [],
        completed_at: now,
        dueAt: null,
      });
    });
  }

  #nextLook(untils: readonly (Date | null)[]): Date {
    const times = untils.flatMap((until) => (until === null ? [] : [until.getTime()]));
    return new Date(Math.min(this.clock.now().getTime() + LOOK_AT_HOLDS_MS, ...times));
  }

  /** False where another worker has taken over. */
  async #isMine(tx: Tx, row: ErasureRow): Promise<boolean> {
    return (await tx.query(LOCK_TURN, [row.tenant_id, row.id, row.turn])).length > 0;
  }

  async #advance(row: ErasureRow, change: Change): Promise<void> {
    await this.parts.database
      .within({ tenantId: row.tenant_id })
      .transaction((tx) => this.#write(tx, row, change));
  }

  /** Unless it says otherwise, the next step is due at once. */
  async #write(tx: Tx, row: ErasureRow, { dueAt = this.clock.now(), ...change }: Change): Promise<void> {
    const next: ErasureRow = { ...row, state: 'pending', ...change };
    await tx.query(ADVANCE, [
      next.tenant_id,
      next.id,
      next.turn,
      next.state,
      next.stage,
      next.verification_ids,
      next.erased_ids,
      next.subject_ids,
      next.orphan_ids,
      next.email_hashes,
      next.phone_hashes,
      next.provider_references,
      next.orphans_after,
      JSON.stringify(next.counts),
      next.failures,
      dueAt,
      this.clock.now(),
      next.completed_at,
    ]);
  }
}

type Change = Partial<ErasureRow> & { readonly dueAt?: Date | null };

/** What was erased, and by what its person is still found among the orphans. */
function tracesOf(
  row: ErasureRow,
  { row: erased, subject, counts }: ErasedVerification,
): Partial<ErasureRow> {
  const { provider_reference: reference } = erased;
  return {
    counts: sumOf(row.counts, counts),
    ...(reference !== null && { provider_references: [...new Set([...row.provider_references, reference])] }),
    ...(subject !== null && {
      subject_ids: [...row.subject_ids, subject.id],
      email_hashes: withHash(row.email_hashes, subject.emailHash),
      phone_hashes: withHash(row.phone_hashes, subject.phoneHash),
    }),
  };
}

function withHash(hashes: readonly Buffer[], hash: Buffer | null): readonly Buffer[] {
  return hash === null || hashes.some((known) => known.equals(hash)) ? hashes : [...hashes, hash];
}
