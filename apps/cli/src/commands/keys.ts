import { type Schemas } from '@gatehouse/sdk';
import { Command, Option } from 'commander';

import { type Act } from '../act.js';
import { type Session } from '../session.js';
import { moment, relative } from '../terminal/moments.js';
import { shown } from '../terminal/paint.js';
import {
  argument,
  type Environment,
  environmentOption,
  repeatable,
  type TenantOption,
  tenantOption,
  wholeFrom,
  type YesOption,
  yesOption,
} from './options.js';
import { tellPage } from './page.js';

type ApiKey = Schemas['ApiKey'];
type NewApiKey = Schemas['NewApiKey'];
type Scope = Schemas['Scope'];

const DEFAULT_SCOPES = ['verifications:read', 'verifications:write'] as const;

interface CreateOptions extends TenantOption {
  readonly environment: Environment;
  readonly scope: readonly Scope[];
}

interface RotateOptions extends TenantOption {
  readonly overlap?: number;
}

export function keysCommand(act: Act): Command {
  const keys = new Command('keys')
    .summary('the keys of a tenant’s backends')
    .description('The keys with which a tenant’s backends call.');
  keys
    .command('list')
    .summary('list them, newest first')
    .description('List a tenant’s keys, newest first, also those no longer in force.')
    .addOption(tenantOption())
    .action(act(list));
  keys
    .command('create')
    .summary('create one; it is shown this once')
    .description('Create a key. The key itself is shown this once; keep it where secrets are kept.')
    .addArgument(argument('<name>', 'what it is for'))
    .addOption(tenantOption())
    .addOption(environmentOption())
    .addOption(
      repeatable(
        '-s, --scope <scope>',
        `what it may do, once for each (default: ${DEFAULT_SCOPES.join(', ')})`,
      ),
    )
    .action(act(create));
  keys
    .command('rotate')
    .summary('replace one by a new one')
    .description(
      'Replace a key by a new one with the same name, environment and scopes. The new key is shown this once.',
    )
    .addArgument(argument('<key>', 'its id, key_…'))
    .addOption(tenantOption())
    .addOption(
      new Option('--overlap <seconds>', 'how long the old key goes on working (default: a day)').argParser(
        wholeFrom(0, 2_592_000),
      ),
    )
    .action(act(rotate));
  keys
    .command('revoke')
    .summary('refuse one from now on')
    .description('Revoke a key: it is refused from the next request on.')
    .addArgument(argument('<key>', 'its id, key_…'))
    .addOption(tenantOption())
    .addOption(yesOption())
    .action(act(revoke));
  return keys;
}

async function list(session: Session, options: TenantOption): Promise<void> {
  const id = session.tenant(options);
  const { data } = await session.admin.GET('/admin/v1/tenants/{id}/api-keys', { params: { path: { id } } });
  const { paint, now } = session;
  tellPage<ApiKey>(session, data, {
    id: (key) => key.id,
    none: `This tenant has no keys yet: gatehouse keys create backend --tenant ${id}`,
    columns: [
      { title: 'ID', cell: (key) => key.id },
      { title: 'NAME', cell: ({ name }) => shown(name), isElastic: true },
      { title: 'FOR', cell: ({ environment }) => shown(environment) },
      { title: 'ENDS', cell: ({ hint }) => shown(hint) },
      {
        title: 'STATE',
        cell: ({ revokedAt, expiresAt }) => {
          if (revokedAt !== null) return paint('red', 'revoked');
          if (expiresAt === null) return paint('green', 'in force');
          return new Date(expiresAt) <= now
            ? paint('dim', 'expired')
            : paint('yellow', `until ${relative(expiresAt, now)}`);
        },
      },
      { title: 'CREATED', cell: ({ createdAt }) => relative(createdAt, now) },
    ],
  });
}

async function create(session: Session, name: string, options: CreateOptions): Promise<void> {
  const { environment, scope } = options;
  const scopes = scope.length === 0 ? [...DEFAULT_SCOPES] : [...scope];
  const { data } = await session.admin.POST('/admin/v1/tenants/{id}/api-keys', {
    params: { path: { id: session.tenant(options) } },
    body: { name, environment, scopes },
  });
  tellNew(session, data);
}

async function rotate(session: Session, keyId: string, options: RotateOptions): Promise<void> {
  const { data } = await session.admin.POST('/admin/v1/tenants/{id}/api-keys/{keyId}/rotate', {
    params: { path: { id: session.tenant(options), keyId } },
    body: options.overlap === undefined ? {} : { overlapSeconds: options.overlap },
  });
  tellNew(session, data);
}

async function revoke(session: Session, keyId: string, options: TenantOption & YesOption): Promise<void> {
  const id = session.tenant(options);
  await session.confirm(
    `Revoke ${shown(keyId)}, so that whoever uses it is refused within a second?`,
    options,
  );
  await session.admin.DELETE('/admin/v1/tenants/{id}/api-keys/{keyId}', { params: { path: { id, keyId } } });
  session.printer.tell({
    json: { id: keyId, revoked: true },
    quiet: [],
    text: () => `${shown(keyId)} is revoked.`,
  });
}

/** The one place that prints a key: it is what was asked for. */
function tellNew({ printer, paint, now }: Session, key: NewApiKey): void {
  printer.tell({
    json: key,
    quiet: [key.key],
    text: () =>
      printer.facts([
        ['key', paint('bold', key.key)],
        ['id', key.id],
        ['name', shown(key.name)],
        ['environment', shown(key.environment)],
        ['scopes', key.scopes.map(shown).join(', ')],
        ['expires', moment(key.expiresAt, now)],
      ]),
  });
  printer.remark((styled) => styled('yellow', 'The key is shown this once.'));
}
