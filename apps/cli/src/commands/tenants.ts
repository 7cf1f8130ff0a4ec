import { type Schemas } from '@gatehouse/sdk';
import { Command, Option } from 'commander';

import { type Act } from '../act.js';
import { type Session } from '../session.js';
import { moment, relative } from '../terminal/moments.js';
import { paintStatus, shown } from '../terminal/paint.js';
import {
  argument,
  cursorOption,
  limitOption,
  type PageOptions,
  wholeFrom,
  type YesOption,
  yesOption,
} from './options.js';
import { tellPage } from './page.js';

type Tenant = Schemas['Tenant'];

interface CreateOptions {
  readonly retentionDays?: number;
  readonly twoPersonApproval?: true;
}

export function tenantsCommand(act: Act): Command {
  const tenants = new Command('tenants')
    .summary('the companies that verify people')
    .description('The companies that verify people here.');
  tenants
    .command('list')
    .summary('list them, newest first')
    .description('List tenants, newest first.')
    .addOption(limitOption())
    .addOption(cursorOption())
    .action(act(list));
  tenants
    .command('create')
    .summary('create one')
    .description('Create a tenant. Then give it a key, connect a provider, and switch to it.')
    .addArgument(argument('<name>', 'what it is called'))
    .addOption(
      new Option(
        '--retention-days <n>',
        'how long a finished verification is kept; without it: until it is erased',
      ).argParser(wholeFrom(1, 36_500)),
    )
    .option('--two-person-approval', 'a switch of provider waits for another admin')
    .action(act(create));
  tenants
    .command('show')
    .summary('show one')
    .description('Show a tenant.')
    .addArgument(argument('<tenant>', 'its id'))
    .action(act(show));
  tenants
    .command('suspend')
    .summary('refuse its keys from now on')
    .description(
      'Suspend a tenant: its keys are refused from now on. Verifications under way are followed to their end.',
    )
    .addArgument(argument('<tenant>', 'its id'))
    .addOption(yesOption())
    .action(act(suspend));
  return tenants;
}

async function list(session: Session, { limit, cursor }: PageOptions): Promise<void> {
  const { data } = await session.admin.GET('/admin/v1/tenants', {
    params: { query: { limit, ...(cursor !== undefined && { cursor }) } },
  });
  const { paint, now } = session;
  tellPage<Tenant>(session, data, {
    id: ({ id }) => id,
    none: 'There are no tenants yet: gatehouse tenants create "Example Bank"',
    columns: [
      { title: 'ID', cell: ({ id }) => id },
      { title: 'NAME', cell: ({ name }) => shown(name), isElastic: true },
      { title: 'STATUS', cell: ({ status }) => paintStatus(paint, status) },
      { title: 'CREATED', cell: ({ createdAt }) => relative(createdAt, now) },
    ],
  });
}

async function create(session: Session, name: string, options: CreateOptions): Promise<void> {
  const { retentionDays, twoPersonApproval } = options;
  const body = {
    name,
    ...(retentionDays !== undefined && { retentionDays }),
    ...(twoPersonApproval !== undefined && { twoPersonApproval }),
  };
  const { data } = await session.admin.POST('/admin/v1/tenants', { body });
  tell(session, data);
  session.printer.remark((paint) => paint('dim', `Next: gatehouse keys create backend --tenant ${data.id}`));
}

async function show(session: Session, id: string): Promise<void> {
  const { data } = await session.admin.GET('/admin/v1/tenants/{id}', { params: { path: { id } } });
  tell(session, data);
}

async function suspend(session: Session, id: string, options: YesOption): Promise<void> {
  const { data: tenant } = await session.admin.GET('/admin/v1/tenants/{id}', { params: { path: { id } } });
  await session.confirm(
    `Suspend ${shown(tenant.name)}, so that all its keys are refused within a second?`,
    options,
  );
  const { data } = await session.admin.POST('/admin/v1/tenants/{id}/suspend', { params: { path: { id } } });
  tell(session, data);
}

function tell({ printer, paint, now }: Session, tenant: Tenant): void {
  printer.tell({
    json: tenant,
    quiet: [tenant.id],
    text: () =>
      printer.facts([
        ['id', tenant.id],
        ['name', shown(tenant.name)],
        ['status', paintStatus(paint, tenant.status)],
        ['retention', tenant.retentionDays === null ? 'until erased' : `${tenant.retentionDays} days`],
        ['two-person approval', tenant.twoPersonApproval ? 'yes' : 'no'],
        ['report archive', shown(tenant.reportArchive)],
        ['trust framework', tenant.trustFramework === null ? null : shown(tenant.trustFramework)],
        ['assurance level', tenant.assuranceLevel === null ? null : shown(tenant.assuranceLevel)],
        ['created', moment(tenant.createdAt, now)],
        ['changed', moment(tenant.updatedAt, now)],
      ]),
  });
}
