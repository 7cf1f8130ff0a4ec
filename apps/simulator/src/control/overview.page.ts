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
  return markup`<h2>${twin.title}</h2><div class="scroll"><table>
<tr><th>Account</th><th>People</th><th>Requests</th><th>Bad days planned</th><th>Clock</th></tr>
${accounts.slice(-SHOWN_PER_TWIN).map((account) => row(twin, account))}</table></div>
${accounts.length > SHOWN_PER_TWIN ? markup`<p class="note">The newest ${SHOWN_PER_TWIN} of ${accounts.length}.</p>` : nothing}`;
}

function row(twin: Twin, account: TwinAccount): Markup {
  const { journal, faults, clock } = account;
  const hours = Math.round(clock.offsetMs / 3_600_000);
  return markup`<tr><td><a href="${accountPath(twin, account)}">${account.id}</a></td>
<td>${twin.people(account.id).length}</td><td>${journal.requests().length}</td>
<td>${faults.list().length}</td><td>${hours === 0 ? 'now' : `${hours} h`}</td></tr>`;
}
