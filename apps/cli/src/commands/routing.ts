import { type Schemas } from '@gatehouse/sdk';
import { Command, Option } from 'commander';

import { type Act } from '../act.js';
import { EXIT } from '../exit-code.js';
import { Failure } from '../failure.js';
import { clauseLines, clausesOf } from '../routing/policy-lines.js';
import { type PolicyBody } from '../routing/switched-policy.js';
import { type Session } from '../session.js';
import { readJsonObject } from '../terminal/input.js';
import { moment, relative } from '../terminal/moments.js';
import { paintStatus, shown } from '../terminal/paint.js';
import {
  argument,
  cursorOption,
  environmentOption,
  limitOption,
  type PageOptions,
  type PlaceOptions,
  tenantOption,
  wholeFrom,
  type YesOption,
  yesOption,
} from './options.js';
import { tellPage } from './page.js';
import { at, changePolicy, type Place, policyIn, previewWords, tellWritten } from './policy-change.js';

type PolicyVersion = Schemas['PolicyVersion'];

interface FileOption {
  readonly from: string;
}
interface NoteOption {
  readonly note?: string;
}

export function routingCommand(act: Act): Command {
  const routing = new Command('routing')
    .summary('who goes to which provider')
    .description(
      'The policy that says who goes to which provider. To send everybody, or a share of the people, elsewhere: gatehouse switch.',
    );
  const sub = (name: string, summary: string, description: string): Command =>
    routing
      .command(name)
      .summary(summary)
      .description(description)
      .addOption(tenantOption())
      .addOption(environmentOption());
  const version = argument('<version>', 'its number, as “history” shows it').argParser(
    wholeFrom(1, 999_999_999),
  );
  const file = new Option('-f, --from <file>', 'a policy as JSON; - is standard input').makeOptionMandatory();

  sub('show', 'the policy in force', 'Show the policy in force. With --json, as “set” takes it back.').action(
    act(show),
  );
  sub(
    'set',
    'put one in force from a file',
    'Put a policy in force from a file of JSON: shows the difference and whom it would have moved, then asks.',
  )
    .addOption(file)
    .addOption(yesOption())
    .action(act(set));
  sub(
    'preview',
    'try one on the last days',
    'Try a policy on the verifications of the last days. Nothing changes. Exit code 1 where somebody could not have been served.',
  )
    .addOption(file)
    .addOption(new Option('--days <n>', 'how far back').argParser(wholeFrom(1, 90)).default(7))
    .action(act(preview));
  sub(
    'history',
    'all versions, newest first',
    'All versions of the policy, newest first: whose, when and why.',
  )
    .addOption(limitOption())
    .addOption(cursorOption())
    .action(act(history));
  sub('rollback', 'put an earlier version in force', 'Put an earlier version in force again, as a new one.')
    .addArgument(version)
    .option('--note <text>', 'why; kept with the version')
    .addOption(yesOption())
    .action(act(rollBack));
  sub(
    'approve',
    'let a proposed one come into force',
    'Let a proposed policy come into force, with another key than the one that proposed it.',
  )
    .addArgument(version)
    .action(act(approve));
  sub(
    'reject',
    'turn a proposed one down',
    'Turn a proposed policy down, with another key than the one that proposed it.',
  )
    .addArgument(version)
    .action(act(reject));
  return routing;
}

async function show(session: Session, options: PlaceOptions): Promise<void> {
  const place = placeOf(session, options);
  const found = await policyIn(session, place);
  if (found === null) {
    throw new Failure(
      EXIT.notSo,
      `No policy is in force for ${place.environment}: nobody can be verified yet.`,
      {
        hint: `gatehouse switch ${place.id} <provider> --environment ${place.environment}`,
        json: { code: 'not_found' },
      },
    );
  }
  const { policy } = found;
  session.printer.tell({
    json: policy,
    quiet: [policy.provider],
    text: () =>
      [
        ...clauseLines(clausesOf(policy)),
        ...(policy.note === null ? [] : [session.paint('dim', `“${shown(policy.note)}”`)]),
      ].join('\n'),
  });
}

async function set(session: Session, options: PlaceOptions & FileOption & YesOption): Promise<void> {
  const place = placeOf(session, options);
  const after = await policyFrom(session, options);
  const before = await policyIn(session, place);
  await changePolicy(session, place, { before, after }, options);
}

async function preview(
  session: Session,
  options: PlaceOptions & FileOption & { readonly days: number },
): Promise<void> {
  const policy = await policyFrom(session, options);
  const { data } = await session.waiting(
    'trying it on the last days',
    session.admin.POST('/admin/v1/tenants/{id}/routing/preview', {
      params: at(placeOf(session, options)),
      body: { policy, days: options.days },
    }),
  );
  session.printer.tell({ json: data, quiet: [String(data.moved)], text: () => previewWords(session, data) });
  if (data.unserved.length > 0) throw new Failure(EXIT.notSo, 'Some could have been served by nobody.');
}

async function history(session: Session, options: PlaceOptions & PageOptions): Promise<void> {
  const { limit, cursor } = options;
  const { path, query } = at(placeOf(session, options));
  const { data } = await session.admin.GET('/admin/v1/tenants/{id}/routing/versions', {
    params: { path, query: { ...query, limit, ...(cursor !== undefined && { cursor }) } },
  });
  const { paint, now } = session;
  tellPage<PolicyVersion>(session, data, {
    id: ({ version }) => String(version),
    none: 'There was no policy yet.',
    columns: [
      { title: 'VERSION', cell: ({ version }) => String(version) },
      { title: 'STATE', cell: ({ state }) => paintStatus(paint, state) },
      { title: 'POLICY', cell: ({ policy }) => briefly(policy), isElastic: true },
      { title: 'MADE', cell: (version) => relative(version.at, now) },
      { title: 'NOTE', cell: ({ note }) => (note === null ? '' : shown(note)), isElastic: true },
      { title: 'BY', cell: ({ author }) => shown(author), isElastic: true },
    ],
  });
}

async function rollBack(
  session: Session,
  version: number,
  options: PlaceOptions & NoteOption & YesOption,
): Promise<void> {
  const place = placeOf(session, options);
  const before = await policyIn(session, place);
  await session.confirm(`Put version ${version} in force again for ${place.environment}?`, options);
  const { data } = await session.admin.POST('/admin/v1/tenants/{id}/routing/rollback', {
    params: { ...at(place), ...(before?.etag != null && { header: { 'If-Match': before.etag } }) },
    body: { version, ...(options.note !== undefined && { note: options.note }) },
  });
  tellWritten(session, data, place);
}

async function approve(session: Session, version: number, options: PlaceOptions): Promise<void> {
  const { path, query } = at(placeOf(session, options));
  const params = { path: { ...path, version }, query };
  tellDecided(
    session,
    (await session.admin.POST('/admin/v1/tenants/{id}/routing/versions/{version}/approve', { params })).data,
  );
}

async function reject(session: Session, version: number, options: PlaceOptions): Promise<void> {
  const { path, query } = at(placeOf(session, options));
  const params = { path: { ...path, version }, query };
  tellDecided(
    session,
    (await session.admin.POST('/admin/v1/tenants/{id}/routing/versions/{version}/reject', { params })).data,
  );
}

function tellDecided({ printer, paint, now }: Session, decided: PolicyVersion): void {
  printer.tell({
    json: decided,
    quiet: [decided.state],
    text: () =>
      printer.facts([
        ['version', String(decided.version)],
        ['state', paintStatus(paint, decided.state)],
        ['policy', briefly(decided.policy)],
        ['proposed by', shown(decided.author)],
        ['decided', moment(decided.decidedAt, now)],
      ]),
  });
}

function placeOf(session: Session, options: PlaceOptions): Place {
  return { id: session.tenant(options), environment: options.environment };
}

async function policyFrom({ surroundings }: Session, { from }: FileOption): Promise<PolicyBody> {
  // The gateway checks it, strictly.
  return (await readJsonObject(from, surroundings.stdin)) as unknown as PolicyBody;
}

/** `dentity 10 %, else sentinel`. */
function briefly({ provider, rules }: Schemas['RoutingPolicy']): string {
  if (rules.length === 0) return shown(provider);
  const share = rules.length === 1 ? rules[0]?.when.percent : null;
  const exceptions = share == null ? `${rules.length} rules` : `${share} % ${rules[0]?.provider ?? ''}`;
  return shown(`${exceptions}, else ${provider}`);
}
