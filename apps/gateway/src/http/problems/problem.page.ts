import { type PROBLEMS } from '@gatehouse/contract';

import { escapeHtml } from '../html.js';
import { type Plain } from '../plain.js';
import { type ProblemPageView } from './problem.view.js';

type Owner = (typeof PROBLEMS)[keyof typeof PROBLEMS]['owner'];

const OWNERS: Readonly<Record<Owner, string>> = {
  caller: 'The caller',
  configuration: 'An admin of the tenant',
  vendor: 'The provider',
  gatehouse: 'The operators of Gatehouse',
};

/** The page of one problem, for whoever followed its `type`. HTML for `htmlPage`. */
export function problemPageHtml({ code, status, owner, meaning, cure }: Plain<ProblemPageView>): string {
  return `<p><code>${code}</code>, HTTP status ${status}</p>
<dl>
<dt>What it means</dt><dd>${escapeHtml(meaning)}</dd>
<dt>Who acts</dt><dd>${OWNERS[owner]}</dd>
<dt>What helps</dt><dd>${escapeHtml(cure)}</dd>
</dl>
<p>Still stuck? Quote the <code>requestId</code> of the problem: our logs name it in every line about the request.</p>
<p><a href="/problems">All problems</a> · <a href="/docs">API reference</a></p>`;
}

/** The list of all problems. HTML for `htmlPage`. */
export function problemIndexHtml(problems: readonly Plain<ProblemPageView>[]): string {
  const items = problems.map(
    ({ code, status, title }) =>
      `<dt><a href="/problems/${code}"><code>${code}</code></a> ${status}</dt><dd>${escapeHtml(title)}</dd>`,
  );
  return `<p>Everything that can go wrong has a stable <code>code</code> and a page with its cause and its cure.</p>
<dl>
${items.join('\n')}
</dl>
<p><a href="/docs">API reference</a></p>`;
}
