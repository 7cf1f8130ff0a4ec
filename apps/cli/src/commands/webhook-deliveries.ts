import { type Schemas } from '@gatehouse/sdk';
import { Command, Option } from 'commander';

import { type Act } from '../act.js';
import { type Session } from '../session.js';
import { moment, relative } from '../terminal/moments.js';
import { paintStatus, shown } from '../terminal/paint.js';
import { counted } from './figures.js';
import { argument, cursorOption, limitOption, type PageOptions } from './options.js';
import { tellPage } from './page.js';

type Delivery = Schemas['WebhookDelivery'];

const STATES = ['pending', 'delivered', 'failed'] as const;

interface ListOptions extends PageOptions {
  readonly endpoint?: string;
  readonly event?: string;
  readonly status?: (typeof STATES)[number];
}

interface ReplayOptions {
  readonly since: string;
  readonly until?: string;
  readonly undelivered?: true;
}

export function webhookDeliveriesCommand(act: Act): Command {
  return new Command('deliveries')
    .summary('what became of each event')
    .description('What became of each event at each endpoint, newest first.')
    .option('--endpoint <id>', 'to this endpoint only')
    .option('--event <id>', 'of this event only')
    .addOption(new Option('--status <status>', 'in this status only:').choices(STATES))
    .addOption(limitOption())
    .addOption(cursorOption())
    .action(act(list));
}

export function webhookRedeliverCommand(act: Act): Command {
  return new Command('redeliver')
    .summary('send one once more')
    .description('Send a delivery once more, at once, whatever became of it before.')
    .addArgument(argument('<delivery>', 'its id, dlv_…'))
    .action(
      act(async (session, id: string) => {
        const params = { path: { id } };
        tellDelivery(
          session,
          (await session.backend.POST('/v1/webhook-deliveries/{id}/redeliver', { params })).data,
        );
      }),
    );
}

export function webhookReplayCommand(act: Act): Command {
  return new Command('replay')
    .summary('send again what happened since then')
    .description(
      'Send an endpoint again what happened in a stretch of time. A repeated event has the id that it had before.',
    )
    .addArgument(argument('<endpoint>', 'its id, whe_…'))
    .addOption(new Option('--since <time>', 'from then on, like 2026-01-31T00:00:00Z').makeOptionMandatory())
    .option('--until <time>', 'up to then; without it, until now')
    .option('--undelivered', 'only what has not reached the endpoint')
    .action(act(replay));
}

async function list(session: Session, options: ListOptions): Promise<void> {
  const { limit, cursor, endpoint, event, status } = options;
  const query = {
    limit,
    ...(cursor !== undefined && { cursor }),
    ...(endpoint !== undefined && { endpointId: endpoint }),
    ...(event !== undefined && { eventId: event }),
    ...(status !== undefined && { status }),
  };
  const { data } = await session.backend.GET('/v1/webhook-deliveries', { params: { query } });
  const { paint, now } = session;
  tellPage<Delivery>(session, data, {
    id: ({ id }) => id,
    none: 'There are none.',
    columns: [
      { title: 'ID', cell: ({ id }) => id },
      { title: 'STATUS', cell: (delivery) => paintStatus(paint, delivery.status) },
      { title: 'LAST', cell: (delivery) => lastOf(delivery), isElastic: true },
      { title: 'EVENT', cell: ({ type }) => shown(type.replace(/^verification\./, '')), isElastic: true },
      { title: 'CREATED', cell: ({ createdAt }) => relative(createdAt, now) },
    ],
  });
}

async function replay(
  session: Session,
  id: string,
  { since, until, undelivered }: ReplayOptions,
): Promise<void> {
  const { data } = await session.backend.POST('/v1/webhook-endpoints/{id}/replay', {
    params: { path: { id } },
    body: {
      since,
      until: until ?? session.now.toISOString(),
      ...(undelivered !== undefined && { only: 'undelivered' as const }),
    },
  });
  session.printer.tell({
    json: data,
    quiet: [String(data.queued)],
    text: () => `${counted(data.queued, 'delivery waits', 'deliveries wait')} to be sent.`,
  });
}

/** Tells a delivery and each attempt. */
export function tellDelivery({ printer, paint, now }: Session, delivery: Delivery): void {
  const { id, eventId, endpointId, type, status, nextAttemptAt, attempts } = delivery;
  printer.tell({
    json: delivery,
    quiet: [status],
    text: () =>
      printer.facts([
        ['id', id],
        ['status', paintStatus(paint, status)],
        ['event', `${shown(type)}  ${eventId}`],
        ['endpoint', endpointId],
        ['next attempt', moment(nextAttemptAt, now)],
        ...attempts.map(
          (attempt, index) =>
            [
              `attempt ${index + 1}`,
              `${answerOf(attempt)}, ${attempt.durationMs} ms, ${moment(attempt.at, now) ?? ''}`,
            ] as const,
        ),
      ]),
  });
}

function lastOf({ attempts }: Delivery): string {
  const last = attempts.at(-1);
  if (last === undefined) return '';
  const answer = last.responseStatus === null ? answerOf(last) : String(last.responseStatus);
  return attempts.length === 1 ? answer : `${answer}, ${attempts.length} times`;
}

function answerOf({ responseStatus, error }: Schemas['WebhookAttempt']): string {
  return shown(error ?? `answered ${responseStatus ?? 'nothing'}`);
}
