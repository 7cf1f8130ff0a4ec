import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';

import { digits } from '../kit/contacts.js';
import { acceptForms } from '../kit/forms.js';
import { image } from '../kit/images.js';
import { choices, facts, hiddenFields, type Markup, markup, nothing, sendPage, steps } from '../kit/page.js';
import { returnAddress, SARDINE_OUTCOMES, type SardineJourney } from './sardine.journey.js';
import { type SardineScope } from './sardine.settings.js';
import { type Entity, type SardineAccount, type Widget } from './sardine.state.js';
import { SARDINE_IMAGES } from './sardine.views.js';

export interface SardinePages {
  readonly findWidget: (token: string) => { account: SardineAccount; widget: Widget } | undefined;
  readonly findCustomer: (customerId: string) => { account: SardineAccount; entity: Entity } | undefined;
  readonly journey: SardineJourney;
}

const widgetQuery = z.object({ client_token: z.string(), consent_id: z.string() });
const codeForm = z.object({ client_token: z.string(), code: z.string() });
const finishForm = z.object({
  client_token: z.string(),
  outcome: z.enum(SARDINE_OUTCOMES),
  email: z.email().optional(),
});

const imageParams = z.object({ customerId: z.string(), file: z.string() });

const SCOPE_NAMES: Readonly<Record<SardineScope, string>> = {
  profile: 'Profile (name, birth date, address, e-mail, phone)',
  doc_kyc: 'Document and liveness',
  liveness: 'Liveness',
  ssn: 'Social security number',
};

/** The hosted widget: phone code, then consent and checks (providers/sardine.md 1, 8, 12). */
export function registerSardinePages(app: FastifyInstance, pages: SardinePages): void {
  const { findWidget, findCustomer, journey } = pages;
  acceptForms(app);

  app.get('/sardine/widget/', (request, reply) => {
    const query = widgetQuery.safeParse(request.query);
    const found = findWidget(query.data?.client_token ?? '');
    if (found?.widget.consentId !== query.data?.consent_id || found === undefined) return notValid(reply);
    const { account, widget } = found;
    if (account.isExpired(widget)) return ended(reply, 410, 'This link has expired', 'Ask for a new one.');
    const reload = cookieOf(request) === widget.browser;
    if (widget.state !== 'open' || (widget.opened && !reload && account.switches.widgetUsed === 'on-open')) {
      return ended(reply, 410, 'This link was used', 'It works once. Ask for a new one.');
    }
    widget.opened = true;
    reply.header(
      'set-cookie',
      `sardine_widget=${widget.browser}; Path=/sardine/widget; HttpOnly; SameSite=Lax`,
    );
    return widget.phoneConfirmed
      ? consentPage(reply, account, widget, null)
      : codePage(reply, account, widget, null);
  });

  app.post('/sardine/widget/code', (request, reply) => {
    const form = codeForm.safeParse(request.body);
    const open = openWidget(findWidget, form.data?.client_token);
    if (open === undefined || form.data === undefined) return notValid(reply);
    const { account, widget } = open;
    if (form.data.code.trim() !== oneTimeCode(widget)) {
      return codePage(reply, account, widget, 'That is not the code.');
    }
    widget.phoneConfirmed = true;
    if (hasNothingToShare(account, widget) && account.switches.unshareable === 'manual') {
      journey.finish(account, widget, { outcome: 'manual-review' });
      return afterwards(reply, account, widget);
    }
    return consentPage(reply, account, widget, null);
  });

  app.post('/sardine/widget/finish', (request, reply) => {
    const token = z.object({ client_token: z.string() }).safeParse(request.body);
    const open = openWidget(findWidget, token.data?.client_token);
    if (open === undefined) return notValid(reply);
    const { account, widget } = open;
    if (!widget.phoneConfirmed) return codePage(reply, account, widget, 'Confirm your phone first.');
    const form = finishForm.safeParse(request.body);
    if (!form.success) return consentPage(reply, account, widget, 'Please check the e-mail address.');
    const { outcome, email } = form.data;
    const done = journey.finish(account, widget, { outcome, ...(email === undefined ? {} : { email }) });
    if (!done) return consentPage(reply, account, widget, 'There is no identity of yours to share.');
    return afterwards(reply, account, widget);
  });

  // Only for the switch `imageEncoding: url`; no such address is documented.
  app.get('/sardine/images/:customerId/:file', (request, reply) => {
    const { customerId, file } = imageParams.parse(request.params);
    const found = findCustomer(customerId);
    const side = SARDINE_IMAGES.find((name) => file === `${name}.jpg`);
    if (found === undefined || side === undefined) return reply.code(404).type('text/plain').send('');
    return reply.type('image/jpeg').send(image(side, found.account.switches.imageBytes));
  });
}

/** The code of test phones is their last six digits (providers/sardine.md 9). */
function oneTimeCode(widget: Widget): string {
  return digits(widget.entity.phoneNumber).slice(-6);
}

function openWidget(
  findWidget: SardinePages['findWidget'],
  token: string | undefined,
): { account: SardineAccount; widget: Widget } | undefined {
  const found = findWidget(token ?? '');
  return found?.widget.state === 'open' && !found.account.isExpired(found.widget) ? found : undefined;
}

function afterwards(reply: FastifyReply, account: SardineAccount, widget: Widget): FastifyReply {
  const address = returnAddress(account, widget);
  switch (widget.state) {
    case 'completed': {
      if (address !== null && widget.autoRedirect) return reply.redirect(address, 303);
      const next =
        address === null
          ? markup`<p>You can close this page.</p>`
          : markup`<p><a href="${address}">Continue to ${account.clientName}</a></p>`;
      return page(reply, 200, 'Verified', [markup`<p>Your identity was confirmed.</p>`, next]);
    }
    case 'manual-review':
      if (address !== null) return reply.redirect(address, 303);
      return ended(reply, 200, 'We need to look at this', 'Somebody will check your documents.');
    case 'declined':
      return ended(reply, 200, 'Consent declined', 'Nothing was shared. You can close this page.');
    case 'abandoned':
    case 'open':
      return ended(reply, 200, 'You left', 'Nothing was shared.');
  }
}

function codePage(
  reply: FastifyReply,
  account: SardineAccount,
  widget: Widget,
  problem: string | null,
): FastifyReply {
  return page(reply, problem === null ? 200 : 400, 'Confirm your phone', [
    warning(problem),
    steps(['Phone', 'Consent', 'Checks']),
    facts([
      ['For', widget.entity.phoneNumber],
      ['Asked by', account.clientName],
    ]),
    markup`<form method="post" action="/sardine/widget/code">${hiddenFields({ client_token: widget.token })}
<label for="code">Code from the text message</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="6" required>
<p class="note">No message is sent: the code is the last six digits of the phone, <strong>${oneTimeCode(widget)}</strong>.</p>
<div class="choices"><button class="good">Continue</button></div></form>`,
  ]);
}

function consentPage(
  reply: FastifyReply,
  account: SardineAccount,
  widget: Widget,
  problem: string | null,
): FastifyReply {
  const partner = widget.flow === 'kyc_sharing' ? account.partnerOf(widget.entity) : null;
  const nothingToShare = hasNothingToShare(account, widget);
  const success = {
    outcome: 'complete',
    label: partner === null ? 'Agree and complete' : `Agree to share from ${partner.clientName}`,
    hint: 'all checks pass, data can be read',
    tone: 'good',
  } as const;
  return page(reply, problem === null ? 200 : 400, `${account.clientName} asks who you are`, [
    warning(problem),
    nothingToShare ? warning('No partner has verified you yet: there is nothing to share.') : nothing,
    steps(['Phone', 'Consent', 'Checks']),
    facts([
      ['For', widget.entity.phoneNumber],
      ['Shares', widget.scopes.map((scope) => SCOPE_NAMES[scope]).join('; ')],
    ]),
    markup`<form method="post" action="/sardine/widget/finish">${hiddenFields({ client_token: widget.token })}
<label for="email">E-mail</label><input id="email" name="email" type="email" value="${widget.entity.email}" required>
<p class="note">Add <code>+low-risk</code>, <code>+medium-risk</code> or <code>+high-risk</code> before the @ to choose the risk level.</p>
${choices([
  ...(nothingToShare ? [] : [success]),
  {
    outcome: 'manual-review',
    label: 'Manual review',
    hint: 'automation fails: goes to manualKycUrl',
    tone: 'mixed',
  },
  { outcome: 'decline', label: 'Decline consent', hint: 'nothing is shared', tone: 'bad' },
  { outcome: 'abandon', label: 'Leave', hint: 'closes without an answer', tone: 'plain' },
])}</form>`,
  ]);
}

function hasNothingToShare(account: SardineAccount, widget: Widget): boolean {
  return widget.flow === 'kyc_sharing' && account.partnerOf(widget.entity) === null;
}

function warning(problem: string | null): Markup {
  return problem === null ? nothing : markup`<p class="note warn">${problem}</p>`;
}

function cookieOf(request: FastifyRequest): string | undefined {
  return /(?:^|; )sardine_widget=([0-9a-f]+)/.exec(request.headers.cookie ?? '')?.[1];
}

function notValid(reply: FastifyReply): FastifyReply {
  return ended(reply, 404, 'This link is not valid', 'It may have been used already. Ask for a new one.');
}

function ended(reply: FastifyReply, status: number, title: string, text: string): FastifyReply {
  return page(reply, status, title, [markup`<p>${text}</p>`]);
}

function page(reply: FastifyReply, status: number, title: string, body: readonly Markup[]): FastifyReply {
  return sendPage(reply, status, { brand: 'Sardine twin', accent: '#0b6e6e', title, body: markup`${body}` });
}
