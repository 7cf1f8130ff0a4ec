import type pg from 'pg';

export interface Column {
  readonly name: string;
  /** As PostgreSQL writes it: `uuid`, `timestamp with time zone`, `text[]`. */
  readonly type: string;
  readonly isRequired: boolean;
  /** In a unique index. */
  readonly isKey: boolean;
}

export interface Table {
  readonly name: string;
  /** The column that says whose a row is; null where rows are of no tenant. */
  readonly tenantColumn: string | null;
  readonly hasEnvironment: boolean;
  readonly columns: readonly Column[];
}

/** Prisma's own list of what was applied; the one table that is nobody's data. */
export const MIGRATIONS_TABLE = '_prisma_migrations';

/** Every table that there is, so that a new one is looked at without anybody thinking of it. */
export async function tablesOf(session: pg.ClientBase): Promise<readonly Table[]> {
  const { rows } = await session.query<{ name: string; columns: Column[] }>(
    `SELECT c.relname AS name,
            json_agg(json_build_object(
              'name', a.attname, 'type', format_type(a.atttypid, NULL), 'isRequired', a.attnotnull AND NOT a.atthasdef,
              'isKey', EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND a.attnum = ANY (i.indkey)))
              ORDER BY a.attnum) AS columns
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> $1
      GROUP BY c.relname ORDER BY c.relname`,
    [MIGRATIONS_TABLE],
  );
  return rows.map(({ name, columns }) => {
    const has = (column: string): boolean => columns.some((each) => each.name === column);
    // A tenant's own row names it by its id.
    const own = name === 'tenants' ? 'id' : null;
    return {
      name,
      columns,
      tenantColumn: has('tenant_id') ? 'tenant_id' : own,
      hasEnvironment: has('environment'),
    };
  });
}
