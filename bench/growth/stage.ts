import { SCOPES } from '@gatehouse/core';
import { fromTypeId } from '@gatehouse/platform';
import pg from 'pg';

import { fill, type TenantToFill } from './load.js';
import { type StatementListener } from './statements.js';

/** A gateway over an empty database. */
export interface EmptyStage {
  readonly origin: string;
  readonly adminKey: string;
  /** Of the database's owner. */
  readonly databaseUrl: string;
}

/** A tenant with a history, by its public ids. */
export interface StageTenant {
  readonly id: string;
  /** Of its live environment. */
  readonly key: string;
  /** The key's, as the audit log names it. */
  readonly keyActor: string;
  readonly endpoints: readonly string[];
}

export interface Stage extends EmptyStage {
  /** Holds half of everything. */
  readonly giant: StageTenant;
  /** Whose status says that it is this tenant. */
  readonly lonely: StageTenant;
  readonly tenants: readonly StageTenant[];
  call(key: string, method: string, path: string, body?: unknown): Promise<StageAnswer>;
  /** No sequencer runs here: what waits for it since the searches of the ledger were written down is taken to be placed. */
  settle(): Promise<void>;
  /** One row of what the owner asks. Throws where there is none. */
  row(text: string, values?: readonly unknown[]): Promise<Readonly<Record<string, unknown>>>;
}

export interface StageAnswer {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
}

export const KNOWN_REFERENCE = 'user-42';
export const KNOWN_EMAIL = 'ana.ruiz@mail.test';

export interface StageOptions {
  readonly verifications: number;
  readonly tenants: number;
  readonly listener: StatementListener;
  readonly onProgress: (line: string) => void;
}

/** Makes the tenants over HTTP, then gives them a history. */
export async function fillStage(empty: EmptyStage, options: StageOptions): Promise<Stage> {
  const { listener, onProgress } = options;
  const call = caller(empty.origin);
  const made: Made[] = [];
  for (let n = 0; n < options.tenants; n += 1) {
    made.push(await makeTenant(empty.adminKey, call, n === 0 ? 3 : 1));
  }
  const [giant] = made;
  if (giant === undefined) throw new Error('two tenants at least');
  onProgress(`${options.tenants} tenants`);
  const { key } = giant.tenant;
  // What the gateway looks for is what has to be there: the keyed hashes are in nobody else's hands.
  const listPath = `/v1/verifications?reference=${KNOWN_REFERENCE}`;
  const reference = await hashIn(listener, () => call(key, 'GET', listPath));
  const email = await hashIn(listener, () =>
    call(key, 'POST', '/v1/verifications/search', { email: KNOWN_EMAIL }),
  );
  await fill(empty.databaseUrl, {
    verifications: options.verifications,
    tenants: made.map(({ toFill }) => toFill),
    known: { reference, email },
    until: new Date(),
    onProgress,
  });
  return stageOf(
    empty,
    made.map(({ tenant }) => tenant),
  );
}

/** Of a gateway over a database that {@link fillStage} has filled, for these tenants in this order. */
export function stageOf(gateway: EmptyStage, tenants: readonly StageTenant[]): Stage {
  const [giant, lonely] = tenants;
  if (giant === undefined || lonely === undefined) throw new Error('two tenants at least');
  return {
    ...gateway,
    giant,
    lonely,
    tenants,
    call: caller(gateway.origin),
    settle: async () => {
      await ask(
        gateway.databaseUrl,
        'WITH placed AS (DELETE FROM ledger_queue RETURNING 1) SELECT count(*) FROM placed',
        [],
      );
    },
    row: (text, values = []) => ask(gateway.databaseUrl, text, values),
  };
}

type Call = Stage['call'];

interface Made {
  readonly tenant: StageTenant;
  readonly toFill: TenantToFill;
}

async function makeTenant(adminKey: string, call: Call, liveEndpoints: number): Promise<Made> {
  const made = async (key: string, path: string, body: unknown): Promise<StageAnswer['json']> => {
    const answer = await call(key, 'POST', path, body);
    if (answer.status !== 201) throw new Error(`${path} was answered ${answer.status}`);
    return answer.json;
  };
  const tenant = await made(adminKey, '/admin/v1/tenants', { name: 'Northwind Bank' });
  const id = String(tenant['id']);
  const keyOf = (environment: string): Promise<StageAnswer['json']> =>
    made(adminKey, `/admin/v1/tenants/${id}/api-keys`, { name: 'backend', environment, scopes: SCOPES });
  const [live, test] = [await keyOf('live'), await keyOf('test')];
  const endpoints = async (key: unknown, count: number): Promise<string[]> => {
    const ids: string[] = [];
    for (let n = 0; n < count; n += 1) {
      const endpoint = await made(String(key), '/v1/webhook-endpoints', { url: `http://127.0.0.1:9/${n}` });
      ids.push(String(endpoint['id']));
    }
    return ids;
  };
  const liveIds = await endpoints(live['key'], liveEndpoints);
  const testIds = await endpoints(test['key'], 1);
  const keyId = String(live['id']);
  return {
    tenant: { id, key: String(live['key']), keyActor: `key:${keyId}`, endpoints: liveIds },
    toFill: {
      id: uuid('tnt', id),
      actor: `key:${uuid('key', keyId)}`,
      endpoints: {
        live: liveIds.map((one) => uuid('whe', one)),
        test: testIds.map((one) => uuid('whe', one)),
      },
    },
  };
}

async function hashIn(listener: StatementListener, work: () => Promise<unknown>): Promise<Buffer> {
  const { statements } = await listener.during(work);
  for (const { text, values } of statements) {
    const hash = values.find((value) => Buffer.isBuffer(value));
    if (text.includes('FROM verifications') && hash !== undefined) return hash;
  }
  throw new Error('no statement had a keyed hash');
}

export function uuid(prefix: string, id: string): string {
  const found = fromTypeId(prefix, id);
  if (found === null) throw new Error(`${id} is no ${prefix}`);
  return found;
}

function caller(origin: string): Call {
  return async (key, method, path, body) => {
    const response = await fetch(origin + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, json: (await response.json()) as StageAnswer['json'] };
  };
}

async function ask(
  databaseUrl: string,
  text: string,
  values: readonly unknown[],
): Promise<Readonly<Record<string, unknown>>> {
  const session = new pg.Client({ connectionString: databaseUrl });
  await session.connect();
  try {
    const { rows } = await session.query<Record<string, unknown>>(text, [...values]);
    if (rows[0] === undefined) throw new Error(`no row: ${text}`);
    return rows[0];
  } finally {
    await session.end();
  }
}
