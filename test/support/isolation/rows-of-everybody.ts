import { randomBytes, randomUUID } from 'node:crypto';

import type pg from 'pg';

import { type Column, type Table } from './tables.js';

interface Place {
  readonly tenantId: string;
  readonly environment: string;
}

/**
 * Rows in every place of every table that has none there: a copy of one that is elsewhere, or, in a table with no row at all, one
 * made of the columns' types. As the tables' owner, in a transaction of the caller's.
 */
export async function fillIn(
  session: pg.ClientBase,
  tables: readonly Table[],
  places: readonly Place[],
): Promise<void> {
  for (const table of tables) {
    if (table.tenantColumn === null || table.tenantColumn === 'id') continue;
    const wanted = table.hasEnvironment
      ? places
      : [...new Map(places.map((place) => [place.tenantId, place])).values()];
    for (const place of wanted) {
      if (!(await isThere(session, table, place))) await put(session, table, place);
    }
  }
}

async function isThere(session: pg.ClientBase, table: Table, place: Place): Promise<boolean> {
  const { rowCount } = await session.query(
    `SELECT FROM ${table.name} WHERE tenant_id = $1 ${table.hasEnvironment ? 'AND environment = $2' : ''} LIMIT 1`,
    table.hasEnvironment ? [place.tenantId, place.environment] : [place.tenantId],
  );
  return (rowCount ?? 0) > 0;
}

async function put(session: pg.ClientBase, table: Table, { tenantId, environment }: Place): Promise<void> {
  const { name } = table;
  const { rows } = await session.query<{ row: Record<string, unknown> }>(
    // Of the same tenant, if there is one: its foreign keys hold.
    `SELECT to_jsonb(t) AS row FROM ${name} t ORDER BY tenant_id = $1 DESC LIMIT 1`,
    [tenantId],
  );
  const row = rows[0]?.row ?? (await madeUp(session, table));
  const changed = Object.fromEntries(
    table.columns.filter(({ isKey }) => isKey).flatMap((column) => another(column, row[column.name])),
  );
  const whole = {
    ...row,
    ...changed,
    tenant_id: tenantId,
    ...(table.hasEnvironment ? { environment } : {}),
  };
  // Columns that are not named keep their defaults.
  const names = Object.keys(whole).join(', ');
  try {
    await session.query(
      `INSERT INTO ${name} (${names}) SELECT ${names} FROM jsonb_populate_record(NULL::${name}, $1)`,
      [JSON.stringify(whole)],
    );
  } catch (error) {
    throw new Error(`say in ${name}'s spec how a row of it is made: ${String(error)}`, { cause: error });
  }
}

/** Another value for a part of a key. What is told apart by the tenant and the environment alone keeps its words. */
function another({ name, type }: Column, value: unknown): readonly (readonly [string, unknown])[] {
  switch (type) {
    case 'uuid':
      return value === null ? [] : [[name, randomUUID()]];
    case 'bytea':
      return value === null ? [] : [[name, hex(32)]];
    default:
      return [];
  }
}

async function madeUp(session: pg.ClientBase, table: Table): Promise<Record<string, unknown>> {
  const { rows } = await session.query<{ rule: string }>(
    `SELECT pg_get_constraintdef(oid) AS rule FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'c'`,
    [table.name],
  );
  const rules = rows.map(({ rule }) => rule);
  return Object.fromEntries(
    table.columns
      .filter(({ isRequired }) => isRequired)
      .map((column) => [column.name, valueOf(column, rules)] as const),
  );
}

function valueOf({ name, type }: Column, rules: readonly string[]): unknown {
  if (type.endsWith('[]')) return [];
  switch (type) {
    case 'uuid':
      return randomUUID();
    case 'text':
      return wordIn(rules, name) ?? 'something';
    case 'bytea':
      return hex(32);
    case 'boolean':
      return false;
    case 'jsonb':
      return {};
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'double precision':
      return 1;
    case 'timestamp with time zone':
      return '2026-01-31T12:00:00Z';
    default:
      throw new Error(`say here what a value of the type ${type} is (${name})`);
  }
}

/** The first word that a check allows: `(state = ANY (ARRAY['pending'::text, …`. */
function wordIn(rules: readonly string[], column: string): string | undefined {
  const rule = rules.find((each) => each.includes(`(${column} = ANY`));
  return rule === undefined ? undefined : /'([^']+)'/.exec(rule)?.[1];
}

function hex(bytes: number): string {
  return `\\x${randomBytes(bytes).toString('hex')}`;
}
