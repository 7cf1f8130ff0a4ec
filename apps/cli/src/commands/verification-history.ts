import { type Schemas } from '@gatehouse/sdk';

import { type Session } from '../session.js';
import { moment } from '../terminal/moments.js';
import { paintStatus, shown } from '../terminal/paint.js';
import { tellPage } from './page.js';

type Event = Schemas['Event'];
type Explanation = Schemas['Explanation'];

export function tellEvents(session: Session, page: Schemas['EventPage']): void {
  const { paint } = session;
  tellPage<Event>(session, page, {
    id: ({ id }) => id,
    none: 'Nothing happened yet.',
    columns: [
      { title: 'AT', cell: (event) => new Date(event.at).toISOString().slice(0, 19).replace('T', ' ') },
      { title: 'V', cell: ({ version }) => (version === null ? '' : String(version)) },
      { title: 'WHAT', cell: ({ type }) => shown(type.replace(/^verification\./, '')) },
      { title: 'BY', cell: ({ actor }) => shown(actor), isElastic: true },
      { title: 'DETAILS', cell: ({ data }) => detailsOf(data, paint), isElastic: true },
    ],
  });
}

/** Members that say why; the others are for --json. */
const TELLING = ['provider', 'reason', 'why', 'rawStatus'] as const;

/** `processing → verified, by read`. */
function detailsOf(data: Readonly<Record<string, unknown>>, paint: Session['paint']): string {
  const { from, to, reasonCodes, source } = data;
  const isMove = typeof from === 'string' && from !== to;
  return [
    ...(typeof to === 'string' ? [`${isMove ? `${shown(from)} → ` : ''}${paintStatus(paint, to)}`] : []),
    ...(Array.isArray(reasonCodes) ? reasonCodes.map((code) => shown(String(code))) : []),
    ...(typeof source === 'string' ? [`by ${shown(source)}`] : []),
    ...TELLING.flatMap((name) => (typeof data[name] === 'string' ? [`${name} ${shown(data[name])}`] : [])),
  ].join(', ');
}

const REASONS: Readonly<Record<string, string>> = {
  default: 'the policy sends everybody there whom no rule is about',
  rule: 'a rule of the policy matched',
  fallback: 'whom the policy would rather have asked could not be',
  caller_choice: 'the caller named it',
  import: 'an import adopted it from there',
};

export function tellExplanation({ printer, paint, now }: Session, explanation: Explanation): void {
  const { verificationId, status, reasonCodes, version, provider, routing } = explanation;
  const { policyVersion, reason, rule, skipped, attempts } = routing;
  printer.tell({
    json: explanation,
    quiet: [status],
    text: () =>
      [
        printer.facts([
          ['verification', verificationId],
          [
            'status',
            [paintStatus(paint, status), ...reasonCodes.map((code) => paint('dim', code))].join('  '),
          ],
          ['version', String(version)],
          ['provider', shown(provider)],
          ['because', REASONS[reason] ?? shown(reason)],
          ['policy', policyVersion === null ? null : `version ${policyVersion}`],
          ['rule', rule === null ? null : `number ${rule + 1}`],
        ]),
        ...skipped.map(
          (one) =>
            `${paint('yellow', 'passed over')}  ${shown(one.provider)}: ${shown(one.why.replaceAll('_', ' '))}`,
        ),
        ...attempts.map(
          (one) =>
            `${paint('red', 'failed')}  ${shown(one.provider)}: ${shown(one.fault)}, ${moment(one.at, now) ?? ''}`,
        ),
      ].join('\n'),
  });
}
