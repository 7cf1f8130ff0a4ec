import { Problem } from '@gatehouse/contract';
import { type Clock, type Database, type Ids, toTypeId, type Tx } from '@gatehouse/platform';

import { type Ledger } from '../../ledger/ledger.js';
import { decodeCursor, pageOf } from '../../paging.js';
import { type Page, type PageRequest } from '../../verifications/verification.js';
import { type Wakeup } from '../../workers/wakeup.js';
import { SYSTEM_TENANT_ID } from '../tenant-vault.js';
import { type KeyRotation, type RotationLevel } from './key-rotation.js';
import {
  FIND,
  FIND_RUNNING,
  FIND_TENANT,
  INSERT,
  LIST,
  LIST_OF_TENANT,
  rotationOf,
  type RotationRow,
  TENANTS,
} from './key-rotation.rows.js';

export interface KeyRotationParts {
  readonly database: Database;
  readonly ledger: Ledger;
  readonly wakeup: Wakeup;
}

const TENANTS_AT_ONCE = 500;

/** Begins rotations of keys and tells how they stand. The work is the {@link KeyRotator}'s. */
export class KeyRotationService {
  constructor(
    private readonly parts: KeyRotationParts,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** Throws Problem `not_found`, and `conflict` while one of this tenant is running. */
  async begin(actor: string, tenantId: string, level: RotationLevel): Promise<KeyRotation> {
    const { database, wakeup } = this.parts;
    const begun = await database.within({ tenantId }).transaction(async (tx) => {
      const [known] = await tx.query<{ id: string }>(FIND_TENANT, [tenantId]);
      if (known === undefined) throw new Problem('not_found', 'There is no such tenant.');
      const [row] = await this.#insert(tx, actor, [tenantId], level);
      if (row === undefined) throw await alreadyRunning(tx, tenantId);
      return row;
    });
    wakeup.wake();
    return rotationOf(begun);
  }

  /** Of every tenant, and with `tenant` of our own keys too, except where one is running already. What was begun. */
  async beginAll(actor: string, level: RotationLevel): Promise<readonly KeyRotation[]> {
    const { database, wakeup } = this.parts;
    const begin = (tenantIds: readonly string[]): Promise<readonly RotationRow[]> =>
      database.across.transaction((tx) => this.#insert(tx, actor, tenantIds, level));
    const begun = level === 'tenant' ? [...(await begin([SYSTEM_TENANT_ID]))] : [];
    for (let after: string | undefined = SYSTEM_TENANT_ID; after !== undefined;) {
      const found: { id: string }[] = await database.across.query(TENANTS, [after, TENANTS_AT_ONCE]);
      begun.push(...(await begin(found.map(({ id }) => id))));
      after = found.at(-1)?.id;
    }
    wakeup.wake();
    return begun.map(rotationOf);
  }

  /** Newest first; `tenantId` null: of all tenants. */
  async list(tenantId: string | null, page: PageRequest): Promise<Page<KeyRotation>> {
    const after = decodeCursor(page.cursor);
    const position = [after?.at ?? null, after?.id ?? null, page.limit + 1];
    const rows =
      tenantId === null
        ? await this.parts.database.across.query<RotationRow>(LIST, position)
        : await this.parts.database
            .within({ tenantId })
            .query<RotationRow>(LIST_OF_TENANT, [...position, tenantId]);
    return pageOf(rows.map(rotationOf), page.limit, ({ createdAt, id }) => ({ at: createdAt, id }));
  }

  /** Throws Problem `not_found`. */
  async get(id: string): Promise<KeyRotation> {
    const [row] = await this.parts.database.across.query<RotationRow>(FIND, [id]);
    if (row === undefined) throw new Problem('not_found', 'There is no such rotation of keys.');
    return rotationOf(row);
  }

  async #insert(
    tx: Tx,
    actor: string,
    tenantIds: readonly string[],
    level: RotationLevel,
  ): Promise<readonly RotationRow[]> {
    const ids = tenantIds.map(() => this.ids.next());
    const rows = await tx.query<RotationRow>(INSERT, [tenantIds, ids, level, actor, this.clock.now()]);
    for (const { tenant_id: tenantId, id } of rows) {
      await this.parts.ledger.append(tx, {
        kind: 'keys.rotation_begun',
        tenantId,
        environment: null,
        verificationId: null,
        version: null,
        actor,
        data: { rotationId: id, level },
      });
    }
    return rows;
  }
}

async function alreadyRunning(tx: Tx, tenantId: string): Promise<Problem> {
  const [running] = await tx.query<RotationRow>(FIND_RUNNING, [tenantId]);
  return new Problem('conflict', 'A rotation of this tenant’s keys is running already.', {
    ...(running !== undefined && { extensions: { rotationId: toTypeId('rot', running.id) } }),
  });
}
