import { Command, Option } from 'commander';

import { type Act } from '../act.js';
import { switchedPolicy } from '../routing/switched-policy.js';
import { type Session } from '../session.js';
import {
  argument,
  type Environment,
  environmentOption,
  wholeFrom,
  type YesOption,
  yesOption,
} from './options.js';
import { changePolicy, policyIn } from './policy-change.js';

interface SwitchOptions extends YesOption {
  readonly environment: Environment;
  readonly percent?: number;
  readonly note?: string;
}

const EXAMPLES = `
Examples:
  gatehouse switch tnt_… dentity --percent 10     ten in a hundred people
  gatehouse switch tnt_… dentity                  everybody
  gatehouse switch tnt_… dentity --percent 0      nobody by share any more`;

export function switchCommand(act: Act): Command {
  return new Command('switch')
    .summary('send new verifications to another provider')
    .description(
      'Send new verifications to another provider: everybody whom no rule is about, or a share of the people. Shows what changes and whom it would have moved in the last days, then asks. Those under way stay where they are.',
    )
    .addArgument(argument('<tenant>', 'its id'))
    .addArgument(argument('<provider>', 'its name, as “gatehouse providers” shows it'))
    .addOption(environmentOption())
    .addOption(
      new Option('--percent <n>', 'only this share of the people, 0 to 100').argParser(wholeFrom(0, 100)),
    )
    .option('--note <text>', 'why; kept with the version')
    .addOption(yesOption())
    .addHelpText('after', EXAMPLES)
    .action(act(switchProvider));
}

async function switchProvider(
  session: Session,
  id: string,
  provider: string,
  options: SwitchOptions,
): Promise<void> {
  const { environment, percent = null, note = null } = options;
  const place = { id, environment };
  const before = await policyIn(session, place);
  const after = switchedPolicy(before?.policy ?? null, { provider, percent, note });
  await changePolicy(session, place, { before, after }, options);
}
