import { type Schemas } from '@gatehouse/sdk';

import { type Session } from '../session.js';
import { paintStatus, shown } from '../terminal/paint.js';
import { tellPage } from './page.js';

type Event = Schemas['Event'];
type Explanation = Schemas['Explanation'];
type Link = Schemas['ExplanationLink'];

export function tellEvents(session: Session, page: Schemas['EventPage']): void {
  const { paint } = session;
  tellPage<Event>(session, page, {
    id: ({ id }) => id,
    none: 'Nothing happened yet.',
    columns: [
      { title: 'AT', cell: (event) => timestamp(event.at) },
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

/** The sentences are the gateway’s own; the chain below them is what they are made of. */
export function tellExplanation({ printer, paint }: Session, explanation: Explanation): void {
  const { chain, isComplete, status, summary } = explanation;
  printer.tell({
    json: explanation,
    quiet: [status],
    text: () =>
      [
        ...summary.map((sentence) => `• ${shown(sentence)}`),
        '',
        ...(isComplete ? [] : [paint('dim', 'Older signals are left out.')]),
        printer.table<Link>(chain, [
          { title: '', cell: ({ isDecisive }) => (isDecisive ? paint('bold', '→') : ' ') },
          { title: 'AT', cell: ({ at }) => timestamp(at) },
          { title: 'SIGNAL', cell: ({ what }) => shown(what.replaceAll('_', ' ')) },
          { title: 'OUTCOME', cell: (link) => outcomeOf(link, paint), isElastic: true },
          {
            title: 'STATUS',
            cell: ({ statusAfter }) => (statusAfter === null ? '' : paintStatus(paint, statusAfter)),
          },
          { title: 'BY', cell: ({ actor }) => shown(actor), isElastic: true },
        ]),
      ].join('\n'),
  });
}

function outcomeOf({ outcome, reason, fault, contradicts }: Link, paint: Session['paint']): string {
  const words = shown(
    [outcome, reason, fault]
      .filter((word) => word !== null)
      .join(': ')
      .replaceAll('_', ' '),
  );
  const painted = outcome === 'failed' || outcome === 'contradicted' ? paint('red', words) : words;
  return contradicts === null ? painted : `${painted}, against ${shown(contradicts)}`;
}

function timestamp(at: string): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}
