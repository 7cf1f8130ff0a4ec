import { type Schemas } from '@gatehouse/sdk';
import { Command } from 'commander';

import { type Act } from '../act.js';
import { type Session } from '../session.js';
import { shown } from '../terminal/paint.js';
import { percentage, milliseconds } from './figures.js';

type Provider = Schemas['Provider'];

export function providersCommand(act: Act): Command {
  return new Command('providers')
    .summary('what each provider can do, and how it does')
    .description(
      'The providers of this gateway: what each can do beyond verifying, how its calls went in the last minutes, and how many people passed.',
    )
    .action(act(list));
}

async function list(session: Session): Promise<void> {
  const { data } = await session.admin.GET('/admin/v1/providers');
  const { printer, paint } = session;
  printer.tell({
    json: data,
    quiet: data.data.map(({ name }) => name),
    text: () => {
      const overview = printer.table<Provider>(data.data, [
        { title: 'PROVIDER', cell: ({ name }) => shown(name) },
        { title: 'CALLS', cell: ({ health }) => String(health.calls) },
        { title: 'P50', cell: ({ health }) => milliseconds(health.p50Ms) },
        { title: 'P95', cell: ({ health }) => milliseconds(health.p95Ms) },
        { title: 'ERRORS', cell: ({ health }) => percentage(health.errorRate) },
        {
          title: 'BREAKERS',
          cell: ({ health }) =>
            health.openConnections === 0
              ? paint('green', 'closed')
              : paint('red', `${health.openConnections} open`),
        },
        { title: 'PASSED', cell: ({ outcomes }) => percentage(outcomes.passRate) },
        {
          title: 'VERDICT IN',
          cell: ({ outcomes }) =>
            outcomes.timeToVerdict === null ? '-' : `${Math.round(outcomes.timeToVerdict.p50Seconds)} s`,
        },
      ]);
      const abilities = data.data.map(({ name, supports, capabilities }) =>
        [
          paint('bold', shown(name)),
          printer.facts([
            ['  checks', supports.checks.map(shown).join(', ')],
            [
              '  documents',
              supports.documentTypes.length === 0
                ? 'as the provider decides'
                : supports.documentTypes.map(shown).join(', '),
            ],
            ['  reached by', supports.contacts.map(shown).join(' or ')],
            ['  can also', capabilities.map(shown).join(', ')],
          ]),
        ].join('\n'),
      );
      return [overview, ...abilities].join('\n\n');
    },
  });
}
