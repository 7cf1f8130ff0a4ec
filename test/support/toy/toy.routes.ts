import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { z } from 'zod';

import { sameEmail, samePhone } from '../../../apps/simulator/src/kit/contacts.js';
import { image } from '../../../apps/simulator/src/kit/images.js';
import { pdf } from '../../../apps/simulator/src/kit/pdf.js';
import { inventPerson } from '../../../apps/simulator/src/kit/people.js';
import { VendorError, type VendorRequests } from '../../../apps/simulator/src/kit/vendor-scope.js';
import { type ToyAccount, type ToySession } from './toy.account.js';

export const TOY_PICTURES = ['face', 'document'] as const;
/** More ids than this in one request are refused. */
export const TOY_BULK_LIMIT = 20;
const REPORT_MS = 86_400_000;

export interface ToyRoutes {
  readonly claimedAccount: (request: FastifyRequest) => ToyAccount | undefined;
  readonly requests: VendorRequests;
  readonly pageOf: (request: FastifyRequest, token: string) => string;
  /** Tells the customer of a change. */
  readonly notify: (account: ToyAccount, session: ToySession) => void;
}

const contact = { email: z.string().optional(), phone: z.string().optional() };
const sessionBody = z.object({
  ...contact,
  reference: z.string(),
  document: z.string(),
  returnUrl: z.string(),
});
const peopleQuery = z.object({
  ...contact,
  page: z.coerce.number().default(1),
  size: z.coerce.number().default(50),
  sort: z.string().default('changedAt'),
});

/** The toy vendor's whole API: the simplest that shows every optional member of the contract. */
export function registerToyApi(app: FastifyInstance, routes: ToyRoutes): void {
  const { claimedAccount, requests, pageOf, notify } = routes;
  const whose = (request: FastifyRequest): ToyAccount => {
    const account = claimedAccount(request);
    if (account === undefined) throw unauthorized();
    return account;
  };
  const asked = (request: FastifyRequest): ToySession => {
    const { id } = z.object({ id: z.string() }).parse(request.params);
    const session = whose(request).session(id);
    if (session === undefined) throw new VendorError(404, { message: 'No such session' });
    return session;
  };
  const isGone = (request: FastifyRequest): boolean =>
    whose(request).faults.takeForAnswer('gone', requests.target(request)) !== undefined;
  const isWrong = (request: FastifyRequest): boolean =>
    whose(request).faults.takeForAnswer('wrong-person', requests.target(request)) !== undefined;

  app.get('/account', (request, reply) => reply.send({ webhookUrl: whose(request).webhookUrl }));

  app.post('/account/webhook', (request, reply) => {
    whose(request).webhookUrl = z.object({ url: z.string() }).parse(request.body).url;
    return reply.send({});
  });

  app.post('/sessions', (request, reply) => {
    const account = whose(request);
    const { returnUrl, email = null, phone = null, ...rest } = sessionBody.parse(request.body);
    const known = account.sessions.find(({ reference }) => reference === rest.reference);
    const session = known ?? account.add({ ...rest, email, phone });
    const token = account.chance.hex(16);
    session.pages.push({ token, returnUrl });
    if (known === undefined) notify(account, session);
    return reply.code(201).send({ ...viewOf(session), page: pageOf(request, token) });
  });

  app.get('/sessions/:id', (request, reply) => {
    const session = asked(request);
    if (isWrong(request)) return reply.send({ ...viewOf(session), id: 'somebody-else' });
    const { faults } = whose(request);
    const target = requests.target(request);
    const record = faults.takeForAnswer('stale', target) === undefined ? session.record : session.previous;
    if (record === null) throw new VendorError(404, { message: 'No such session' });
    const unknown = faults.takeForAnswer('unknown-value', target);
    return reply.send({ ...viewOf({ ...session, record }), ...(unknown && { state: 'shiny' }) });
  });

  app.post('/sessions/:id/contact', (request, reply) => {
    const session = asked(request);
    const change = z.object(contact).parse(request.body);
    const { email = null, phone = null } = change;
    const others = whose(request).sessions.filter((other) => !isSamePerson(other, session));
    if (others.some((other) => sameEmail(other.email, email) || samePhone(other.phone, phone)))
      throw new VendorError(409, { message: 'Somebody else has it' });
    Object.assign(session, change);
    return reply.send(viewOf(session));
  });

  app.post('/sessions/:id/erase', (request, reply) => {
    const account = whose(request);
    const { id } = z.object({ id: z.string() }).parse(request.params);
    account.sessions = account.sessions.filter((session) => session.id !== id);
    return reply.send({});
  });

  app.get('/sessions/:id/pictures', (request, reply) => {
    const session = asked(request);
    const person = isWrong(request) ? 'somebody-else' : session.id;
    return reply.send({ id: person, pictures: session.record.state === 'open' ? [] : TOY_PICTURES });
  });

  app.get('/sessions/:id/pictures/:name', (request, reply) => {
    asked(request);
    const { name } = z.object({ name: z.enum(TOY_PICTURES) }).parse(request.params);
    const { small } = z.object({ small: z.string().optional() }).parse(request.query);
    if (isGone(request)) throw new VendorError(410, { message: 'No more' });
    const bytes = small === undefined ? whose(request).switches.imageBytes : 0;
    return reply.type('image/jpeg').send(image(name, bytes));
  });

  app.get('/sessions/:id/report', (request, reply) => {
    const account = whose(request);
    const { record, id } = asked(request);
    const { scores } = z.object({ scores: z.string().optional() }).parse(request.query);
    const age = account.clock.now().getTime() - record.changedAt.getTime();
    if (isGone(request) || record.state === 'open' || age > REPORT_MS)
      throw new VendorError(410, { message: 'No more' });
    const lines = [`Session ${id}`, ...(scores === undefined ? [] : ['Face 98, liveness 97'])];
    return reply.type('application/pdf').send(pdf(lines, 'report'));
  });

  app.post('/states', (request, reply) => {
    const account = whose(request);
    const { ids } = z.object({ ids: z.array(z.string()) }).parse(request.body);
    if (ids.length > TOY_BULK_LIMIT) throw new VendorError(400, { message: 'Too many' });
    const target = requests.target(request);
    const found = ids.flatMap((id) => account.session(id) ?? []);
    const rows = found.map(({ id, record }) => ({ id, state: record.state }));
    if (account.faults.takeForAnswer('bulk-gaps', target) !== undefined) rows.shift();
    if (account.faults.takeForAnswer('bulk-strangers', target) !== undefined)
      rows.push({ id: 'somebody-else', state: 'passed' });
    return reply.send({ rows: rows.toReversed() });
  });

  app.get('/people', (request, reply) => {
    const account = whose(request);
    const { email, phone, page, size, sort } = peopleQuery.parse(request.query);
    if (email === undefined && phone === undefined) {
      const people = account.sessions.map(viewOf).toSorted(by(sort));
      return reply.send({ people: people.slice((page - 1) * size, page * size), total: people.length });
    }
    const found = account.find(email ?? '') ?? account.find(phone ?? '');
    const other = account.sessions.find((session) => found !== undefined && !isSamePerson(session, found));
    const answered = isWrong(request) ? other : found;
    return reply.send({ people: answered === undefined ? [] : [viewOf(answered)], total: 1 });
  });
}

export function unauthorized(): VendorError {
  return new VendorError(401, { message: 'Who are you?' });
}

export function viewOf(session: ToySession): Record<string, unknown> {
  const { id, reference, email, phone, document, expiresOn, record } = session;
  const { firstName, lastName, dateOfBirth, gender, number } = inventPerson(id);
  const isOver = record.state !== 'open';
  return {
    ...{ id, reference, email, phone, state: record.state, changedAt: record.changedAt.toISOString() },
    person: isOver ? { firstName, lastName, dateOfBirth, gender } : null,
    document: isOver ? { type: document, number, expiresOn } : null,
    scores: isOver ? { face: 98, liveness: 97 } : null,
  };
}

function isSamePerson(one: ToySession, other: ToySession): boolean {
  return sameEmail(one.email, other.email) || samePhone(one.phone, other.phone);
}

/** Everything ascends but the time, the latest of which comes first. */
function by(sort: string): (one: Record<string, unknown>, other: Record<string, unknown>) => number {
  const text = (view: Record<string, unknown>): string => JSON.stringify(view[sort] ?? view['person']);
  return (one, other) => (sort === 'changedAt' ? -1 : 1) * text(one).localeCompare(text(other));
}
