import { type FastifyReply } from 'fastify';

import { type PlannedFault } from '../kit/faults.js';
import { facts, hiddenFields, type Markup, markup, nothing, sendPage } from '../kit/page.js';
import { isPossibleAt, SCENARIOS } from '../kit/scenarios.js';
import { type PersonSummary } from '../kit/twin.js';
import { type Addressed } from './addressed.js';
import { ACCENT, accountPath } from './overview.page.js';
import { switchFields } from './switch-form.js';

const SHOWN = 15;

/** One account: its people, bad days, clock, switches, and what went in and out. */
export function sendAccountPage(reply: FastifyReply, addressed: Addressed): FastifyReply {
  const { twin, account } = addressed;
  return sendPage(reply, 200, {
    brand: `${twin.title} twin`,
    accent: ACCENT,
    title: account.id,
    wide: true,
    body: markup`<p><a href="/control">All accounts</a> · <a href="${accountPath(twin, account)}">Reload</a></p>
${people(addressed)}${faults(addressed)}${weather(addressed)}${clock(addressed)}${switches(addressed)}
${requests(addressed)}${webhooks(addressed)}
<section><form method="post" action="${action(addressed, 'reset')}" class="row"><button class="bad">Empty this account<small>people, journal, bad days and clock; switches stay</small></button></form></section>`,
  });
}

function action({ twin, account }: Addressed, name: string): string {
  return `/control/page/${twin.name}/${encodeURIComponent(account.id)}/${name}`;
}

function people(addressed: Addressed): Markup {
  const { twin, account } = addressed;
  const known = twin.people(account.id).slice(0, SHOWN);
  return markup`<section id="people"><h2>People</h2>${
    known.length === 0 ? markup`<p>Nobody yet.</p>` : known.map((person) => personCard(addressed, person))
  }</section>`;
}

/** Who it is, how far they are, and buttons to act as this person. */
function personCard(addressed: Addressed, person: PersonSummary): Markup {
  const buttons = addressed.twin.outcomes.map(
    (outcome) => markup`<button name="outcome" value="${outcome}">${outcome}</button>`,
  );
  const { status } = person;
  const state = typeof status === 'string' ? `${person.state}, ${status}` : person.state;
  const page = person.page === null ? nothing : markup` · <a href="${person.page}">open the page</a>`;
  return markup`<div class="card"><strong>${[person.email, person.phone].filter(Boolean).join(' ')}</strong>
<br><small>${state}${page}</small><form method="post" action="${action(addressed, 'finish')}" class="row">${hiddenFields({ person: person.id })}${buttons}</form></div>`;
}

function faults(addressed: Addressed): Markup {
  const { twin, account } = addressed;
  const all = [...account.faults.list(), ...account.faults.done().toReversed()].slice(0, SHOWN);
  const possible = SCENARIOS.filter((scenario) => isPossibleAt(twin, scenario));
  const planned = all.map((fault) => faultCard(addressed, fault));
  return markup`<section id="faults"><h2>Bad days</h2>${all.length === 0 ? markup`<p>None planned.</p>` : planned}
<form method="post" action="${action(addressed, 'scenario')}" class="row">
<label>What <select name="scenario">${possible.map(({ name, means }) => markup`<option value="${name}">${name}: ${means}</option>`)}</select></label>
<label>To whom <input name="person" placeholder="everybody" autocomplete="off"></label>
<label>How often <input name="times" inputmode="numeric" pattern="[0-9]*" placeholder="as it says"></label>
<button>Plan</button></form></section>`;
}

function faultCard(addressed: Addressed, fault: PlannedFault): Markup {
  const narrowed = [fault.person, fault.path, fault.bodyContains].filter(Boolean);
  const whom = narrowed.length === 0 ? 'for everybody' : `for ${narrowed.join(', ')}`;
  const left = fault.times === null ? 'until removed' : `${fault.times} to come`;
  return markup`<div class="card"><form method="post" action="${action(addressed, 'remove-fault')}" class="row between">
<span><strong>${fault.name}</strong>${fault.name === fault.kind ? '' : ` (${fault.kind})`} ${whom}<br><small>happened ${fault.happened}×, ${left}</small></span>
${hiddenFields({ name: fault.name })}<button class="plain">remove</button></form></div>`;
}

function weather(addressed: Addressed): Markup {
  const { settings } = addressed.account.weather;
  const inputs = Object.entries(settings).map(
    ([name, value]) =>
      markup`<label>${name}<input name="${name}" value="${value}" autocomplete="off"></label>`,
  );
  const rough = Object.values(settings).some((value) => typeof value === 'number' && value > 0);
  return markup`<section id="weather"><h2>Weather</h2><details><summary>${rough ? 'Rough' : 'Calm'}</summary>
<p>How likely each misfortune is, from 0 to 1. The same seed and the same calls give the same weather.</p>
<form method="post" action="${action(addressed, 'weather')}"><div class="grid narrow">${inputs}</div>
<div class="row"><button>Set the weather</button><button class="plain" name="calm" value="calm">Calm</button></div></form></details></section>`;
}

function clock(addressed: Addressed): Markup {
  const { clock: own } = addressed.account;
  const now = own.now().toISOString();
  const button = (change: string, label: string): Markup =>
    markup`<button name="change" value="${change}" class="plain">${label}</button>`;
  return markup`<section id="clock"><h2>Clock</h2>${facts([
    ['Its time', now],
    ['Ahead by', `${Math.round(own.offsetMs / 1000)} s${own.isFrozen ? ', standing still' : ''}`],
  ])}<form method="post" action="${action(addressed, 'clock')}" class="row">
${button('60', '+1 minute')}${button('3600', '+1 hour')}${button('86400', '+1 day')}
${own.isFrozen ? button('run', 'let it run') : button('freeze', 'stop it')}${button('reset', 'back to now')}</form>
<form method="post" action="${action(addressed, 'clock')}" class="row"><label>To (UTC) <input type="datetime-local" name="now" value="${now.slice(0, 16)}"></label><button name="change" value="to">Go there</button></form></section>`;
}

function switches(addressed: Addressed): Markup {
  const { fields, changed } = switchFields(addressed);
  return markup`<section id="switches"><h2>Switches</h2><details><summary>${
    changed === 0 ? 'All as they are by default' : `${changed} changed`
  }</summary><form method="post" action="${action(addressed, 'switches')}"><div class="grid">${fields}</div>
<div class="row"><button>Save the switches</button></div></form></details></section>`;
}

function requests({ account }: Addressed): Markup {
  const latest = account.journal.requests().slice(-SHOWN).reverse();
  if (latest.length === 0) return markup`<section id="requests"><h2>Requests</h2><p>None yet.</p></section>`;
  const rows = latest.map(
    (entry) =>
      markup`<tr><td>${clockTime(entry.at)}</td><td>${entry.method} ${entry.path}</td><td>${entry.responseStatus ?? 'no answer'}</td><td>${entry.fault}</td></tr>`,
  );
  return markup`<section id="requests"><h2>Requests</h2><div class="scroll"><table><tr><th>At</th><th>What</th><th>Answer</th><th>Bad day</th></tr>${rows}</table></div></section>`;
}

function webhooks({ twin, account }: Addressed): Markup {
  if (!twin.sendsWebhooks) return nothing;
  const latest = account.journal.webhooks().slice(-SHOWN).reverse();
  if (latest.length === 0) return markup`<section id="webhooks"><h2>Webhooks</h2><p>None yet.</p></section>`;
  const rows = latest.map(
    (entry) =>
      markup`<tr><td>${clockTime(entry.at)}</td><td>${entry.method} ${entry.url}</td><td>${entry.state} ${entry.responseStatus}${entry.attempt > 1 ? `, try ${entry.attempt}` : ''}</td><td>${entry.fault}</td></tr>`,
  );
  return markup`<section id="webhooks"><h2>Webhooks</h2><div class="scroll"><table><tr><th>At</th><th>Where to</th><th>Became</th><th>Bad day</th></tr>${rows}</table></div></section>`;
}

function clockTime(at: string): string {
  return at.slice(11, 19);
}
