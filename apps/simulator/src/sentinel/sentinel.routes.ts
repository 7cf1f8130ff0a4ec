import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { type z } from 'zod';

import { isLoopback, parseUrl } from '../kit/addresses.js';
import { sameEmail, samePhone } from '../kit/contacts.js';
import { type TwinServices } from '../kit/twin.js';
import { VendorError, type VendorRequests } from '../kit/vendor-scope.js';
import { type SentinelJourney } from './sentinel.journey.js';
import { lookedUp } from './sentinel.lookup.js';
import {
  authenticate,
  claimedAccount,
  contactRequest,
  expiredListRequest,
  linkRequest,
  listRequest,
  lookupRequest,
  rowNotFound,
  validated,
  webhookRequest,
} from './sentinel.requests.js';
import { type SentinelDocument } from './sentinel.settings.js';
import { type Customer, type SentinelAccount } from './sentinel.state.js';
import { expiredDocuments, type ImageDetail, resultView, rowView } from './sentinel.views.js';

export interface SentinelRoutes {
  readonly find: (clientUuid: string) => SentinelAccount | undefined;
  readonly journey: SentinelJourney;
  readonly services: TwinServices;
  readonly requests: VendorRequests;
}

/** The documented endpoints below `/sentinel` (providers/sentinel.md 5): all POST, credentials in the body. */
export function registerSentinelApi(app: FastifyInstance, routes: SentinelRoutes): void {
  const { find, journey, services, requests } = routes;
  const whose = (request: FastifyRequest): SentinelAccount => authenticate(find, request.body);

  app.post('/clients/find/self/clientAuth', (request, reply) => {
    const account = whose(request);
    return reply.send(
      success({
        uuid: account.id,
        name: account.name,
        ...(account.callbackUrl === null && account.switches.callbackUrlUnset === 'absent'
          ? {}
          : { callbackUrl: account.callbackUrl }),
        settings: {
          documents: account.switches.defaultDocuments,
          ...(account.switches.extraSettings
            ? { editableIdentifiers: account.switches.editableIdentifiers }
            : {}),
        },
      }),
    );
  });

  app.post('/clients/encrypt/url', (request, reply) => {
    const account = whose(request);
    const body = validated(linkRequest(account), request.body, account);
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
    const body = validated(webhookRequest, request.body, account);
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
    const body = validated(lookupRequest, request.body, account);
    const record = lookedUp(account, contactOf(body), requests.target(request));
    return reply.send(success(resultView(account, record, imageDetail(account, body.optimizedDownload))));
  });

  app.post('/customers/statusWithoutImages/clientAuth', (request, reply) => {
    const account = whose(request);
    const body = validated(lookupRequest, request.body, account);
    const record = lookedUp(account, contactOf(body), requests.target(request));
    return reply.send(success(resultView(account, record, 'none')));
  });

  app.post('/customers/listWithDoc/clientAuth', (request, reply) => {
    const account = whose(request);
    const body = validated(listRequest, request.body, account);
    return reply.send(success(listOf(account, account.customers, body)));
  });

  // The path of this list is not known (providers/sentinel.md 5.6): an account's switch says where it is.
  app.post('/*', (request, reply) => {
    const [path = ''] = request.url.split('?');
    const claimed = claimedAccount(find, request.body);
    if (path !== `/sentinel${claimed?.switches.expiredListPath ?? ''}`)
      throw new VendorError(404, { message: 'Not found' });
    const account = whose(request);
    const body = validated(expiredListRequest, request.body, account);
    const wanted = (name: SentinelDocument): boolean => body.documents?.includes(name) ?? true;
    const expired = account.customers.filter((customer) => expiredDocuments(account, customer).some(wanted));
    return reply.send(success(listOf(account, expired, body)));
  });

  app.post('/customers/contact/clientAuth', (request, reply) => {
    const account = whose(request);
    const body = validated(contactRequest, request.body, account);
    const customer = account.customer(body.customerUuid.toLowerCase());
    if (customer === undefined) throw rowNotFound(account.switches.contactUnknownCode);
    const taken = account.customers.some(
      (other) =>
        other !== customer &&
        (sameEmail(other.email, body.email ?? null) || samePhone(other.phone, body.phoneNumber ?? null)),
    );
    if (taken) throw new VendorError(409, conflictBody(account));
    customer.email = body.email ?? customer.email;
    customer.phone = body.phoneNumber ?? customer.phone;
    account.publish(customer);
    return reply.send(
      account.switches.contactAnswer === 'message'
        ? { message: 'Success' }
        : success(resultView(account, customer, 'none')),
    );
  });
}

function success(data: unknown): { message: string; data: unknown } {
  return { message: 'Success', data };
}

function contactOf(body: z.output<typeof lookupRequest>): { email: string | null; phone: string | null } {
  return { email: body.email ?? null, phone: body.phoneNumber ?? null };
}

function imageDetail(account: SentinelAccount, optimizedDownload: boolean): ImageDetail {
  if (!optimizedDownload) return 'full';
  switch (account.switches.optimizedDownload) {
    case 'tiny':
      return 'trimmed';
    case 'no-images':
      return 'none';
    case 'ignored':
      return 'full';
  }
}

/** One page of customers; `count` and `rows` are inferred, other wrappers by switch (providers/sentinel.md 5.5). */
function listOf(
  account: SentinelAccount,
  customers: readonly Customer[],
  { page, entriesPerPage, sortBy }: z.output<typeof listRequest>,
): unknown {
  const { listEnvelope, listTotal } = account.switches;
  const rows = customers
    .toSorted(comparing(account, sortBy))
    .slice((page - 1) * entriesPerPage, page * entriesPerPage)
    .map((customer) => rowView(account, customer));
  if (listEnvelope === 'array') return rows;
  return { ...(listTotal === null ? {} : { [listTotal]: customers.length }), [listEnvelope]: rows };
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
