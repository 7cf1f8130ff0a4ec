import { Command, Option } from 'commander';

import { type Act } from '../act.js';
import { misuse, NotSo } from '../failure.js';
import { type Session } from '../session.js';
import { readInput } from '../terminal/input.js';
import { examine } from '../webhooks/examine.js';
import { fromLines, type Headers, parseHeaders } from '../webhooks/headers.js';
import { secretOf } from '../webhooks/secret.js';
import { tellFindings } from './findings.js';
import { repeatable, wholeFrom } from './options.js';

interface VerifyOptions {
  readonly body: string;
  readonly headers?: string;
  readonly header: readonly string[];
  readonly secretFile?: string;
  readonly tolerance?: number;
}

const EXAMPLE = `
Example:
  gatehouse webhooks verify --body body.json --headers headers.txt \\
    --secret-file secret.txt

The body is the bytes as they came. The header fields are lines of “name: value”
or a JSON object. No gateway is called. Exit code 1 where it does not verify.`;

export function webhooksVerifyCommand(act: Act): Command {
  return new Command('verify')
    .summary('whether a stored webhook verifies, and why not')
    .description('Whether the signature of a stored webhook holds, and where it does not, why.')
    .addOption(new Option('--body <file>', 'its body; - is standard input').makeOptionMandatory())
    .option('--headers <file>', 'its header fields')
    .addOption(repeatable('--header <field>', 'a header field, “name: value”, once for each'))
    .option('--secret-file <file>', 'the endpoint’s secret, whsec_…; or set GATEHOUSE_WEBHOOK_SECRET')
    .addOption(
      new Option(
        '--tolerance <seconds>',
        'refuse one that was signed longer ago; without it, its age is only told',
      ).argParser(wholeFrom(0, 999_999_999)),
    )
    .addHelpText('after', EXAMPLE)
    .action(act(verify));
}

async function verify(session: Session, options: VerifyOptions): Promise<void> {
  const { stdin } = session.surroundings;
  const secret = await secretOf(session, options.secretFile);
  if (secret === null) throw misuse('Which secret?', 'Give --secret-file, or set GATEHOUSE_WEBHOOK_SECRET.');
  const headers = await headersOf(session, options);
  const body = await readInput(options.body, stdin);
  const examination = examine({ body, headers, secret }, session.now, options.tolerance ?? null);
  tellFindings(session, examination);
  if (!examination.ok) throw new NotSo();
}

async function headersOf({ surroundings }: Session, { headers, header }: VerifyOptions): Promise<Headers> {
  const stored =
    headers === undefined ? [] : parseHeaders((await readInput(headers, surroundings.stdin)).toString());
  return new Map([...stored, ...fromLines(header)]);
}
