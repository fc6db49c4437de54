import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  bindMigrationAwareSqlAdapterFactory,
} from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';

/** The engine behind `prisma migrate`, of the same version, as WebAssembly: nothing is downloaded. */
export interface SchemaEngine {
  /** As `prisma migrate deploy`. Returns the names applied. */
  deploy(migrationsDirectory: string): Promise<string[]>;
  /** As `prisma migrate diff`: the SQL that makes the database like the schema, '' if they are alike. */
  diff(schemaFile: string): Promise<string>;
  /** Ends its session, and with it its lock. Harmless when called again. */
  close(): Promise<void>;
}

/** Of what Node has, the little that is used: its types come with those of browsers only. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: { __wbindgen_start(): void } };
};

/** Type of PostgreSQL's one-letter columns in its catalogue. */
const CHAR_OID = 18;
const TEXT_OID = 25;
const NO_FILTERS = { externalTables: [], externalEnums: [] };

let loaded = false;

export async function openSchemaEngine(databaseUrl: string): Promise<SchemaEngine> {
  if (!loaded) load();
  loaded = true;
  // One connection, as the native engine has: its advisory lock belongs to the session, and it gives the lock
  // back by ending it.
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1, idleTimeoutMillis: 0 });
  const engine = await bindings.SchemaEngine.new(
    { datamodels: undefined },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(adapterFactory(pool)),
  );
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    engine.free();
    await pool.end();
  };
  return {
    async deploy(directory) {
      const input = { migrationsList: listMigrations(directory), filters: NO_FILTERS };
      return (await engine.applyMigrations(input)).appliedMigrationNames;
    },
    async diff(schemaFile) {
      const files = [{ path: schemaFile, content: fs.readFileSync(schemaFile, 'utf8') }];
      const { exitCode, stdout } = await engine.diff({
        from: { tag: 'schemaDatasource', files, configDir: path.dirname(schemaFile) },
        to: { tag: 'schemaDatamodel', files },
        script: true,
        exitCode: true,
        filters: NO_FILTERS,
      });
      return exitCode === 0 ? '' : (stdout ?? '');
    },
    close: () => (closing ??= close()),
  };
}

/** By hand: importing the module would need Node's flag for WebAssembly modules. */
function load(): void {
  const panics = {
    set_message: (message: string) => console.error(`The schema engine panicked: ${message}`),
  };
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: panics });
  const entry = createRequire(path.resolve('package.json')).resolve(
    '@prisma/schema-engine-wasm/schema_engine_bg',
  );
  const module = new WebAssembly.Module(fs.readFileSync(entry.replace(/\.js$/, '.wasm')));
  const imports: Record<string, unknown> = { ...bindings };
  // The engine never clears the timer (10 s) of its wait for the lock, and Jest would wait for it.
  for (const name of Object.keys(imports).filter((key) => key.includes('setTimeout'))) {
    imports[name] = (callback: () => void, ms: number) => setTimeout(callback, ms).unref();
  }
  const instance = new WebAssembly.Instance(module, { './schema_engine_bg.js': imports });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}

function listMigrations(
  baseDir: string,
): Parameters<bindings.SchemaEngine['applyMigrations']>[0]['migrationsList'] {
  const names = fs.readdirSync(baseDir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return {
    baseDir,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: names
      .map(({ name }) => name)
      .sort()
      .map((name) => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          content: { tag: 'ok', value: fs.readFileSync(path.join(baseDir, name, 'migration.sql'), 'utf8') },
        },
      })),
  };
}

function adapterFactory(pool: pg.Pool): SqlMigrationAwareDriverAdapterFactory {
  return {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: async () => mend(await new PrismaPg(pool).connect(), pool),
    connectToShadowDb: () => Promise.reject(new Error('No shadow database is needed here')),
  };
}

/**
 * The adapter is made for the client, not for the engine. Two things stand in the engine's way: the adapter
 * doesn't know the one-letter type of the catalogue, and cuts scripts at every semicolon, also in function bodies.
 */
function mend(adapter: SqlDriverAdapter, pool: pg.Pool): SqlDriverAdapter {
  /** By the rows of a result, the columns that are of that type. */
  const charColumns = new WeakMap<unknown[][], number[]>();
  const query = pool.query.bind(pool) as (
    config: pg.QueryArrayConfig,
  ) => Promise<pg.QueryArrayResult<unknown[]>>;
  const queryAsText = async (config: pg.QueryArrayConfig): Promise<pg.QueryArrayResult<unknown[]>> => {
    const result = await query(config);
    const columns = result.fields.flatMap(({ dataTypeID }, index) =>
      dataTypeID === CHAR_OID ? [index] : [],
    );
    charColumns.set(result.rows, columns);
    for (const field of result.fields) if (field.dataTypeID === CHAR_OID) field.dataTypeID = TEXT_OID;
    return result;
  };
  pool.query = queryAsText as typeof pool.query;

  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (sql) => {
    const result = await queryRaw(sql);
    for (const index of charColumns.get(result.rows) ?? []) {
      result.columnTypes[index] = ColumnTypeEnum.Character;
    }
    return result;
  };
  adapter.executeScript = async (script) => {
    const client = await pool.connect();
    try {
      await client.query(script);
    } finally {
      client.release();
    }
  };
  return adapter;
}
