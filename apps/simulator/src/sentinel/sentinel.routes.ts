import { type FastifyInstance, type FastifyRequest } from 'fastify';

import { isLoopback, parseUrl } from '../kit/addresses.js';
import { sameEmail, samePhone } from '../kit/contacts.js';
import { type TwinServices } from '../kit/twin.js';
import { VendorError } from '../kit/vendor-scope.js';
import { type SentinelJourney } from './sentinel.journey.js';
import {
  authenticate,
  contactRequest,
  linkRequest,
  listRequest,
  lookupRequest,
  rowNotFound,
  validated,
  webhookRequest,
} from './sentinel.requests.js';
import { type Customer, type SentinelAccount } from './sentinel.state.js';
import { type ImageDetail, resultView, rowView } from './sentinel.views.js';

export interface SentinelRoutes {
  readonly find: (clientUuid: string) => SentinelAccount | undefined;
  readonly journey: SentinelJourney;
  readonly services: TwinServices;
}

/** The documented endpoints below `/sentinel` (providers/sentinel.md 5): all POST, credentials in the body. */
export function registerSentinelApi(app: FastifyInstance, { find, journey, services }: SentinelRoutes): void {
  const whose = (request: FastifyRequest): SentinelAccount => authenticate(find, request.body);

  app.post('/clients/find/self/clientAuth', (request, reply) => {
    const account = whose(request);
    return reply.send(
      success({
        uuid: account.id,
        name: account.name,
        callbackUrl: account.callbackUrl,
        settings: {
          documents: account.switches.defaultDocuments,
          editableIdentifiers: account.switches.editableIdentifiers,
        },
      }),
    );
  });

  app.post('/clients/encrypt/url', (request, reply) => {
    const account = whose(request);
    const body = validated(linkRequest, request.body);
    const session = account.addSession(
      { email: body.email ?? null, phone: body.phoneNumber ?? null },
      body.documents === undefined || body.documents.length === 0
        ? account.switches.defaultDocuments
        : body.documents,
    );
    journey.startMagic(account, session);
    const origin = account.switches.publicUrl ?? services.origin(request);
    return reply.send(success(`${origin}/sentinel/portal?data=${encodeURIComponent(session.token)}`));
  });

  app.post('/clients/setWebhook/clientAuth', (request, reply) => {
    const account = whose(request);
    const body = validated(webhookRequest, request.body);
    const url = parseUrl(body.callbackUrl);
    const loopback = url !== null && isLoopback(url) && account.switches.allowLoopbackCallback;
    if (url?.protocol !== 'https:' && !loopback) {
      throw new VendorError(422, { errors: [{ message: 'callbackUrl: must be an HTTPS URL' }] });
    }
    account.callbackUrl = body.callbackUrl;
    account.callbackPassphrase = body.callbackPassphrase;
    return reply.send({ message: 'Success' });
  });

  app.post('/customers/status/clientAuth', (request, reply) => {
    const account = whose(request);
    const trimmed = validated(lookupRequest, request.body).optimizedDownload;
    return reply.send(success(lookedUp(account, request.body, trimmed ? 'trimmed' : 'full')));
  });

  app.post('/customers/statusWithoutImages/clientAuth', (request, reply) => {
    const account = whose(request);
    return reply.send(success(lookedUp(account, request.body, 'none')));
  });

  app.post('/customers/listWithDoc/clientAuth', (request, reply) => {
    const account = whose(request);
    const { page, entriesPerPage, sortBy } = validated(listRequest, request.body);
    const sorted = account.customers.toSorted(comparing(account, sortBy));
    const rows = sorted
      .slice((page - 1) * entriesPerPage, page * entriesPerPage)
      .map((customer) => rowView(account, customer));
    return reply.send(success(listEnvelope(account, rows)));
  });

  app.post('/customers/contact/clientAuth', (request, reply) => {
    const account = whose(request);
    const body = validated(contactRequest, request.body);
    const customer = account.customer(body.customerUuid.toLowerCase());
    if (customer === undefined) throw rowNotFound();
    const taken = account.customers.some(
      (other) =>
        other !== customer &&
        (sameEmail(other.email, body.email ?? null) || samePhone(other.phone, body.phoneNumber ?? null)),
    );
    if (taken) throw new VendorError(409, conflictBody(account));
    customer.email = body.email ?? customer.email;
    customer.phone = body.phoneNumber ?? customer.phone;
    return reply.send({ message: 'Success' });
  });
}

function success(data: unknown): { message: string; data: unknown } {
  return { message: 'Success', data };
}

function lookedUp(
  account: SentinelAccount,
  requestBody: unknown,
  images: ImageDetail,
): Record<string, unknown> {
  const { email, phoneNumber } = validated(lookupRequest, requestBody);
  const found = account.lookUp(email ?? null, phoneNumber ?? null);
  const answer = account.switches.lookupAnswersWrongPerson
    ? (account.customers.find((customer) => customer !== found) ?? found)
    : found;
  if (answer === undefined) throw rowNotFound();
  return resultView(account, answer, images);
}

/** `count` and `rows` are inferred; other wrappers by switch (providers/sentinel.md 5.5). */
function listEnvelope(account: SentinelAccount, rows: readonly unknown[]): unknown {
  switch (account.switches.listEnvelope) {
    case 'array':
      return rows;
    case 'rows':
      return { count: account.customers.length, rows };
    case 'customers':
      return { count: account.customers.length, customers: rows };
    case 'data':
      return { count: account.customers.length, data: rows };
  }
}

function comparing(
  account: SentinelAccount,
  column: 'name' | 'phoneNumber' | 'nationality' | 'gender' | 'status' | 'updatedAt',
): (one: Customer, other: Customer) => number {
  const direction = account.switches.listOrder === 'descending' ? -1 : 1;
  const text = (value: (customer: Customer) => string) => (one: Customer, other: Customer) =>
    value(one).localeCompare(value(other)) || one.id - other.id;
  switch (column) {
    case 'name':
      return text((customer) => customer.person.firstName);
    case 'phoneNumber':
      return text((customer) => customer.phone ?? '');
    case 'nationality':
      return text((customer) => customer.person.nationality);
    case 'gender':
      return text((customer) => customer.person.gender);
    case 'status':
      return (one, other) => account.code(one) - account.code(other) || one.id - other.id;
    case 'updatedAt':
      return (one, other) =>
        direction * (one.updatedAt.getTime() - other.updatedAt.getTime() || one.id - other.id);
  }
}

function conflictBody(account: SentinelAccount): unknown {
  const message = 'Value already in use by another customer';
  return account.switches.conflictBody === 'message' ? { message } : { errors: [{ message }] };
}
