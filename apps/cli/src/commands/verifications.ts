import { type Schemas, type Verification, type VerificationStatus } from '@gatehouse/sdk';
import { Command, Option } from 'commander';

import { type Act } from '../act.js';
import { type Session } from '../session.js';
import { relative } from '../terminal/moments.js';
import { paintStatus, shown } from '../terminal/paint.js';
import {
  argument,
  cursorOption,
  limitOption,
  type PageOptions,
  type YesOption,
  yesOption,
} from './options.js';
import { tellPage } from './page.js';
import { createVerificationCommand } from './verification-create.js';
import { tellEvents, tellExplanation } from './verification-history.js';
import { tellVerification } from './verification-view.js';
import { waitCommand } from './verification-wait.js';

export const STATUSES = [
  'requires_input',
  'processing',
  'needs_review',
  'verified',
  'rejected',
  'expired',
  'canceled',
  'revoked',
  'error',
] as const satisfies readonly VerificationStatus[];

interface ListOptions extends PageOptions {
  readonly status?: VerificationStatus;
  readonly provider?: string;
  readonly reference?: string;
}

type Step = 'refresh' | 'cancel' | 'retry';

export function verificationsCommand(act: Act): Command {
  const verifications = new Command('verifications')
    .summary('verify people, and see how it goes')
    .description('Verify people, and see how it goes. In the environment of the tenant’s key.');
  const id = argument('<verification>', 'its id, ver_…');

  verifications
    .command('list')
    .summary('list them, newest first')
    .description('List verifications, newest first.')
    .addOption(new Option('--status <status>', 'in this status only:').choices(STATUSES))
    .option('--provider <name>', 'at this provider only')
    .option('--reference <text>', 'of this reference of yours only')
    .addOption(limitOption())
    .addOption(cursorOption())
    .action(act(list));
  verifications.addCommand(createVerificationCommand(act));
  verifications
    .command('show')
    .summary('show one')
    .description('Show a verification as it is stored. No provider is called, and personal data is masked.')
    .addArgument(id)
    .action(
      act(async (session, verification: string) => {
        tellVerification(session, await session.backend.verifications.get(verification));
      }),
    );
  verifications
    .command('explain')
    .summary('why one is where it is')
    .description(
      'Why a verification is where it is: which rule of which policy chose the provider, who was passed over, and who failed.',
    )
    .addArgument(id)
    .action(act(explain));
  verifications
    .command('events')
    .summary('what happened to one')
    .description('What happened to a verification, newest first.')
    .addArgument(id)
    .addOption(limitOption())
    .addOption(cursorOption())
    .action(act(events));
  verifications.addCommand(waitCommand(act));
  verifications
    .command('refresh')
    .summary('read the provider now')
    .description('Read the provider now, and show what came of it.')
    .addArgument(id)
    .action(act((session, verification: string) => step(session, 'refresh', verification)));
  verifications
    .command('cancel')
    .summary('call one off')
    .description('Call a verification off.')
    .addArgument(id)
    .addOption(yesOption())
    .action(
      act(async (session, verification: string, options: YesOption) => {
        await session.confirm(
          `Call ${shown(verification)} off? The person cannot go on with it then.`,
          options,
        );
        await step(session, 'cancel', verification);
      }),
    );
  verifications
    .command('retry')
    .summary('begin again for the same person')
    .description('Begin again for the same person, by today’s policy: a new verification.')
    .addArgument(id)
    .action(act((session, verification: string) => step(session, 'retry', verification)));
  return verifications;
}

async function list(session: Session, options: ListOptions): Promise<void> {
  const { limit, cursor, status, provider, reference } = options;
  const query = {
    limit,
    ...(cursor !== undefined && { cursor }),
    ...(status !== undefined && { status }),
    ...(provider !== undefined && { provider }),
    ...(reference !== undefined && { reference }),
  };
  const { data } = await session.backend.GET('/v1/verifications', { params: { query } });
  const { paint, now } = session;
  tellPage<Verification>(session, data, {
    id: (verification) => verification.id,
    none: 'There are none.',
    columns: [
      { title: 'ID', cell: (verification) => verification.id },
      { title: 'STATUS', cell: (verification) => paintStatus(paint, verification.status) },
      { title: 'PROVIDER', cell: (verification) => shown(verification.provider.name) },
      { title: 'REFERENCE', cell: (verification) => shown(verification.reference ?? ''), isElastic: true },
      { title: 'CREATED', cell: ({ createdAt }) => relative(createdAt, now) },
    ],
  });
}

async function explain(session: Session, id: string): Promise<void> {
  const { data } = await session.backend.GET('/v1/verifications/{id}/explain', { params: { path: { id } } });
  tellExplanation(session, data);
}

async function events(session: Session, id: string, { limit, cursor }: PageOptions): Promise<void> {
  const { data }: { data: Schemas['EventPage'] } = await session.backend.GET(
    '/v1/verifications/{id}/events',
    {
      params: { path: { id }, query: { limit, ...(cursor !== undefined && { cursor }) } },
    },
  );
  tellEvents(session, data);
}

async function step(session: Session, what: Step, id: string): Promise<void> {
  const params = { path: { id } };
  const { backend } = session;
  const calls: Record<Step, () => Promise<{ readonly data: Verification }>> = {
    refresh: () => backend.POST('/v1/verifications/{id}/refresh', { params }),
    cancel: () => backend.POST('/v1/verifications/{id}/cancel', { params }),
    retry: () => backend.POST('/v1/verifications/{id}/retry', { params }),
  };
  const { data } = await session.waiting('asking the provider', calls[what]());
  tellVerification(session, data);
}
