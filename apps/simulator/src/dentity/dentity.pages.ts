import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';

import { acceptForms } from '../kit/forms.js';
import { image } from '../kit/images.js';
import { choices, facts, type Markup, markup, sendPage, steps } from '../kit/page.js';
import { DENTITY_OUTCOMES, type DentityJourney, isExpired, isOpen } from './dentity.journey.js';
import { type DentityAccount, type Verification } from './dentity.state.js';
import { imageSignature } from './dentity.views.js';

export interface DentityPages {
  readonly findLink: (token: string) => { account: DentityAccount; verification: Verification } | undefined;
  readonly findVerification: (
    id: string,
  ) => { account: DentityAccount; verification: Verification } | undefined;
  /** Newest first, of all accounts. */
  readonly outbox: () => readonly { account: DentityAccount; verification: Verification }[];
  readonly journey: DentityJourney;
}

const SHOWN_IN_OUTBOX = 100;
const imageParams = z.object({ verificationId: z.string(), file: z.string() });

/** The page behind the link of the SMS, the outbox with the SMS themselves, and the images (providers/dentity.md 7, 8, 12). */
export function registerDentityPages(app: FastifyInstance, pages: DentityPages): void {
  acceptForms(app);
  const linked = (request: FastifyRequest): ReturnType<DentityPages['findLink']> =>
    pages.findLink(z.object({ token: z.string() }).parse(request.params).token);

  app.get('/dentity/idv/:token', (request, reply) => {
    const found = linked(request);
    if (found === undefined)
      return ended(reply, 404, 'This link is not valid', 'Check the text message again.');
    return journeyPage(reply, found.account, found.verification, 200);
  });

  app.post('/dentity/idv/:token', (request, reply) => {
    const found = linked(request);
    if (found === undefined)
      return ended(reply, 404, 'This link is not valid', 'Check the text message again.');
    const { account, verification } = found;
    const form = z.object({ outcome: z.enum(DENTITY_OUTCOMES) }).safeParse(request.body);
    if (!form.success || !isOpen(account, verification)) {
      return journeyPage(reply, account, verification, form.success ? 200 : 400);
    }
    pages.journey.finish(account, verification, form.data.outcome);
    if (form.data.outcome === 'abandon')
      return ended(reply, 200, 'You left', 'The link in the message still works.');
    return ended(reply, 200, 'Done', 'Thank you. You can close this page.');
  });

  app.get('/dentity/outbox', (request, reply) => {
    const { account: only } = z.object({ account: z.string().optional() }).parse(request.query);
    const sent = pages.outbox().filter(({ account }) => only === undefined || account.id === only);
    return page(reply, 200, 'Text messages', outboxBody(sent.slice(0, SHOWN_IN_OUTBOX)), 5);
  });

  app.get('/dentity/images/:verificationId/:file', (request, reply) => {
    const { verificationId, file } = imageParams.parse(request.params);
    const found = pages.findVerification(verificationId);
    if (found === undefined || !isLive(found.account, request) || isGone(found.account, request)) {
      const xml = '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>';
      return reply.code(403).type('application/xml').send(xml);
    }
    return reply.type('image/jpeg').send(image(file.replace('.jpg', ''), found.account.switches.imageBytes));
  });
}

/** A planned fault: as if the address had run out. */
function isGone(account: DentityAccount, request: FastifyRequest): boolean {
  return account.faults.takeForAnswer('gone', { path: request.url, body: '' }) !== undefined;
}

/** A presigned address lives for `X-Amz-Expires` seconds from `X-Amz-Date` (providers/dentity.md 7). */
function isLive(account: DentityAccount, request: FastifyRequest): boolean {
  const query = z
    .object({ 'X-Amz-Date': z.string(), 'X-Amz-Expires': z.coerce.number(), 'X-Amz-Signature': z.string() })
    .safeParse(request.query);
  if (!query.success) return false;
  const date = query.data['X-Amz-Date'];
  const [path = ''] = request.url.split('?');
  const from = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  const age = account.clock.now().getTime() - from;
  return (
    query.data['X-Amz-Signature'] === imageSignature(account, path, date) &&
    age <= query.data['X-Amz-Expires'] * 1000
  );
}

function journeyPage(
  reply: FastifyReply,
  account: DentityAccount,
  verification: Verification,
  status: number,
): FastifyReply {
  if (isExpired(account, verification))
    return ended(reply, 410, 'This link has expired', 'Ask for a new one.');
  if (!isOpen(account, verification))
    return ended(reply, 200, 'Already done', 'This verification was finished.');
  return page(
    reply,
    status,
    `${account.siteName} asks who you are`,
    markup`${steps(['Phone', 'Document', 'Selfie'])}${facts([
      ['For', verification.user.fullName],
      ['Phone', verification.phone],
      ['E-mail', verification.email],
    ])}<form method="post" action="/dentity/idv/${verification.token}">${choices([
      { outcome: 'pass', label: 'Pass', hint: 'becomes verified', tone: 'good' },
      { outcome: 'fail', label: 'Fail', hint: 'becomes failed, no reason is given', tone: 'bad' },
      { outcome: 'abandon', label: 'Leave', hint: 'stays pending for ever', tone: 'plain' },
    ])}</form>`,
  );
}

function outboxBody(sent: readonly { account: DentityAccount; verification: Verification }[]): Markup {
  if (sent.length === 0) return markup`<p>No message was sent yet. This page reloads by itself.</p>`;
  return markup`${sent.map(
    ({ verification }) =>
      markup`<div class="sms"><small>to ${verification.phone}, ${verification.createdAt
        .toISOString()
        .replace(
          /\.\d+Z$/,
          'Z',
        )}, ${verification.smsStatus}; verification ${verification.status}</small><br>${withLink(verification)}</div>`,
  )}`;
}

function withLink(verification: Verification): Markup {
  const link = `${verification.origin}/dentity/idv/${verification.token}`;
  const parts = verification.sms.split(link).map((text) => markup`${text}`);
  return parts.reduce((before, after) => markup`${before}<a href="${link}">${link}</a>${after}`);
}

function ended(reply: FastifyReply, status: number, title: string, text: string): FastifyReply {
  return page(reply, status, title, markup`<p>${text}</p>`);
}

function page(
  reply: FastifyReply,
  status: number,
  title: string,
  body: Markup,
  refreshSeconds?: number,
): FastifyReply {
  return sendPage(reply, status, {
    brand: 'Dentity twin',
    accent: '#5a3b8c',
    title,
    body,
    ...(refreshSeconds === undefined ? {} : { refreshSeconds }),
  });
}
