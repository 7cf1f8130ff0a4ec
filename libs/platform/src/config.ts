import { resolve } from 'node:path';
import { z } from 'zod';
import { MASTER_KEY_RULE, readMasterKey } from './crypto/master-key-format.js';
import { parseVaultTransit, type VaultTransitAddress } from './crypto/vault-transit-address.js';
import { VaultToken } from './crypto/vault-token.js';
import { type SessionSharing } from './database/session-sharing.js';
import { ConfigError } from './start-error.js';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What the gateway reads from its environment (API.md, section 8). An empty variable counts as absent. */
export interface GatewayConfig {
  /** Null: an embedded PostgreSQL under `dataDir`. */
  readonly databaseUrl: string | null;
  /** Of the user that owns the tables; null: `databaseUrl` does for both. */
  readonly migrationDatabaseUrl: string | null;
  readonly databasePoolSize: number;
  readonly databaseSessions: SessionSharing;
  /** Absolute. */
  readonly dataDir: string;
  /** The address to listen on. Loopback by default, so that a first try on a laptop is not offered to the network. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** An origin, without a slash at the end. With port 0 and no PUBLIC_URL it ends in `:0` until the listener knows better. */
  readonly publicUrl: string;
  readonly adminApiKey: string | null;
  /**
   * 32 bytes in base64, the path of a file that holds them, or the address of a key at Vault; `loadMasterKeys` reads it. Null only with
   * the embedded database.
   */
  readonly masterKey: string | null;
  /** For the Vault that keeps it: a token, or the path of a file with one. */
  readonly masterKeyToken: string | null;
  /** Likewise of the key that is being replaced. */
  readonly masterKeyPrevious: string | null;
  readonly masterKeyPreviousToken: string | null;
  /** Where checkpoints of the ledger are kept besides: an absolute folder, or a witness with its key. Null: nowhere. */
  readonly ledgerWitness: LedgerWitness | null;
  readonly allowPrivateNetworks: boolean;
  readonly logLevel: LogLevel;
  readonly role: 'all' | 'api' | 'worker';
  readonly shutdownTimeoutMs: number;
  /** Who comes when there are so many is hung up on. */
  readonly maxConnections: number;
  /** Requests under way at most; more are refused as overload. */
  readonly maxConcurrentRequests: number;
  /** By how much the process may be late before requests are refused; 0: that is not looked at. */
  readonly maxEventLoopDelayMs: number;
}

export type LedgerWitness =
  | { readonly kind: 'folder'; readonly folder: string }
  /** `key`: a vkey, https://c2sp.org/signed-note. */
  | { readonly kind: 'http'; readonly url: string; readonly key: string };

export interface SimulatorConfig {
  readonly host: string;
  readonly port: number;
  /** Where browsers reach the twins; null: wherever their API was called. */
  readonly publicUrl: string | null;
}

export interface DemoConfig {
  readonly host: string;
  readonly gatewayPort: number;
  readonly simulatorPort: number;
  /** Absolute. */
  readonly dataDir: string;
}

/** What `npm run migrate` reads. */
export interface MigrationConfig {
  /** Null: the embedded PostgreSQL under `dataDir`. */
  readonly databaseUrl: string | null;
  /** Absolute. */
  readonly dataDir: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

function portNumber(fallback: number): z.ZodType<number> {
  return wholeNumber(0, 65_535, fallback);
}

function wholeNumber(min: number, max: number, fallback: number): z.ZodType<number> {
  const rule = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,6}$/, rule)
    .transform(Number)
    .refine((value) => value >= min && value <= max, rule)
    .default(fallback);
}

function oneOf<const T extends readonly [string, ...string[]]>(
  values: T,
  fallback: T[number],
): z.ZodType<T[number]> {
  return z.enum(values, { error: `must be one of ${values.join(', ')}` }).default(fallback);
}

const host = z
  .string()
  .regex(/^[A-Za-z0-9.:_-]{1,253}$/, 'must be a host name or an IP address')
  .default('127.0.0.1');

const dataDir = z
  .string()
  .refine((path) => !path.includes('\0'), 'must be a path')
  .default('.data')
  .transform((path) => resolve(path));

const POSTGRES_URL = 'must be a postgres:// or postgresql:// URL';
const databaseUrl = z
  .string()
  .refine((text) => /^postgres(ql)?:\/\//.test(text) && URL.canParse(text), POSTGRES_URL)
  .optional();

const PUBLIC_URL = 'must be an absolute http or https URL without user, path, query or fragment';
const publicUrl = z
  .string()
  .refine(isOrigin, PUBLIC_URL)
  .transform((text) => new URL(text).origin)
  .optional();

const masterKey = z
  .string()
  .refine((text) => parseVaultTransit(text) !== null || readMasterKey(text) !== null, MASTER_KEY_RULE)
  .optional();

const vaultToken = z
  .string()
  .refine((text) => VaultToken.read(text) !== null, VaultToken.RULE)
  .optional();

const GatewayEnvironment = z.object({
  DATABASE_URL: databaseUrl,
  MIGRATION_DATABASE_URL: databaseUrl,
  DATABASE_POOL_SIZE: wholeNumber(1, 1_000, 10),
  DATABASE_SESSIONS: oneOf(['own', 'shared'], 'own'),
  DATA_DIR: dataDir,
  HOST: host,
  PORT: portNumber(3000),
  PUBLIC_URL: publicUrl,
  ADMIN_API_KEY: z
    .string()
    .regex(
      /^gk_admin_[A-Za-z0-9_-]{32,200}$/,
      'must be gk_admin_ followed by at least 32 letters, digits, _ or -',
    )
    .optional(),
  MASTER_KEY: masterKey,
  MASTER_KEY_TOKEN: vaultToken,
  MASTER_KEY_PREVIOUS: masterKey,
  MASTER_KEY_PREVIOUS_TOKEN: vaultToken,
  LEDGER_WITNESS: z
    .string()
    .refine(
      (text) => !/^https?:/i.test(text) || isWitnessUrl(text),
      'must be a folder, or an https URL without query',
    )
    .optional(),
  LEDGER_WITNESS_KEY: z
    .string()
    .regex(/^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+={0,2}$/, 'must be a vkey: name+id+key')
    .optional(),
  ALLOW_PRIVATE_NETWORKS: oneOf(['true', 'false'], 'false').transform((text) => text === 'true'),
  LOG_LEVEL: oneOf(LOG_LEVELS, 'info'),
  ROLE: oneOf(['all', 'api', 'worker'], 'all'),
  SHUTDOWN_TIMEOUT: wholeNumber(0, 3_600, 30),
  MAX_CONNECTIONS: wholeNumber(1, 100_000, 10_000),
  MAX_CONCURRENT_REQUESTS: wholeNumber(1, 100_000, 500),
  MAX_EVENT_LOOP_DELAY: wholeNumber(0, 60_000, 500),
});

const SimulatorEnvironment = z.object({
  SIMULATOR_HOST: host,
  SIMULATOR_PORT: portNumber(4000),
  SIMULATOR_PUBLIC_URL: publicUrl,
});

const MigrationEnvironment = z.object({
  DATABASE_URL: databaseUrl,
  MIGRATION_DATABASE_URL: databaseUrl,
  DATA_DIR: dataDir,
});

const DemoEnvironment = z.object({
  HOST: host,
  PORT: portNumber(3000),
  SIMULATOR_PORT: portNumber(4000),
  DATA_DIR: dataDir,
});

/** Throws ConfigError with a line for every variable that breaks its rule. */
export function gatewayConfig(env: Environment = process.env): GatewayConfig {
  const set = withoutEmpty(env);
  const read = validate(GatewayEnvironment, set, [...missingKeys(set), ...missingUrls(set)]);
  return {
    databaseUrl: read.DATABASE_URL ?? null,
    migrationDatabaseUrl: read.MIGRATION_DATABASE_URL ?? null,
    databasePoolSize: read.DATABASE_POOL_SIZE,
    databaseSessions: read.DATABASE_SESSIONS,
    dataDir: read.DATA_DIR,
    host: read.HOST,
    port: read.PORT,
    publicUrl: read.PUBLIC_URL ?? `http://localhost:${read.PORT}`,
    adminApiKey: read.ADMIN_API_KEY ?? null,
    masterKey: read.MASTER_KEY ?? null,
    masterKeyToken: read.MASTER_KEY_TOKEN ?? null,
    masterKeyPrevious: read.MASTER_KEY_PREVIOUS ?? null,
    masterKeyPreviousToken:
      read.MASTER_KEY_PREVIOUS_TOKEN ?? (mayShareToken(set) ? read.MASTER_KEY_TOKEN : null) ?? null,
    ledgerWitness: witnessOf(read.LEDGER_WITNESS, read.LEDGER_WITNESS_KEY),
    allowPrivateNetworks: read.ALLOW_PRIVATE_NETWORKS,
    logLevel: read.LOG_LEVEL,
    role: read.ROLE,
    shutdownTimeoutMs: read.SHUTDOWN_TIMEOUT * 1_000,
    maxConnections: read.MAX_CONNECTIONS,
    maxConcurrentRequests: read.MAX_CONCURRENT_REQUESTS,
    maxEventLoopDelayMs: read.MAX_EVENT_LOOP_DELAY,
  };
}

/** What other variables make necessary. */
function missingKeys(set: Environment): readonly string[] {
  const isMissing = (name: string): boolean => set[name] === undefined;
  const lines: string[] = [];
  if (!isMissing('DATABASE_URL') && isMissing('MASTER_KEY'))
    lines.push(`MASTER_KEY: is required with DATABASE_URL, and ${MASTER_KEY_RULE}`);
  if (vaultOf(set['MASTER_KEY']) !== null && isMissing('MASTER_KEY_TOKEN'))
    lines.push(`MASTER_KEY_TOKEN: is required with a key at Vault, and ${VaultToken.RULE}`);
  const hasToken =
    !isMissing('MASTER_KEY_PREVIOUS_TOKEN') || (mayShareToken(set) && !isMissing('MASTER_KEY_TOKEN'));
  if (vaultOf(set['MASTER_KEY_PREVIOUS']) !== null && !hasToken)
    lines.push(`MASTER_KEY_PREVIOUS_TOKEN: is required with a key at Vault, and ${VaultToken.RULE}`);
  return lines;
}

/** Prisma's engine, which runs the migrations, has to have sessions of its own. */
function missingUrls(set: Environment): readonly string[] {
  if (set['DATABASE_SESSIONS'] !== 'shared') return [];
  return ['DATABASE_URL', 'MIGRATION_DATABASE_URL']
    .filter((name) => set[name] === undefined)
    .map((name) => `${name}: is required with DATABASE_SESSIONS=shared`);
}

/** A token is shown to the Vault that it is for and to no other. */
function mayShareToken(set: Environment): boolean {
  const current = vaultOf(set['MASTER_KEY']);
  return current === null || current.origin === vaultOf(set['MASTER_KEY_PREVIOUS'])?.origin;
}

function vaultOf(text: string | undefined): VaultTransitAddress | null {
  return text === undefined ? null : parseVaultTransit(text);
}

/** Throws ConfigError. */
export function simulatorConfig(env: Environment = process.env): SimulatorConfig {
  const read = validate(SimulatorEnvironment, withoutEmpty(env));
  return {
    host: read.SIMULATOR_HOST,
    port: read.SIMULATOR_PORT,
    publicUrl: read.SIMULATOR_PUBLIC_URL ?? null,
  };
}

/** What `npm start` reads itself; it composes the rest. Throws ConfigError. */
export function demoConfig(env: Environment = process.env): DemoConfig {
  const read = validate(DemoEnvironment, withoutEmpty(env));
  if (read.PORT === read.SIMULATOR_PORT && read.PORT !== 0) {
    throw new ConfigError(['SIMULATOR_PORT: must differ from PORT']);
  }
  return {
    host: read.HOST,
    gatewayPort: read.PORT,
    simulatorPort: read.SIMULATOR_PORT,
    dataDir: read.DATA_DIR,
  };
}

/** Throws ConfigError. */
export function migrationConfig(env: Environment = process.env): MigrationConfig {
  const read = validate(MigrationEnvironment, withoutEmpty(env));
  return {
    databaseUrl: read.MIGRATION_DATABASE_URL ?? read.DATABASE_URL ?? null,
    dataDir: read.DATA_DIR,
  };
}

/** Compose files pass on an unset variable as an empty one. */
function withoutEmpty(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
}

/** Every rule above has a message of ours, so no line can repeat a value. The first broken rule of a variable is enough. */
function validate<T>(schema: z.ZodType<T>, env: Environment, further: readonly string[] = []): T {
  const result = schema.safeParse(env);
  if (result.success && further.length === 0) return result.data;
  const rules = new Map<string, string>();
  for (const issue of result.error?.issues ?? []) {
    const variable = issue.path.join('.');
    if (!rules.has(variable)) rules.set(variable, `${variable}: ${issue.message}`);
  }
  throw new ConfigError([...rules.values(), ...further]);
}

/** Throws ConfigError for a witness without its key. */
function witnessOf(place: string | undefined, key: string | undefined): LedgerWitness | null {
  if (place === undefined) return null;
  if (!/^https?:/i.test(place)) return { kind: 'folder', folder: resolve(place) };
  if (key === undefined)
    throw new ConfigError(['LEDGER_WITNESS_KEY: is required with a LEDGER_WITNESS that is a URL']);
  return { kind: 'http', url: place.replace(/\/$/, ''), key };
}

/** Https, except on this machine. */
function isWitnessUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, search, hash, username } = new URL(text);
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return (protocol === 'https:' || isHere) && search === '' && hash === '' && username === '';
}

function isOrigin(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  // `origin` drops what must not be there, so a URL that is only an origin comes back as it was.
  return url.href === `${url.origin}/` && !text.endsWith('?') && !text.endsWith('#');
}
