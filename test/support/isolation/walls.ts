import type pg from 'pg';

import { type Table } from './tables.js';

/** Two tenants who have rows in every table. */
export interface Neighbours {
  readonly ours: string;
  readonly theirs: string;
}

interface Acting {
  readonly tenantId?: string;
  readonly environment?: string;
}

const ENVIRONMENTS = ['test', 'live'];
const REFUSED = '42501';

/**
 * What a session of tenants can do in one table that it must not, in the words of whoever did it; nothing, where the walls hold.
 * In a transaction of the caller's, which is as it was afterwards.
 */
export async function wallFaults(
  session: pg.ClientBase,
  table: Table,
  { ours, theirs }: Neighbours,
): Promise<readonly string[]> {
  const tried = new Attempts(session, table);
  const { tenantColumn: tenant } = table;
  if (tenant === null) return ofNobody(tried);
  const [own, others] = [await tried.owned(ours), await tried.owned(theirs)];
  tried.holds('there are rows of both to look at', own > 0 && others > 0);

  tried.holds('reads its own rows', (await tried.seen({ tenantId: ours })) === own);
  tried.holds('reads no row of another', (await tried.seen({ tenantId: ours }, '<>', ours)) === 0);
  tried.holds('acting for nobody, reads nothing', (await tried.seen({})) === 0);
  tried.holds(
    'acting for somebody who is not there, reads nothing',
    (await tried.seen({ tenantId: '018f0000-0000-7000-8000-000000000000' })) === 0,
  );

  const foreign = await tried.row(`${tenant} = $1`, [theirs]);
  const mine = await tried.row(`${tenant} = $1`, [ours]);
  tried.isRefused('writes a row of another', await tried.insert({ tenantId: ours }, foreign), 'INSERT');
  tried.isRefused('acting for nobody, writes a row', await tried.insert({}, mine), 'INSERT');

  const keep = `SET ${tenant} = ${tenant}`;
  tried.touchesNothing(
    'changes another’s rows',
    await tried.run({ tenantId: ours }, `UPDATE ${table.name} ${keep} WHERE ${tenant} = $1`, [theirs]),
    'UPDATE',
  );
  tried.touchesNothing(
    'deletes another’s rows',
    await tried.run({ tenantId: ours }, `DELETE FROM ${table.name} WHERE ${tenant} = $1`, [theirs]),
    'DELETE',
  );
  tried.touchesNothing(
    'acting for nobody, changes rows',
    await tried.run({}, `UPDATE ${table.name} ${keep}`, []),
    'UPDATE',
  );
  tried.touchesNothing(
    'acting for nobody, deletes rows',
    await tried.run({}, `DELETE FROM ${table.name}`, []),
    'DELETE',
  );
  tried.isRefused(
    'gives a row to another',
    await tried.run({ tenantId: ours }, `UPDATE ${table.name} SET ${tenant} = $1 WHERE ${tenant} = $2`, [
      theirs,
      ours,
    ]),
    'UPDATE',
  );
  tried.isRefused(
    'empties the table',
    await tried.run({ tenantId: ours }, `TRUNCATE ${table.name} CASCADE`, []),
    'TRUNCATE',
  );
  if (table.hasEnvironment) await environments(tried, table, tenant, ours);
  return tried.faults();
}

async function environments(tried: Attempts, table: Table, tenant: string, ours: string): Promise<void> {
  for (const environment of ENVIRONMENTS) {
    const acting = { tenantId: ours, environment };
    const [other = ''] = ENVIRONMENTS.filter((each) => each !== environment);
    const own = await tried.owned(ours, environment);
    tried.holds(`there are rows of ${environment} to look at`, own > 0);
    tried.holds(`in ${environment}, reads the rows of it only`, (await tried.seen(acting)) === own);
    const elsewhere = await tried.row(`${tenant} = $1 AND environment = $2`, [ours, other]);
    tried.isRefused(
      `in ${environment}, writes a row of ${other}`,
      await tried.insert(acting, elsewhere),
      'INSERT',
    );
    tried.touchesNothing(
      `in ${environment}, changes rows of ${other}`,
      await tried.run(
        acting,
        `UPDATE ${table.name} SET environment = environment WHERE environment IS DISTINCT FROM $1`,
        [environment],
      ),
      'UPDATE',
    );
    tried.touchesNothing(
      `in ${environment}, deletes rows of ${other}`,
      await tried.run(acting, `DELETE FROM ${table.name} WHERE environment IS DISTINCT FROM $1`, [
        environment,
      ]),
      'DELETE',
    );
    tried.isRefused(
      `in ${environment}, moves a row to ${other}`,
      await tried.run(acting, `UPDATE ${table.name} SET environment = $1`, [other]),
      'UPDATE',
    );
  }
}

/** Nothing at all, not even to ask how many there are. */
async function ofNobody(tried: Attempts): Promise<readonly string[]> {
  const { name, columns } = tried.table;
  const [first = ''] = columns.map((column) => column.name);
  for (const [what, statement] of [
    ['reads it', `SELECT ${first} FROM ${name}`],
    ['writes a row', `INSERT INTO ${name} DEFAULT VALUES`],
    ['changes rows', `UPDATE ${name} SET ${first} = ${first}`],
    ['deletes rows', `DELETE FROM ${name}`],
    ['empties it', `TRUNCATE ${name}`],
  ] as const) {
    tried.isForbidden(what, await tried.run({}, statement, []));
  }
  return tried.faults();
}

type Outcome =
  | { readonly kind: 'done'; readonly rows: readonly Record<string, unknown>[]; readonly count: number }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

/** Attempts on one table as the role of tenants. */
class Attempts {
  readonly #faults: string[] = [];
  readonly #granted = new Map<string, boolean>();

  constructor(
    private readonly session: pg.ClientBase,
    readonly table: Table,
  ) {}

  faults(): readonly string[] {
    return this.#faults;
  }

  holds(rule: string, isSo: boolean): void {
    if (!isSo) this.#faults.push(`${this.table.name}: does not hold: ${rule}`);
  }

  /** By the policy; or, where the role may not do such a thing in this table at all, by the grants. */
  isRefused(what: string, outcome: Outcome, privilege: string): void {
    const reason = this.#granted.get(privilege) === true ? 'row-level security policy' : 'permission denied';
    if (outcome.kind === 'refused' && outcome.code === REFUSED && outcome.message.includes(reason)) return;
    this.#faults.push(`${this.table.name}: ${what} (${told(outcome)})`);
  }

  isForbidden(what: string, outcome: Outcome): void {
    if (outcome.kind === 'refused' && outcome.code === REFUSED) return;
    this.#faults.push(`${this.table.name}: ${what} (${told(outcome)})`);
  }

  touchesNothing(what: string, outcome: Outcome, privilege: string): void {
    if (outcome.kind === 'done' && outcome.count === 0) return;
    if (this.#granted.get(privilege) === false) this.isRefused(what, outcome, privilege);
    else this.#faults.push(`${this.table.name}: ${what} (${told(outcome)})`);
  }

  /** Rows that there are, as their owner sees them. */
  async owned(tenantId: string, environment?: string): Promise<number> {
    const column = this.table.tenantColumn ?? '';
    const { rows } = await this.session.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM ${this.table.name} WHERE ${column} = $1 ${environment === undefined ? '' : 'AND environment = $2'}`,
      environment === undefined ? [tenantId] : [tenantId, environment],
    );
    return rows[0]?.count ?? 0;
  }

  /** Rows that the role sees; -1 where it may not even look. */
  async seen(acting: Acting, comparison?: string, tenantId?: string): Promise<number> {
    const where = comparison === undefined ? '' : `WHERE ${this.table.tenantColumn ?? ''} ${comparison} $1`;
    const outcome = await this.run(
      acting,
      `SELECT count(*)::int AS count FROM ${this.table.name} ${where}`,
      tenantId === undefined ? [] : [tenantId],
    );
    return outcome.kind === 'done' ? Number(outcome.rows[0]?.['count']) : -1;
  }

  /** One row whole, as text. */
  async row(where: string, values: readonly unknown[]): Promise<string> {
    const { rows } = await this.session.query<{ whole: string }>(
      `SELECT to_jsonb(t)::text AS whole FROM ${this.table.name} t WHERE ${where} LIMIT 1`,
      [...values],
    );
    return rows[0]?.whole ?? '{}';
  }

  /** A policy is asked before the keys are, so that a row which is there already does. */
  insert(acting: Acting, whole: string): Promise<Outcome> {
    const { name } = this.table;
    return this.run(acting, `INSERT INTO ${name} SELECT (jsonb_populate_record(NULL::${name}, $1)).*`, [
      whole,
    ]);
  }

  /** Runs as the role of tenants, and takes back whatever it did. */
  async run(acting: Acting, text: string, values: readonly unknown[]): Promise<Outcome> {
    const privilege = /^[A-Z]+/.exec(text)?.[0] ?? '';
    if (!this.#granted.has(privilege)) this.#granted.set(privilege, await this.#isGranted(privilege));
    await this.session.query('SAVEPOINT attempt');
    try {
      await this.session.query('SET LOCAL ROLE gatehouse_app');
      await this.session.query(
        `SELECT set_config('gatehouse.tenant', $1, true), set_config('gatehouse.environment', $2, true)`,
        [acting.tenantId ?? '', acting.environment ?? ''],
      );
      const { rows, rowCount } = await this.session.query<Record<string, unknown>>(text, [...values]);
      return { kind: 'done', rows, count: rowCount ?? 0 };
    } catch (error) {
      const { code, message } = error as pg.DatabaseError;
      return { kind: 'refused', code: code ?? '', message };
    } finally {
      await this.session.query('ROLLBACK TO SAVEPOINT attempt');
    }
  }

  async #isGranted(privilege: string): Promise<boolean> {
    const { rows } = await this.session.query<{ granted: boolean }>(
      `SELECT has_table_privilege('gatehouse_app', $1, $2) AS granted`,
      [this.table.name, privilege],
    );
    return rows[0]?.granted ?? false;
  }
}

function told(outcome: Outcome): string {
  return outcome.kind === 'done' ? `${outcome.count} rows` : `${outcome.code} ${outcome.message}`;
}
