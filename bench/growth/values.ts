import { toTypeId } from '@gatehouse/platform';

import { RARE_OPERATOR, SPAN_MS } from './load.js';
import { KNOWN_REFERENCE, type Stage, type StageTenant, uuid } from './stage.js';

/** What has been chosen so far for a request: parameters by name, absent ones left out. */
export type Chosen = Readonly<Record<string, string>>;

/** A value that a parameter is tried with. */
export interface Value {
  /** What is special about it; for the report. */
  readonly label: string;
  /** Null: the parameter is left out. */
  readonly text: string | null;
}

/** Whose lists are asked for. */
export interface Asker {
  readonly stage: Stage;
  /** Null: an operator. */
  readonly tenant: StageTenant | null;
}

/** Of lists that hold more with each verification; all others are short, and asked for without one. */
type CursorKind = 'verifications' | 'deliveries' | 'feed' | 'ledger' | 'heads' | 'versions' | 'none';

const CURSORS: Readonly<Record<string, CursorKind>> = {
  listVerifications: 'verifications',
  listAllVerifications: 'verifications',
  listWebhookDeliveries: 'deliveries',
  listAllWebhookDeliveries: 'deliveries',
  listEvents: 'feed',
  searchAuditLog: 'ledger',
  listCheckpoints: 'heads',
  listRoutingPolicyVersions: 'versions',
  listVerificationEvents: 'none',
  listAnyVerificationEvents: 'none',
  listTenants: 'none',
  listErasures: 'none',
  listLegalHolds: 'none',
  listAllWebhookEndpoints: 'none',
  listKeyRotations: 'none',
};

const LEFT_OUT: Value = { label: '', text: null };
const ofText = (...texts: readonly string[]): readonly Value[] =>
  texts.map((text) => ({ label: text, text }));

/**
 * What a parameter is tried with: what many rows have, what few have, and what none has. Throws for a parameter or a list that is not
 * known here, so that whoever adds one says what it is to be tried with.
 */
export async function valuesOf(
  operation: string,
  parameter: string,
  isRequired: boolean,
  asker: Asker,
): Promise<readonly Value[]> {
  const values = await found(operation, parameter, asker);
  return isRequired ? values : [LEFT_OUT, ...values];
}

async function found(
  operation: string,
  parameter: string,
  { stage, tenant }: Asker,
): Promise<readonly Value[]> {
  const { giant, lonely } = stage;
  const now = Date.now();
  const at = (share: number): string => new Date(now - SPAN_MS * (1 - share)).toISOString();
  switch (parameter) {
    case 'limit':
      return ofText('200');
    case 'cursor':
      return cursorsOf(operation, { stage, tenant });
    case 'status':
      return operation.includes('Deliveries')
        ? ofText('pending', 'delivered', 'failed')
        : ofText('verified', 'error', 'needs_review', 'revoked');
    case 'provider':
      return ofText('sentinel', 'dentity', 'nobody');
    case 'reference':
      return ofText(KNOWN_REFERENCE, 'user-of-nobody');
    case 'createdAfter':
      return [named('early', at(0.1)), named('late', at(0.999))];
    case 'createdBefore':
      return [named('half', at(0.5)), named('before all', at(-0.1))];
    case 'since':
      return operation === 'getOverview'
        ? [named('3 months', at(0.5)), named('a day', at(0.994))]
        : [named('early', at(0.1)), named('late', at(0.999))];
    case 'until':
      return operation === 'getOverview'
        ? [named('now', at(1))]
        : [named('half', at(0.5)), named('before all', at(-0.1))];
    case 'tenantId':
      return [named('giant', giant.id), named('lonely', lonely.id)];
    case 'environment':
      return ofText('test', 'live');
    case 'endpointId':
      return giant.endpoints.map((id, index) => named(['usual', 'all delivered', 'idle'][index] ?? '', id));
    case 'eventId':
      return [named('giant’s', toTypeId('evt', String((await oldestDelivery(stage))['event'])))];
    case 'verificationId':
      return [named('giant’s', await oldestVerification(stage))];
    case 'kind':
      return ofText('verification.created', 'identity.viewed', 'erasure.requested', 'image.viewed');
    case 'about':
      return ofText('personal_data');
    case 'actor':
      return [
        named('giant’s key', giant.keyActor),
        named('other key', lonely.keyActor),
        named('rare operator', `admin:${toTypeId('adk', RARE_OPERATOR)}`),
        named('provider:sentinel', 'provider:sentinel'),
        named('browser', 'browser'),
      ];
    case 'type':
      return ofText('verification.created', 'verification.delivery_updated', 'endpoint.disabled');
    case 'wait':
      return [];
    case 'id':
      if (!operation.includes('VerificationEvents')) return [named('giant', giant.id)];
      return [
        named(
          'giant’s',
          tenant === lonely ? await newestVerification(stage, lonely) : await oldestVerification(stage),
        ),
      ];
    default:
      throw new Error(`${operation}: say in bench/growth/values.ts what ${parameter} is to be tried with`);
  }
}

const named = (label: string, text: string): Value => ({ label, text });

async function cursorsOf(operation: string, { stage, tenant }: Asker): Promise<readonly Value[]> {
  const kind = CURSORS[operation];
  if (kind === undefined) throw new Error(`${operation}: say in bench/growth/values.ts what its cursor is`);
  const { giant } = stage;
  const id = uuid('tnt', (tenant ?? giant).id);
  const deepAndMiddle = async (
    table: string,
    order: string,
    columns: string,
    write: (row: Readonly<Record<string, unknown>>) => string,
  ): Promise<readonly Value[]> => {
    const at = async (place: string): Promise<string> =>
      encoded(
        write(
          await stage.row(
            `SELECT ${columns} FROM ${table} WHERE tenant_id = $1 ORDER BY ${order} ${place} LIMIT 1`,
            [id],
          ),
        ),
      );
    const { count } = await stage.row(`SELECT count(*)::int AS count FROM ${table} WHERE tenant_id = $1`, [
      id,
    ]);
    const rows = Number(count);
    return [
      named('deepest', await at(`OFFSET ${Math.min(60, rows - 1)}`)),
      named('middle', await at(`OFFSET ${Math.floor(rows / 2)}`)),
    ];
  };
  switch (kind) {
    case 'verifications':
    case 'deliveries': {
      const table = kind === 'verifications' ? 'verifications' : 'webhook_deliveries';
      return deepAndMiddle(table, 'created_at, id', 'created_at AS at, id', ({ at, id: last }) =>
        at instanceof Date ? `${at.getTime()}.${String(last)}` : '',
      );
    }
    case 'ledger':
      return deepAndMiddle('ledger_entries', 'id', 'id', ({ id: last }) => String(last));
    case 'heads':
      return deepAndMiddle('ledger_checkpoints', 'size', 'size::text', ({ size }) => String(size));
    case 'feed': {
      const { size } = await stage.row('SELECT size::text FROM ledger_heads WHERE tenant_id = $1', [id]);
      const from = (position: number): string => encoded(`${position}.live.${id}`);
      return [
        named('newest', from(Math.max(0, Number(size) - 60))),
        named('middle', from(Math.floor(Number(size) / 2))),
      ];
    }
    case 'versions': {
      const { version } = await stage.row(
        'SELECT max(version)::int / 2 + 1 AS version FROM routing_policies WHERE tenant_id = $1',
        [id],
      );
      return [named('middle', String(version))];
    }
    case 'none':
      return [];
  }
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64url');
}

async function oldestVerification(stage: Stage): Promise<string> {
  const { id } = await stage.row(
    `SELECT id FROM verifications WHERE tenant_id = $1 AND environment = 'live' ORDER BY created_at, id LIMIT 1`,
    [uuid('tnt', stage.giant.id)],
  );
  return toTypeId('ver', String(id));
}

async function newestVerification(stage: Stage, tenant: StageTenant): Promise<string> {
  const { id } = await stage.row(
    `SELECT id FROM verifications WHERE tenant_id = $1 AND environment = 'live' ORDER BY created_at DESC, id DESC LIMIT 1`,
    [uuid('tnt', tenant.id)],
  );
  return toTypeId('ver', String(id));
}

async function oldestDelivery(stage: Stage): Promise<Readonly<Record<string, unknown>>> {
  return stage.row(
    `SELECT event_id AS event FROM webhook_deliveries WHERE tenant_id = $1 AND environment = 'live' ORDER BY created_at, id LIMIT 1`,
    [uuid('tnt', stage.giant.id)],
  );
}
