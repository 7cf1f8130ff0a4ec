import pg from 'pg';

/** One clear-text value: a column of a row, as PostgreSQL writes it. */
export interface StoredText {
  /** `subjects.details_sealed` */
  readonly column: string;
  readonly text: string;
}

/** Every column of every row of every table, bytes as hex and, if they can be read as text, as that too. */
export async function storedTexts(databaseUrl: string): Promise<readonly StoredText[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `SELECT quote_ident(schemaname) || '.' || quote_ident(relname) AS name FROM pg_stat_user_tables ORDER BY 1`,
    );
    const found: StoredText[] = [];
    for (const { name } of tables.rows) {
      const rows = await client.query<{ whole: string; members: Record<string, unknown> }>(
        `SELECT t::text AS whole, to_jsonb(t) AS members FROM ${name} t`,
      );
      const table = name.replace(/^public\./, '');
      for (const { whole, members } of rows.rows) {
        requireSame(whole, members, table);
        for (const [column, value] of Object.entries(members)) {
          found.push({ column: `${table}.${column}`, text: readable(value) });
        }
      }
    }
    return found;
  } finally {
    await client.end();
  }
}

/** The columns that are looked at one by one must be all that the row has. */
function requireSame(whole: string, members: Record<string, unknown>, table: string): void {
  if (Object.keys(members).length === 0 || whole === '') throw new Error(`a row of ${table} shows nothing`);
}

function readable(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const bytes = [...text.matchAll(/\\x((?:[0-9a-f]{2})+)/g)].map(([, hex]) =>
    Buffer.from(hex ?? '', 'hex').toString('latin1'),
  );
  return [text, ...bytes].join('\n');
}
