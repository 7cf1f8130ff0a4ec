import { type GatehouseEvent } from '@gatehouse/sdk';
import { Command } from 'commander';

import { type Act } from '../act.js';
import { following } from '../following.js';
import { type Session } from '../session.js';
import { clockTime } from '../terminal/moments.js';
import { type Paint, paintStatus, shown } from '../terminal/paint.js';
import { repeatable } from './options.js';

export interface FollowingOptions {
  readonly type: readonly string[];
  readonly fromStart?: true;
  readonly cursor?: string;
}

export function eventsCommand(act: Act): Command {
  const events = new Command('events')
    .summary('what happens, as it happens')
    .description('What happens, in the environment of the tenant’s key.');
  withFollowing(
    events
      .command('tail')
      .summary('show what happens, as it happens')
      .description('Show what happens, as it happens, until Ctrl-C. With --json, an event a line.'),
  ).action(act(tail));
  return events;
}

/** The options of what follows the feed. */
export function withFollowing(command: Command): Command {
  return command
    .addOption(repeatable('--type <type>', 'events of this type only, once for each'))
    .option('--from-start', 'begin with the first event there ever was')
    .option('--cursor <cursor>', 'begin where an earlier reader of the feed ended');
}

export function followOptions({
  type,
  fromStart,
  cursor,
}: FollowingOptions): Parameters<typeof following>[1] {
  return { types: type, isFromStart: fromStart === true, cursor: cursor ?? null };
}

async function tail(session: Session, options: FollowingOptions): Promise<void> {
  session.printer.remark((paint) => paint('dim', 'Waiting for events; Ctrl-C ends.'));
  for await (const event of following(session, followOptions(options))) {
    session.printer.tellLine({ json: event, quiet: [event.id], text: () => eventLine(event, session.paint) });
  }
}

/** An event in a line: when, what, whose, and how it stands. */
export function eventLine({ type, timestamp, data }: GatehouseEvent, paint: Paint): string {
  const facts: Readonly<Record<string, unknown>> = { ...data };
  const { verificationId, status, provider, reasonCodes } = facts;
  return [
    paint('dim', clockTime(new Date(timestamp))),
    shown(type).padEnd(28),
    ...(typeof verificationId === 'string' ? [shown(verificationId)] : []),
    ...(typeof status === 'string' ? [paintStatus(paint, status)] : []),
    ...(typeof provider === 'string' ? [paint('dim', shown(provider))] : []),
    ...(Array.isArray(reasonCodes) && reasonCodes.length > 0
      ? [paint('dim', reasonCodes.map((code) => shown(String(code))).join(', '))]
      : []),
  ].join('  ');
}
