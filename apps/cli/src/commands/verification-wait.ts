import { isSettled, type Verification } from '@gatehouse/sdk';
import { Command, Option } from 'commander';

import { type Act } from '../act.js';
import { EXIT } from '../exit-code.js';
import { Failure, NotSo } from '../failure.js';
import { type Session } from '../session.js';
import { argument, wholeFrom } from './options.js';
import { tellVerification } from './verification-view.js';

export function waitCommand(act: Act): Command {
  return new Command('wait')
    .summary('wait until one is settled')
    .description(
      'Wait until neither the person nor the provider is still at work. Exit code 0 where the person is verified, 1 where not, 4 where the time was over first.',
    )
    .addArgument(argument('<verification>', 'its id, ver_…'))
    .addOption(
      new Option('--timeout <seconds>', 'for how long').argParser(wholeFrom(1, 604_800)).default(600),
    )
    .action(
      act(async (session, id: string, { timeout }: { readonly timeout: number }) => {
        const settled = await waitUntilSettled(session, id, timeout);
        tellVerification(session, settled);
        exitByOutcome(settled);
      }),
    );
}

/** Reads it now and then; shows a person meanwhile how it stands. Throws Failure when the time is over. */
export async function waitUntilSettled(
  session: Session,
  id: string,
  timeoutSeconds: number,
): Promise<Verification> {
  const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
  const seen: { status: string } = { status: 'waiting' };
  const waiting = session.backend.verifications.wait(id, {
    signal: AbortSignal.any([timeout, session.interruption]),
    until: (verification) => {
      seen.status = [verification.status, ...verification.reasonCodes].join(', ');
      return isSettled(verification);
    },
  });
  try {
    return await session.waiting(() => `${id}: ${seen.status}`, waiting);
  } catch (error) {
    if (!timeout.aborted) throw error;
    throw new Failure(EXIT.unavailable, `After ${timeoutSeconds} s it is not settled (${seen.status}).`, {
      hint: `It goes on without you: gatehouse verifications wait ${id}`,
      json: { code: 'not_settled' },
    });
  }
}

export function exitByOutcome({ status }: Verification): void {
  if (status !== 'verified') throw new NotSo();
}
