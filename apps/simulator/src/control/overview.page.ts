import { type FastifyReply } from 'fastify';

import { type Markup, markup, nothing, sendPage } from '../kit/page.js';
import { type Twin } from '../kit/twin.js';
import { type TwinAccount } from '../kit/twin-account.js';

const SHOWN_PER_TWIN = 100;
export const ACCENT = '#243447';

/** All accounts, with the way to each one's own page. */
export function sendOverview(reply: FastifyReply, twins: readonly Twin[]): FastifyReply {
  return sendPage(reply, 200, {
    brand: 'Gatehouse simulator',
    accent: ACCENT,
    title: 'Control',
    wide: true,
    body: markup`<p><a href="/">Front page</a> · <a href="/control">Reload</a></p>
${twins.map(accountsOf)}
<form method="post" action="/control/page/reset" class="row"><button class="bad">Reset everything<small>back to the starting accounts</small></button></form>`,
  });
}

export function accountPath(twin: Twin, account: TwinAccount): string {
  return `/control/${twin.name}/${encodeURIComponent(account.id)}`;
}

function accountsOf(twin: Twin): Markup {
  const accounts = twin.accounts();
  if (accounts.length === 0) return markup`<h2>${twin.title}</h2><p>No account yet.</p>`;
  const newest = accounts.slice(-SHOWN_PER_TWIN);
  const left =
    newest.length < accounts.length
      ? markup`<p class="note">The newest ${newest.length} of ${accounts.length}.</p>`
      : nothing;
  return markup`<h2>${twin.title}</h2>${newest.map((account) => card(twin, account))}${left}`;
}

function card(twin: Twin, account: TwinAccount): Markup {
  const { journal, faults, clock } = account;
  const hours = Math.round(clock.offsetMs / 3_600_000);
  const told = [
    counted(twin.people(account.id).length, 'person', 'people'),
    counted(journal.requests().length, 'request', 'requests'),
    counted(faults.list().length, 'bad day planned', 'bad days planned'),
    ...(hours === 0 ? [] : [`clock ${hours} h ahead`]),
  ];
  return markup`<div class="card"><a href="${accountPath(twin, account)}">${account.id}</a><br><small>${told.join(' · ')}</small></div>`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
