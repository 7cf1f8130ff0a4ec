import { type FastifyReply } from 'fastify';

import { MAGIC_PEOPLE } from './kit/magic.js';
import { type Markup, markup, sendPage } from './kit/page.js';
import { type Twin } from './kit/twin.js';

const SHOWN_PER_TWIN = 20;

/** The front page: which twins there are, who is waiting in them, and how to ask for a magic person. */
export function sendIndex(
  reply: FastifyReply,
  twins: readonly Twin[],
  baseUrl: (twin: Twin) => string,
): FastifyReply {
  return sendPage(reply, 200, {
    brand: 'Gatehouse simulator',
    accent: '#243447',
    title: 'Stand-ins for three identity vendors',
    wide: true,
    body: markup`<div class="scroll"><table><tr><th>Vendor</th><th>baseUrl of a connection</th><th>Accounts</th></tr>
${twins.map(
  (twin) =>
    markup`<tr><td>${twin.title}</td><td><code>${baseUrl(twin)}</code></td><td>${twin.accounts().length}</td></tr>`,
)}</table></div>
<p><a href="/control">Control page: accounts, bad days, clock, switches</a> · <a href="/dentity/outbox">Text messages that Dentity sent</a> · <a href="/control/accounts">Accounts as JSON</a></p>
${twins.map(peopleOf)}
<h2>Magic people</h2>
<p>Write the word as a tag in the e-mail (<code>ana+approve@mail.test</code>), or end the phone with the three digits.
They finish by themselves; everybody else needs a human on the page. The e-mail decides before the phone.</p>
<div class="scroll"><table><tr><th>Tag</th><th>Phone</th><th>Sentinel</th><th>Sardine (phone only)</th><th>Dentity</th></tr>
${MAGIC_PEOPLE.map(
  (person) =>
    markup`<tr><td><code>+${person.word}</code></td><td>…${person.digits}</td><td>${person.sentinel}</td><td>${person.sardine}</td><td>${person.dentity}</td></tr>`,
)}</table></div>`,
  });
}

function peopleOf(twin: Twin): Markup {
  const people = twin.accounts().flatMap((account) => twin.people(account.id));
  if (people.length === 0) return markup`<h2>${twin.title}</h2><p>Nobody yet.</p>`;
  const newest = people
    .toSorted((one, other) => other.createdAt.localeCompare(one.createdAt))
    .slice(0, SHOWN_PER_TWIN);
  return markup`<h2>${twin.title}</h2><div class="scroll"><table><tr><th>Who</th><th>State</th><th>Page</th></tr>
${newest.map(
  (person) =>
    markup`<tr><td>${person.email} ${person.phone}</td><td>${person.state}</td><td>${
      person.page === null ? '' : markup`<a href="${person.page}">open</a>`
    }</td></tr>`,
)}</table></div>`;
}
