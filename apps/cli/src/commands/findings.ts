import { type Session } from '../session.js';
import { shown } from '../terminal/paint.js';

interface Findings {
  readonly ok: boolean;
  readonly findings: readonly { readonly ok: boolean; readonly what: string; readonly detail: string }[];
}

/** Tells what was tried and what came of it, a line each. */
export function tellFindings({ printer, paint }: Session, result: Findings): void {
  printer.tell({
    json: result,
    quiet: [result.ok ? 'ok' : 'failed'],
    text: () =>
      printer.table(result.findings, [
        { title: '', cell: ({ ok }) => (ok ? paint('green', '✓') : paint('red', '✗')) },
        { title: '', cell: ({ what }) => shown(what) },
        { title: '', cell: ({ detail }) => shown(detail) },
      ]),
  });
}
