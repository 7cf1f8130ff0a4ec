import { GatehouseProblem, type Schemas } from '@gatehouse/sdk';
import { Command, Option } from 'commander';

import { type Act } from '../act.js';
import { misuse, NotSo } from '../failure.js';
import { type Session } from '../session.js';
import { readJsonObject } from '../terminal/input.js';
import { moment, relative } from '../terminal/moments.js';
import { paintStatus, shown } from '../terminal/paint.js';
import { milliseconds, percentage } from './figures.js';
import { tellFindings } from './findings.js';
import {
  argument,
  ENVIRONMENTS,
  environmentOption,
  type PlaceOptions,
  type TenantOption,
  tenantOption,
  wholeFrom,
  type YesOption,
  yesOption,
} from './options.js';

type Connection = Schemas['Connection'];

interface SetOptions extends PlaceOptions {
  readonly from: string;
  readonly overlap?: number;
}

const FILE_FORM = `
The file:
  {
    "credentials": { … },   write-only; left out, those stored stay
    "settings": { … }
  }

What goes into them is the provider’s own: gatehouse providers --json shows the
JSON Schema of each. Credentials are never taken from the command line, where
other users of the machine could see them.`;

export function connectionsCommand(act: Act): Command {
  const connections = new Command('connections')
    .summary('a tenant’s accounts at the providers')
    .description('A tenant’s accounts at the providers. Each environment has its own.');
  const sub = (name: string, summary: string, description: string): Command =>
    connections.command(name).summary(summary).description(description).addOption(tenantOption());
  const provider = argument('<provider>', 'its name, as “gatehouse providers” shows it');

  sub('list', 'which providers are connected', 'Which providers are connected, in both environments.').action(
    act(list),
  );
  sub('show', 'show one, without its secrets', 'Show a connection: never a secret, only which are stored.')
    .addArgument(provider)
    .addOption(environmentOption())
    .action(act(show));
  sub(
    'set',
    'connect a provider, or change that',
    'Connect a provider, or change its connection, from a file of JSON.',
  )
    .addArgument(provider)
    .addOption(environmentOption())
    .addOption(new Option('-f, --from <file>', 'the file; - is standard input').makeOptionMandatory())
    .addOption(
      new Option(
        '--overlap <seconds>',
        'how long the credentials before stay in use beside new ones (default: a day)',
      ).argParser(wholeFrom(0, 2_592_000)),
    )
    .addHelpText('after', FILE_FORM)
    .action(act(set));
  sub(
    'check',
    'call the provider and say what worked',
    'Call the provider and say what worked. Exit code 1 where something did not.',
  )
    .addArgument(provider)
    .addOption(environmentOption())
    .action(act(check));
  sub(
    'register-webhook',
    'tell the provider where its webhooks go',
    'Tell the provider where its webhooks go, where it has a call for that. For the others, “show” has the address to enter at the provider.',
  )
    .addArgument(provider)
    .addOption(environmentOption())
    .action(act(registerWebhook));
  sub(
    'remove',
    'disconnect a provider',
    'Disconnect a provider. Refused while anything needs the connection.',
  )
    .addArgument(provider)
    .addOption(environmentOption())
    .addOption(yesOption())
    .action(act(remove));
  return connections;
}

async function list(session: Session, options: TenantOption): Promise<void> {
  const id = session.tenant(options);
  const { admin, printer, paint, now } = session;
  const { data: providers } = await admin.GET('/admin/v1/providers');
  // The tenant first: for one that does not exist, every connection would be one that is not there.
  await admin.GET('/admin/v1/tenants/{id}', { params: { path: { id } } });
  const places = providers.data.flatMap(({ name }) =>
    ENVIRONMENTS.map((environment) => ({ provider: name, environment })),
  );
  const found = await Promise.all(
    places.map(async (place) => ({
      ...place,
      connection: await orNull(get(session, id, place.provider, place)),
    })),
  );
  printer.tell({
    json: { data: found.flatMap(({ connection }) => connection ?? []) },
    quiet: found.flatMap(({ connection }) => connection?.id ?? []),
    text: () =>
      printer.table(found, [
        { title: 'PROVIDER', cell: ({ provider }) => shown(provider) },
        { title: 'FOR', cell: ({ environment }) => environment },
        {
          title: 'STATE',
          cell: ({ connection }) =>
            connection === null ? paint('dim', 'not connected') : paint('green', 'connected'),
        },
        {
          title: 'BREAKER',
          cell: ({ connection }) =>
            connection === null ? '' : paintStatus(paint, connection.health.breaker),
        },
        {
          title: 'CALLS',
          cell: ({ connection }) => (connection === null ? '' : String(connection.health.calls)),
        },
        {
          title: 'ERRORS',
          cell: ({ connection }) => (connection === null ? '' : percentage(connection.health.errorRate)),
        },
        {
          title: 'CHANGED',
          cell: ({ connection }) => (connection === null ? '' : relative(connection.updatedAt, now)),
        },
      ]),
  });
}

async function show(session: Session, provider: string, options: PlaceOptions): Promise<void> {
  tell(session, await get(session, session.tenant(options), provider, options));
}

async function set(session: Session, provider: string, options: SetOptions): Promise<void> {
  const id = session.tenant(options);
  const { credentials, settings, ...others } = await readJsonObject(options.from, session.surroundings.stdin);
  const strange = Object.keys(others);
  if (strange.length > 0)
    throw misuse(`The file may hold “credentials” and “settings”; there is also: ${strange.join(', ')}.`);
  const { data } = await session.admin.PUT('/admin/v1/tenants/{id}/connections/{provider}', {
    params: { path: { id, provider }, query: { environment: options.environment } },
    body: {
      ...(credentials !== undefined && { credentials: memberOf(credentials, 'credentials') }),
      ...(settings !== undefined && { settings: memberOf(settings, 'settings') }),
      ...(options.overlap !== undefined && { overlapSeconds: options.overlap }),
    },
  });
  tell(session, data);
  session.printer.remark((paint) =>
    paint(
      'dim',
      `Next: gatehouse connections check ${provider} --tenant ${id} --environment ${options.environment}`,
    ),
  );
}

async function check(session: Session, provider: string, options: PlaceOptions): Promise<void> {
  const { data } = await session.waiting(
    `asking ${shown(provider)}`,
    session.admin.POST(
      '/admin/v1/tenants/{id}/connections/{provider}/check',
      placeOf(session, provider, options),
    ),
  );
  tellFindings(session, data);
  if (!data.ok) throw new NotSo();
}

async function registerWebhook(session: Session, provider: string, options: PlaceOptions): Promise<void> {
  const { data } = await session.waiting(
    `telling ${shown(provider)}`,
    session.admin.POST(
      '/admin/v1/tenants/{id}/connections/{provider}/register-webhook',
      placeOf(session, provider, options),
    ),
  );
  session.printer.tell({
    json: data,
    quiet: [data.webhookUrl],
    text: () => `${shown(provider)} sends its webhooks to ${shown(data.webhookUrl)} from now on.`,
  });
}

async function remove(session: Session, provider: string, options: PlaceOptions & YesOption): Promise<void> {
  const place = placeOf(session, provider, options);
  await session.confirm(
    `Disconnect ${shown(provider)} in ${options.environment}, and forget its credentials?`,
    options,
  );
  await session.admin.DELETE('/admin/v1/tenants/{id}/connections/{provider}', place);
  session.printer.tell({
    json: { provider, environment: options.environment, removed: true },
    quiet: [],
    text: () => `${shown(provider)} is disconnected in ${options.environment}.`,
  });
}

function placeOf(
  session: Session,
  provider: string,
  options: PlaceOptions,
): { params: { path: { id: string; provider: string }; query: Pick<PlaceOptions, 'environment'> } } {
  return {
    params: { path: { id: session.tenant(options), provider }, query: { environment: options.environment } },
  };
}

async function get(
  { admin }: Session,
  id: string,
  provider: string,
  { environment }: Pick<PlaceOptions, 'environment'>,
): Promise<Connection> {
  const params = { path: { id, provider }, query: { environment } };
  return (await admin.GET('/admin/v1/tenants/{id}/connections/{provider}', { params })).data;
}

async function orNull<T>(wanted: Promise<T>): Promise<T | null> {
  try {
    return await wanted;
  } catch (error) {
    if (error instanceof GatehouseProblem && error.code === 'not_found') return null;
    throw error;
  }
}

function memberOf(value: unknown, name: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw misuse(`“${name}” of the file is not an object.`);
}

function tell({ printer, paint, now }: Session, connection: Connection): void {
  const { health, credentials, settings, formerCredentialsUntil } = connection;
  printer.tell({
    json: connection,
    quiet: [connection.id],
    text: () =>
      printer.facts([
        ['id', connection.id],
        ['provider', shown(connection.provider)],
        ['environment', shown(connection.environment)],
        [
          'credentials',
          `${Object.keys(credentials).map(shown).join(', ')} ${paint('dim', '(stored; never shown)')}`,
        ],
        ...Object.entries(settings).map(
          ([name, value]) => [`  ${shown(name)}`, shown(JSON.stringify(value))] as const,
        ),
        ['webhooks go to', connection.webhookUrl === null ? null : shown(connection.webhookUrl)],
        [
          'former credentials',
          formerCredentialsUntil.length === 0
            ? null
            : `in use until ${moment(formerCredentialsUntil[0] ?? null, now) ?? ''}`,
        ],
        ['breaker', paintStatus(paint, health.breaker)],
        ['tried again', moment(health.openUntil, now)],
        [
          'calls',
          `${health.calls} lately, ${percentage(health.errorRate)} failed, half within ${milliseconds(health.p50Ms)}`,
        ],
        ['changed', moment(connection.updatedAt, now)],
      ]),
  });
}
