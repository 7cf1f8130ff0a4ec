import { type Schemas } from '@gatehouse/sdk';
import { Command } from 'commander';
import { setTimeout as pause } from 'node:timers/promises';

import { type Act } from '../act.js';
import { NotSo } from '../failure.js';
import { type Session } from '../session.js';
import { moment, relative } from '../terminal/moments.js';
import { type Paint, shown } from '../terminal/paint.js';
import { argument, repeatable, type YesOption, yesOption } from './options.js';
import { tellPage } from './page.js';
import { tellDelivery } from './webhook-deliveries.js';

type Endpoint = Schemas['WebhookEndpoint'];
type EventTypes = NonNullable<Schemas['CreateWebhookEndpointBody']['eventTypes']>;

interface CreateOptions {
  readonly type: EventTypes;
  readonly description?: string;
}

const LOOK_AGAIN_MS = 250;
/** A receiver has 15 s to answer. */
const TEST_TIMEOUT_MS = 20_000;

export function webhookEndpointsCommand(act: Act): Command {
  const endpoints = new Command('endpoints')
    .summary('where events are posted to')
    .description('The addresses that events are posted to, in the environment of the tenant’s key.');
  const id = argument('<endpoint>', 'its id, whe_…');
  endpoints
    .command('list')
    .summary('list them, newest first')
    .description('List the endpoints, newest first.')
    .action(act(list));
  endpoints
    .command('create')
    .summary('have events posted to an address')
    .description(
      'Have events posted to an address from now on. The secret to check them with is shown this once.',
    )
    .addArgument(argument('<url>', 'the address'))
    .addOption(repeatable('--type <type>', 'events of this type only, once for each'))
    .option('--description <text>', 'what it is')
    .action(act(create));
  endpoints
    .command('rotate')
    // As the API's route has it.
    .alias('rotate-secret')
    .summary('replace its secret by a new one')
    .description('Replace the secret by a new one, which is shown this once. For a day both are used.')
    .addArgument(id)
    .action(act(rotate));
  endpoints
    .command('test')
    .summary('send it something, and wait for the answer')
    .description(
      'Send an event of type endpoint.test, and wait for what becomes of it. Exit code 1 where it did not arrive.',
    )
    .addArgument(id)
    .action(act(test));
  for (const [name, disabled, description] of [
    ['disable', true, 'Post nothing more to an endpoint, until it is enabled.'],
    ['enable', false, 'Post to an endpoint again. What it missed, a replay fetches.'],
  ] as const) {
    endpoints
      .command(name)
      .summary(disabled ? 'post nothing more to it' : 'post to it again')
      .description(description)
      .addArgument(id)
      .action(act((session, endpoint: string) => change(session, endpoint, disabled)));
  }
  endpoints
    .command('remove')
    .summary('remove one')
    .description('Remove an endpoint: nothing more is sent to it. Its deliveries can still be read.')
    .addArgument(id)
    .addOption(yesOption())
    .action(act(remove));
  return endpoints;
}

async function list(session: Session): Promise<void> {
  const { data } = await session.backend.GET('/v1/webhook-endpoints');
  const { paint, now } = session;
  tellPage<Endpoint>(session, data, {
    id: (endpoint) => endpoint.id,
    none: 'There are none yet: gatehouse webhooks endpoints create https://…',
    columns: [
      { title: 'ID', cell: (endpoint) => endpoint.id },
      { title: 'STATE', cell: (endpoint) => stateOf(endpoint, paint) },
      { title: 'URL', cell: ({ url }) => shown(url), isElastic: true },
      { title: 'CREATED', cell: ({ createdAt }) => relative(createdAt, now) },
    ],
  });
}

async function create(session: Session, url: string, { type, description }: CreateOptions): Promise<void> {
  const body = {
    url,
    ...(type.length > 0 && { eventTypes: [...type] }),
    ...(description !== undefined && { description }),
  };
  tellNew(session, (await session.backend.POST('/v1/webhook-endpoints', { body })).data);
}

async function rotate(session: Session, id: string): Promise<void> {
  const params = { path: { id } };
  tellNew(session, (await session.backend.POST('/v1/webhook-endpoints/{id}/rotate-secret', { params })).data);
}

async function change(session: Session, id: string, disabled: boolean): Promise<void> {
  const params = { path: { id } };
  const { data } = await session.backend.PATCH('/v1/webhook-endpoints/{id}', { params, body: { disabled } });
  session.printer.tell({ json: data, quiet: [data.id], text: () => factsOf(session, data) });
}

async function remove(session: Session, id: string, options: YesOption): Promise<void> {
  const params = { path: { id } };
  const { data } = await session.backend.GET('/v1/webhook-endpoints/{id}', { params });
  await session.confirm(
    `Remove the endpoint ${shown(data.url)}, so that nothing more is sent to it?`,
    options,
  );
  await session.backend.DELETE('/v1/webhook-endpoints/{id}', { params });
  session.printer.tell({ json: { id, removed: true }, quiet: [], text: () => `${shown(id)} is removed.` });
}

async function test(session: Session, id: string): Promise<void> {
  const { data } = await session.backend.POST('/v1/webhook-endpoints/{id}/test', {
    params: { path: { id } },
  });
  const delivery = await session.waiting('waiting for its answer', firstAttempt(session, data.deliveryId));
  tellDelivery(session, delivery);
  if (delivery.status !== 'delivered') throw new NotSo();
}

/** The delivery once it was tried, or as it stands when that took too long. */
async function firstAttempt(
  { backend, interruption }: Session,
  id: string,
): Promise<Schemas['WebhookDelivery']> {
  const timeout = AbortSignal.timeout(TEST_TIMEOUT_MS);
  for (;;) {
    const { data } = await backend.GET('/v1/webhook-deliveries/{id}', {
      params: { path: { id } },
      signal: interruption,
    });
    if (data.attempts.length > 0 || data.status !== 'pending' || timeout.aborted) return data;
    await pause(LOOK_AGAIN_MS, undefined, { signal: interruption });
  }
}

function stateOf({ disabled, disabledReason, failingSince }: Endpoint, paint: Paint): string {
  if (disabled) return paint('red', disabledReason === null ? 'disabled' : `disabled: ${disabledReason}`);
  return failingSince === null ? paint('green', 'enabled') : paint('yellow', 'failing');
}

function factsOf({ printer, paint, now }: Session, endpoint: Endpoint): string {
  const { id, url, description, eventTypes, failingSince, previousSecretUntil } = endpoint;
  return printer.facts([
    ['id', id],
    ['url', shown(url)],
    ['description', description === null ? null : shown(description)],
    ['state', stateOf(endpoint, paint)],
    ['events', eventTypes.length === 0 ? 'all' : eventTypes.map(shown).join(', ')],
    ['failing since', moment(failingSince, now)],
    ['former secret until', moment(previousSecretUntil, now)],
  ]);
}

/** The one place that prints an endpoint’s secret: it is what was asked for. */
function tellNew(session: Session, endpoint: Schemas['WebhookEndpointWithSecret']): void {
  const { printer, paint } = session;
  printer.tell({
    json: endpoint,
    quiet: [endpoint.secret],
    text: () =>
      `${printer.facts([['secret', paint('bold', endpoint.secret)]])}\n${factsOf(session, endpoint)}`,
  });
  printer.remark((styled) => styled('yellow', 'The secret is shown this once.'));
}
