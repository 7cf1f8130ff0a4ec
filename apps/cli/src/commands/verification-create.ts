import { type CreateVerification } from '@gatehouse/sdk';
import { Command, Option } from 'commander';

import { type Act } from '../act.js';
import { misuse } from '../failure.js';
import { type Session } from '../session.js';
import { readJsonObject } from '../terminal/input.js';
import { repeatable, wholeFrom } from './options.js';
import { tellVerification } from './verification-view.js';
import { exitByOutcome, waitUntilSettled } from './verification-wait.js';

interface CreateOptions {
  readonly from?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly reference?: string;
  readonly check: readonly NonNullable<CreateVerification['checks']>[number][];
  readonly document: readonly NonNullable<CreateVerification['documentTypes']>[number][];
  readonly redirectUrl?: string;
  readonly provider?: string;
  readonly metadata: readonly string[];
  readonly wait?: true;
  readonly timeout: number;
}

const EXAMPLES = `
Examples:
  gatehouse verifications create --email ana.ruiz@mail.test --phone +14155550188
  gatehouse verifications create --from request.json --wait

The file is the body of POST /v1/verifications. Who else may read this machine’s
list of processes can read options; a file, or standard input, they cannot.`;

export function createVerificationCommand(act: Act): Command {
  return new Command('create')
    .summary('begin one')
    .description('Begin a verification. The answer says what the person has to do next.')
    .option('-f, --from <file>', 'the request as JSON; - is standard input. Options add to it')
    .option('--email <address>', 'of the person')
    .option('--phone <number>', 'of the person, with its country code')
    .option('--first-name <name>', 'of the person')
    .option('--last-name <name>', 'of the person')
    .option('--reference <text>', 'what you know the person by')
    .addOption(repeatable('--check <name>', 'what to check, once for each'))
    .addOption(repeatable('--document <type>', 'which documents may be used, once for each'))
    .option('--redirect-url <url>', 'where the person’s browser goes at the end')
    .option('--provider <name>', 'where the policy lets callers choose')
    .addOption(repeatable('--metadata <name=value>', 'yours, once for each'))
    .option('--wait', 'wait until it is settled, as “wait” does')
    .addOption(new Option('--timeout <seconds>', 'of --wait').argParser(wholeFrom(1, 604_800)).default(600))
    .addHelpText('after', EXAMPLES)
    .action(act(create));
}

async function create(session: Session, options: CreateOptions): Promise<void> {
  const file =
    options.from === undefined ? {} : await readJsonObject(options.from, session.surroundings.stdin);
  const begun = await session.waiting(
    'beginning',
    session.backend.verifications.create(requestOf(file, options)),
  );
  if (options.wait === undefined) {
    tellVerification(session, begun);
    return;
  }
  if (begun.action.type === 'redirect') {
    const { url } = begun.action;
    session.printer.remark((paint) => `${paint('bold', begun.id)}: the person opens ${url}`);
  }
  const settled = await waitUntilSettled(session, begun.id, options.timeout);
  tellVerification(session, settled);
  exitByOutcome(settled);
}

/** The gateway checks it all, strictly; a member of the file that is no member is its to refuse. */
function requestOf(file: Record<string, unknown>, options: CreateOptions): CreateVerification {
  const { email, phone, firstName, lastName, reference, check, document, redirectUrl, provider, metadata } =
    options;
  const subject = {
    ...objectIn(file, 'subject'),
    ...(email !== undefined && { email }),
    ...(phone !== undefined && { phone }),
    ...(firstName !== undefined && { firstName }),
    ...(lastName !== undefined && { lastName }),
  };
  if (Object.keys(subject).length === 0)
    throw misuse('Whom to verify?', 'Give --email or --phone, or a request with --from.');
  return {
    ...file,
    subject,
    ...(reference !== undefined && { reference }),
    ...(check.length > 0 && { checks: [...check] }),
    ...(document.length > 0 && { documentTypes: [...document] }),
    ...(redirectUrl !== undefined && { redirectUrl }),
    ...(provider !== undefined && { provider }),
    ...(metadata.length > 0 && {
      metadata: { ...objectIn(file, 'metadata'), ...Object.fromEntries(metadata.map(pairOf)) },
    }),
  };
}

function objectIn(file: Record<string, unknown>, member: string): object {
  const value = file[member];
  return typeof value === 'object' && value !== null ? value : {};
}

function pairOf(text: string): readonly [string, string] {
  const sign = text.indexOf('=');
  if (sign < 1) throw misuse(`--metadata is name=value, not “${text}”.`);
  return [text.slice(0, sign), text.slice(sign + 1)];
}
