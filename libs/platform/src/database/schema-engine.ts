import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  DriverAdapterError,
  type SqlDriverAdapter,
} from '@prisma/driver-adapter-utils';
import * as engineBindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';
import { RECORD_BEGINNING, RECORD_END, SCRIPT_SESSION } from './migration-record.js';

/*
 * Prisma's schema engine as WebAssembly, the way Prisma's own CLI drives it, over a connection of ours. The native engine would
 * have to be downloaded.
 */

export type SchemaEngine = engineBindings.SchemaEngine;

/** The types of Node do not declare this global. */
declare const WebAssembly: {
  instantiate(
    binary: Uint8Array,
    imports: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly instance: { readonly exports: Readonly<Record<string, unknown>> } }>;
};

let loaded: Promise<void> | null = null;

/** Compiles the engine once per process. The package's own entry imports the module as ESM, which not every Node does unflagged. */
function load(): Promise<void> {
  loaded ??= instantiate();
  return loaded;
}

async function instantiate(): Promise<void> {
  const bindings = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const binary = await readFile(join(dirname(bindings), 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(binary, { './schema_engine_bg.js': engineImports() });
  engineBindings.__wbg_set_wasm(instance.exports);
  const start = instance.exports['__wbindgen_start'] as (() => void) | undefined;
  if (start === undefined) throw new Error('the schema engine is not the version that is expected');
  // What the engine calls before it stops for a fault of its own; Prisma's CLI puts the same there.
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: {
      set_message(message: string) {
        throw new Error(`the schema engine failed: ${message}`);
      },
    },
  });
  start();
}

/** What the engine imports. Its timers, of ten seconds and never cleared, must not keep a program from ending. */
function engineImports(): Record<string, unknown> {
  const imports: Record<string, unknown> = { ...engineBindings };
  for (const name of Object.keys(imports).filter((key) => key.startsWith('__wbg_setTimeout_'))) {
    imports[name] = (callback: () => void, milliseconds: number) =>
      setTimeout(callback, milliseconds).unref();
  }
  return imports;
}

type Adapter = Awaited<ReturnType<PrismaPg['connect']>>;

/** PrismaPg over connections of ours, with two repairs that the engine needs. */
class EngineAdapterFactory extends PrismaPg {
  readonly #pools: readonly CatalogPool[];

  constructor(main: CatalogPool, shadow: CatalogPool | null) {
    super(main.pool);
    this.#pools = shadow === null ? [main] : [main, shadow];
  }

  override connect(): Promise<Adapter> {
    return this.#connect(0);
  }

  override connectToShadowDb(): Promise<Adapter> {
    return this.#connect(1);
  }

  async #connect(index: number): Promise<Adapter> {
    const pool = this.#pools[index];
    if (pool === undefined) throw new Error('no scratch database was given');
    const adapter = await new PrismaPg(pool.pool).connect();
    return Object.assign(adapter, wholeScripts(pool, index === 0), catalogQueries(pool, adapter));
  }
}

/**
 * A script goes to PostgreSQL whole: the original cuts it at every `;`, also inside a function's body. `isRecorded`: what it is the script
 * of is recorded as finished with it, so that a process that dies before the engine records that leaves no doubt.
 */
function wholeScripts({ pool }: CatalogPool, isRecorded: boolean): Pick<SqlDriverAdapter, 'executeScript'> {
  return {
    async executeScript(script) {
      try {
        if (isRecorded) await pool.query(RECORD_BEGINNING);
        // Several statements in one simple query are one implicit transaction: the script happens whole or not at all.
        await pool.query(isRecorded ? `${script}\n;\n${RECORD_END}` : script);
      } catch (error) {
        throw asAdapterError(error);
      }
    },
  };
}

/** Results with the catalogue's type `"char"`, which the original refuses and the engine asks for, as the characters they are. */
function catalogQueries(pool: CatalogPool, adapter: Adapter): Pick<SqlDriverAdapter, 'queryRaw'> {
  const queryRaw = adapter.queryRaw.bind(adapter);
  return {
    async queryRaw(query) {
      const result = await queryRaw(query);
      const characters = pool.charactersIn(result.rows);
      const columnTypes = result.columnTypes.map((type, column) =>
        characters.includes(column) ? ColumnTypeEnum.Character : type,
      );
      return { ...result, columnTypes };
    },
  };
}

const CATALOG_CHAR = 18;
const TEXT = 25;

/** A pool that presents `"char"` as text to PrismaPg, and remembers where. */
class CatalogPool {
  readonly pool: pg.Pool;
  readonly #characters = new WeakMap<object, readonly number[]>();

  constructor(connectionString: string) {
    // One connection, so that what the engine sets on its session holds for all that follows.
    const pool = new pg.Pool({ connectionString, max: 1, application_name: SCRIPT_SESSION });
    // A connection that breaks between two queries fails the second one, which is soon enough.
    pool.on('error', () => undefined);
    // Of pg's many overloads, PrismaPg uses one, and a script the other.
    const query = pool.query.bind(pool) as (
      query: unknown,
    ) => Promise<pg.QueryArrayResult | pg.QueryResult[]>;
    this.pool = Object.assign(pool, {
      query: async (text: unknown) => {
        const result = await query(text);
        if (!Array.isArray(result)) this.#present(result);
        return result;
      },
    });
  }

  /** Columns of type `"char"` in the rows of a result. */
  charactersIn(rows: object): readonly number[] {
    return this.#characters.get(rows) ?? [];
  }

  #present(result: pg.QueryArrayResult): void {
    const columns: number[] = [];
    for (const [column, field] of result.fields.entries()) {
      if (field.dataTypeID !== CATALOG_CHAR) continue;
      field.dataTypeID = TEXT;
      columns.push(column);
      // An empty one is the byte zero; the engine wants exactly one character.
      for (const row of result.rows) if (row[column] === '') row[column] = '\0';
    }
    if (columns.length > 0) this.#characters.set(result.rows, columns);
  }
}

/** The one form of error that the engine understands; anything else it reports without a cause. */
function asAdapterError(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  return new DriverAdapterError({
    kind: 'postgres',
    code: error.code ?? 'N/A',
    severity: error.severity ?? 'N/A',
    message: error.message,
    detail: undefined,
    column: error.column,
    hint: error.hint,
  });
}

/** Lends the engine to `use`. `shadowUrl`: an empty database that it may fill; only needed to write a migration. */
export async function withSchemaEngine<T>(
  url: string,
  options: { readonly schema?: string; readonly shadowUrl?: string },
  use: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  await load();
  const main = new CatalogPool(url);
  const shadow = options.shadowUrl === undefined ? null : new CatalogPool(options.shadowUrl);
  try {
    const engine = await engineBindings.SchemaEngine.new(
      { datamodels: options.schema === undefined ? undefined : [['schema.prisma', options.schema]] },
      // The engine's own log lines quote SQL.
      () => undefined,
      bindMigrationAwareSqlAdapterFactory(new EngineAdapterFactory(main, shadow)),
    );
    try {
      return await use(engine);
    } finally {
      engine.free();
    }
  } finally {
    await Promise.all([main.pool.end(), shadow?.pool.end()]);
  }
}
