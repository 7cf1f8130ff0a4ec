import { type FastifyInstance, type FastifyReply } from 'fastify';
import { z } from 'zod';

import { isSafeReturnAddress, withParameters } from '../kit/addresses.js';
import { acceptForms } from '../kit/forms.js';
import { choices, facts, hiddenFields, type Markup, markup, nothing, sendPage, steps } from '../kit/page.js';
import { SENTINEL_OUTCOMES, type SentinelJourney } from './sentinel.journey.js';
import { SENTINEL_DOCUMENTS, type SentinelDocument } from './sentinel.settings.js';
import {
  type PortalSession,
  SENTINEL_REASONS,
  type SentinelAccount,
  type SentinelReason,
} from './sentinel.state.js';

export interface SentinelPages {
  readonly findSession: (token: string) => { account: SentinelAccount; session: PortalSession } | undefined;
  readonly journey: SentinelJourney;
}

const portalQuery = z.object({ data: z.string().default(''), redirectUrl: z.string().optional() });

const portalForm = z.object({
  data: z.string(),
  redirectUrl: z.string().optional(),
  outcome: z.enum(SENTINEL_OUTCOMES),
  reason: z.enum(SENTINEL_REASONS).default('other'),
  document: z.enum(SENTINEL_DOCUMENTS).optional(),
  email: z.union([z.literal(''), z.email()]).optional(),
  phone: z.string().optional(),
});

const DOCUMENT_NAMES: Readonly<Record<SentinelDocument, string>> = {
  passport: 'Passport',
  emiratesId: 'Emirates ID',
  egyptNationalId: 'Egyptian national ID',
};

/** What a returning person in Draft is told (providers/sentinel.md 6.2). */
const TO_FIX: Readonly<Record<SentinelReason, string>> = {
  liveness_failed:
    'We could not see that you were there in person. Take the live picture again in good light.',
  face_mismatch: 'Your selfie did not look like the picture in the document.',
  document_unreadable: 'The picture of your document was not clear enough.',
  document_expired: 'Your document has expired. Use a valid one.',
  other: 'Something needs to be done again.',
};

/** The hosted portal: GET shows the journey, POST ends it (providers/sentinel.md 8). */
export function registerSentinelPages(app: FastifyInstance, { findSession, journey }: SentinelPages): void {
  acceptForms(app);

  app.get('/sentinel/portal', (request, reply) => {
    const query = portalQuery.safeParse(request.query);
    const found = findSession(query.data?.data ?? '');
    if (found === undefined) return closed(reply, 404, 'This link is not valid', 'Ask for a new one.');
    return showJourney(reply, found.account, found.session, query.data?.redirectUrl, null);
  });

  app.post('/sentinel/portal', (request, reply) => {
    const form = portalForm.safeParse(request.body);
    const token = z.object({ data: z.string(), redirectUrl: z.string().optional() }).safeParse(request.body);
    const found = findSession(token.data?.data ?? '');
    if (found === undefined) return closed(reply, 404, 'This link is not valid', 'Ask for a new one.');
    const { account, session } = found;
    if (!isOpen(account, session)) return showJourney(reply, account, session, undefined, null);
    if (!form.success) {
      return showJourney(reply, account, session, token.data?.redirectUrl, 'Please check what you entered.');
    }
    const { outcome, reason, document, redirectUrl } = form.data;
    const editable = account.switches.editableIdentifiers;
    const customer = journey.finish(account, session, {
      outcome,
      ...(outcome === 'reject' || outcome === 'draft' ? { reason } : {}),
      ...(document === undefined ? {} : { document }),
      ...(editable && form.data.email ? { email: form.data.email } : {}),
      ...(editable && form.data.phone ? { phone: form.data.phone } : {}),
    });
    const returns =
      redirectUrl !== undefined && isSafeReturnAddress(redirectUrl) && redirectsAfter(account, outcome);
    if (returns) return reply.redirect(withParameters(redirectUrl, account.switches.redirectParameters), 303);
    if (customer === null) {
      return closed(reply, 200, 'You left', 'Nothing was sent. The link still works until it expires.');
    }
    return closed(reply, 200, 'Thank you', 'Your documents were received. You can close this page.');
  });
}

function redirectsAfter(account: SentinelAccount, outcome: (typeof SENTINEL_OUTCOMES)[number]): boolean {
  switch (account.switches.redirectOn) {
    case 'accepted':
      return outcome === 'approve' || outcome === 'pending';
    case 'finished':
      return outcome !== 'walk-away';
    case 'always':
      return true;
    case 'never':
      return false;
  }
}

/** A link is open until it is used, and again while its customer is in Draft. */
function isOpen(account: SentinelAccount, session: PortalSession): boolean {
  if (account.isExpired(session)) return false;
  return session.state !== 'finished' || account.customer(session.customerUuid)?.status === 'draft';
}

function showJourney(
  reply: FastifyReply,
  account: SentinelAccount,
  session: PortalSession,
  redirectUrl: string | undefined,
  problem: string | null,
): FastifyReply {
  if (account.isExpired(session)) return closed(reply, 410, 'This link has expired', 'Ask for a new one.');
  if (!isOpen(account, session)) return closed(reply, 200, 'Already done', 'This verification was finished.');
  const customer = account.customer(session.customerUuid) ?? account.lookUp(session.email, session.phone);
  const toFix = customer?.status === 'draft' ? TO_FIX[customer.draftReason ?? 'other'] : null;
  const unusable = redirectUrl !== undefined && !isSafeReturnAddress(redirectUrl);
  return page(reply, problem === null ? 200 : 400, `${account.name} asks who you are`, [
    problem === null ? nothing : markup`<p class="note warn">${problem}</p>`,
    toFix === null ? nothing : markup`<p class="note"><strong>Please try again.</strong> ${toFix}</p>`,
    unusable
      ? markup`<p class="note warn">redirectUrl is not an absolute https address and is ignored.</p>`
      : nothing,
    steps(['Liveness', 'Document', 'Review']),
    facts([
      ['For', session.email ?? session.phone],
      ['Phone', session.phone],
    ]),
    journeyForm(account, session, redirectUrl),
  ]);
}

function journeyForm(
  account: SentinelAccount,
  session: PortalSession,
  redirectUrl: string | undefined,
): Markup {
  const shown = session.documents.filter(
    (name) => name !== 'egyptNationalId' || account.switches.portalShowsEgyptNationalId,
  );
  const hidden = hiddenFields({ data: session.token, ...(redirectUrl === undefined ? {} : { redirectUrl }) });
  const leave = { outcome: 'walk-away', label: 'Leave', hint: 'nothing is sent', tone: 'plain' } as const;
  if (shown.length === 0) {
    return markup`<form method="post" action="/sentinel/portal">${hidden}
<p class="note warn">None of the documents asked for can be uploaded here yet.</p>${choices([leave])}</form>`;
  }
  const identifiers = account.switches.editableIdentifiers
    ? markup`<label for="email">E-mail</label><input id="email" name="email" type="email" value="${session.email}">
<label for="phone">Phone</label><input id="phone" name="phone" type="tel" value="${session.phone}">`
    : nothing;
  return markup`<form method="post" action="/sentinel/portal">${hidden}${identifiers}
<label for="document">Document</label><select id="document" name="document">${shown.map(
    (name) => markup`<option value="${name}">${DOCUMENT_NAMES[name]}</option>`,
  )}</select>
<label for="reason">If it fails, because of</label><select id="reason" name="reason">
<option value="face_mismatch">selfie does not match</option><option value="liveness_failed">liveness</option>
<option value="document_unreadable">document not readable</option><option value="document_expired">document expired</option>
<option value="other">something else</option></select>
${choices([
  { outcome: 'approve', label: 'Approve', hint: 'everything passes: Accepted', tone: 'good' },
  { outcome: 'reject', label: 'Reject', hint: 'checks fail: Rejected', tone: 'bad' },
  { outcome: 'conflict', label: 'Conflict', hint: 'data disagree, an admin must decide', tone: 'mixed' },
  { outcome: 'duplicate', label: 'Duplicate', hint: 'already on file, an admin must decide', tone: 'mixed' },
  { outcome: 'draft', label: 'Send back', hint: 'to be done again: Draft', tone: 'mixed' },
  leave,
])}</form>`;
}

function closed(reply: FastifyReply, status: number, title: string, text: string): FastifyReply {
  return page(reply, status, title, [markup`<p>${text}</p>`]);
}

function page(reply: FastifyReply, status: number, title: string, body: readonly Markup[]): FastifyReply {
  return sendPage(reply, status, { brand: 'Sentinel twin', accent: '#1f4e79', title, body: markup`${body}` });
}
