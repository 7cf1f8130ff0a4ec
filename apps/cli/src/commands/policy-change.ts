import { GatehouseProblem, type Schemas } from '@gatehouse/sdk';

import { clauseLines, clausesOf, difference } from '../routing/policy-lines.js';
import { type PolicyBody } from '../routing/switched-policy.js';
import { type Session } from '../session.js';
import { moment } from '../terminal/moments.js';
import { shown } from '../terminal/paint.js';
import { counted } from './figures.js';
import { type Environment, type YesOption } from './options.js';

type Preview = Schemas['RoutingPreview'];
type PolicyVersion = Schemas['PolicyVersion'];

/** A tenant's policy has a place of its own in each environment. */
export interface Place {
  readonly id: string;
  readonly environment: Environment;
}

export interface PolicyInForce {
  readonly policy: Schemas['RoutingPolicy'];
  /** Of the newest version that was accepted. */
  readonly etag: string | null;
}

/** The parameters of every call about a place. */
export function at({ id, environment }: Place): {
  path: { id: string };
  query: { environment: Environment };
} {
  return { path: { id }, query: { environment } };
}

/** The policy in force; null before the first one. */
export async function policyIn({ admin }: Session, place: Place): Promise<PolicyInForce | null> {
  try {
    const { data, response } = await admin.GET('/admin/v1/tenants/{id}/routing', { params: at(place) });
    return { policy: data, etag: response.headers.get('etag') };
  } catch (error) {
    if (error instanceof GatehouseProblem && error.code === 'not_found') return null;
    throw error;
  }
}

/** Shows what would change and whom it would have moved, asks, and puts the policy in force if nobody else changed it meanwhile. */
export async function changePolicy(
  session: Session,
  place: Place,
  { before, after }: { readonly before: PolicyInForce | null; readonly after: PolicyBody },
  options: YesOption,
): Promise<void> {
  const { admin, printer } = session;
  const { data: preview } = await session.waiting(
    'trying it on the last days',
    admin.POST('/admin/v1/tenants/{id}/routing/preview', { params: at(place), body: { policy: after } }),
  );
  printer.remark(() =>
    [differenceWords(session, before?.policy ?? null, after), '', previewWords(session, preview), ''].join(
      '\n',
    ),
  );
  await session.confirm(`Put this in force for ${place.environment}?`, options);
  const { data } = await session.waiting(
    'putting it in force',
    admin.PUT('/admin/v1/tenants/{id}/routing', {
      params: { ...at(place), ...(before?.etag != null && { header: { 'If-Match': before.etag } }) },
      body: after,
    }),
  );
  tellWritten(session, data, place);
}

/** What a write of the policy answered: it is accepted, or waits for somebody else. */
export function tellWritten(
  { printer, paint, now }: Session,
  written: Schemas['RoutingPolicy'] | PolicyVersion,
  { id, environment }: Place,
): void {
  printer.tell({
    json: written,
    quiet: ['object' in written ? written.state : 'accepted'],
    text: () => {
      if (!('object' in written))
        return `${paint('green', '✓')} New verifications go by the new policy within a second.`;
      const { version, proposedUntil } = written;
      return [
        `${paint('yellow', 'Proposed')} as version ${version}: this tenant wants another admin’s key to approve it`,
        `by ${moment(proposedUntil, now) ?? 'then'}:`,
        `  gatehouse routing approve ${version} --tenant ${id} --environment ${environment}`,
      ].join('\n');
    },
  });
}

function differenceWords({ printer }: Session, before: PolicyBody | null, after: PolicyBody): string {
  const paint = printer.paintError;
  const changes = difference(before === null ? [] : clausesOf(before), clausesOf(after));
  const lines = clauseLines(changes.map(({ clause }) => clause));
  return changes
    .map(({ kind }, index) => {
      const line = lines[index] ?? '';
      if (kind === 'kept') return `  ${line}`;
      return kind === 'removed' ? paint('red', `- ${line}`) : paint('green', `+ ${line}`);
    })
    .join('\n');
}

export function previewWords({ printer, paint }: Session, preview: Preview): string {
  const { examined, isComplete, days, moved, moves, unserved, unreadable } = preview;
  if (examined === 0) return `Nobody was verified in the last ${days} days to try it on.`;
  const looked = `${isComplete ? '' : 'the newest '}${counted(examined, 'verification', 'verifications')}`;
  const lines = [
    `Of ${looked} of the last ${days} days, ${moved === 0 ? 'none' : String(moved)} would have gone elsewhere.`,
    ...moves.map(({ from, to, verifications }) => `  ${verifications}  ${shown(from)} → ${shown(to)}`),
    ...unserved.map(({ verifications, detail }) =>
      paint('red', `  ${verifications}  by nobody: ${shown(detail)}`),
    ),
    ...(unreadable === 0 ? [] : [printer.paint('dim', `  ${unreadable} are erased, so that nobody knows`)]),
  ];
  return lines.join('\n');
}
