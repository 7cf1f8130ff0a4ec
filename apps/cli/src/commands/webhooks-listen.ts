import { Command, Option } from 'commander';

import { type Act } from '../act.js';
import { misuse } from '../failure.js';
import { following } from '../following.js';
import { type Session } from '../session.js';
import { type Paint } from '../terminal/paint.js';
import { deliver, type Delivered } from '../webhooks/delivery.js';
import { secretOf } from '../webhooks/secret.js';
import { isSecret, newSecret } from '../webhooks/signing.js';
import { counted } from './figures.js';
import { eventLine, type FollowingOptions, followOptions, withFollowing } from './events.js';

interface ListenOptions extends FollowingOptions {
  readonly forwardTo: string;
  readonly secretFile?: string;
}

export function webhooksListenCommand(act: Act): Command {
  const command = new Command('listen')
    .summary('forward events to your own machine')
    .description(
      'Forward what happens to a server on your own machine, as the webhooks that it would get: signed, with a secret that is shown at the start. Needs no endpoint and nothing that the internet can reach. Nothing is sent twice: what your server refuses is shown and left.',
    )
    .addOption(new Option('--forward-to <url>', 'like http://localhost:3001/hook').makeOptionMandatory())
    .option('--secret-file <file>', 'sign with this secret, whsec_…; or set GATEHOUSE_WEBHOOK_SECRET');
  return withFollowing(command).action(act(listen));
}

async function listen(session: Session, options: ListenOptions): Promise<void> {
  const { printer, paint, interruption } = session;
  const url = targetIn(options.forwardTo);
  const given = await secretOf(session, options.secretFile);
  if (given !== null && !isSecret(given)) throw misuse('The secret is not base64 after whsec_.');
  const secret = given ?? newSecret();
  if (given === null) announce(session, secret);
  printer.remark((styled) => styled('dim', `Forwarding to ${url}; Ctrl-C ends.`));
  const counts = { forwarded: 0, accepted: 0 };
  for await (const event of following(session, followOptions(options))) {
    const delivered = await deliver(event, { url, secret, now: session.now, signal: interruption });
    counts.forwarded += 1;
    if (isAccepted(delivered)) counts.accepted += 1;
    printer.tellLine({
      json: { event, ...delivered },
      quiet: [`${event.id} ${delivered.status ?? 'failed'}`],
      text: () => `${eventLine(event, paint)}  ${answerWords(delivered, paint)}`,
    });
  }
  printer.remark(
    () => `${counted(counts.forwarded, 'event', 'events')} forwarded, ${counts.accepted} accepted.`,
  );
}

/** Where nobody gave a secret, it is part of the answer: without it no receiver can check anything. */
function announce({ printer, paint }: Session, secret: string): void {
  printer.tellLine({
    json: { secret },
    quiet: [secret],
    text: () => `The secret to check with: ${paint('bold', secret)}`,
  });
}

function targetIn(text: string): string {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.username + url.password === '') return url.href;
  throw misuse('--forward-to is not an http(s) URL.', 'Like http://localhost:3001/hook.');
}

function isAccepted({ status }: Delivered): boolean {
  return status !== null && status >= 200 && status < 300;
}

function answerWords(delivered: Delivered, paint: Paint): string {
  const { status, error, durationMs } = delivered;
  const answer = isAccepted(delivered)
    ? paint('green', String(status))
    : paint('red', error ?? String(status));
  return `→ ${answer} ${paint('dim', `${durationMs} ms`)}`;
}
