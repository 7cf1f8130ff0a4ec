import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { z } from 'zod';

import { isContactOf } from '../kit/contacts.js';
import { accountOf, param } from '../kit/control-scope.js';
import { ControlError } from '../kit/twin.js';
import { type SentinelJourney } from './sentinel.journey.js';
import { SENTINEL_DOCUMENTS } from './sentinel.settings.js';
import { type Customer, SENTINEL_REASONS, type SentinelAccount } from './sentinel.state.js';
import { rowView } from './sentinel.views.js';

const STATUSES = ['pending', 'draft', 'conflict', 'duplicate', 'rejected', 'accepted'] as const;

const statusBody = z.strictObject({
  /** A name, or any number to try a code that nobody knows. */
  status: z.union([z.enum(STATUSES), z.int()]),
  reason: z.enum(SENTINEL_REASONS).optional(),
});
const draftBody = z.strictObject({ reason: z.enum(SENTINEL_REASONS).default('other') });
const warningBody = z.strictObject({
  documents: z.array(z.enum(SENTINEL_DOCUMENTS)).min(1).default(['passport']),
});
const seedBody = z.strictObject({
  count: z.int().min(1).max(50_000),
  status: z.enum(STATUSES).default('accepted'),
});

/** What a Sentinel admin does in the dashboard (providers/sentinel.md 9). `:customer` is a uuid, an e-mail or a phone. */
export function registerSentinelDashboard(
  app: FastifyInstance,
  find: (id: string) => SentinelAccount | undefined,
  journey: SentinelJourney,
): void {
  const base = '/control/sentinel/:account';
  const whose = (request: FastifyRequest): SentinelAccount => accountOf(request, find);

  app.get(`${base}/customers`, (request, reply) => {
    const account = whose(request);
    return reply.send({ data: account.customers.map((customer) => rowView(account, customer)) });
  });

  app.post(`${base}/customers`, (request, reply) => {
    const account = whose(request);
    const { count, status } = seedBody.parse(request.body);
    seedCustomers(account, count, status);
    return reply.code(201).send({ customers: account.customers.length });
  });

  app.post(`${base}/customers/:customer/status`, (request, reply) => {
    const account = whose(request);
    const { status, reason } = statusBody.parse(request.body);
    const customer = customerOf(account, request);
    journey.setStatus(account, customer, status, reason ?? null);
    return reply.send(rowView(account, customer));
  });

  app.post(`${base}/customers/:customer/draft`, (request, reply) => {
    const account = whose(request);
    const customer = customerOf(account, request);
    journey.setStatus(account, customer, 'draft', draftBody.parse(request.body ?? {}).reason);
    return reply.send(rowView(account, customer));
  });

  app.post(`${base}/customers/:customer/resend-webhook`, (request, reply) => {
    const account = whose(request);
    if (!journey.resendLatest(account, customerOf(account, request))) {
      throw new ControlError(409, 'no webhook was sent for this customer yet');
    }
    return reply.code(202).send({ message: 'sent again' });
  });

  app.post(`${base}/customers/:customer/expiry-warning`, (request, reply) => {
    const account = whose(request);
    journey.warn(account, customerOf(account, request), warningBody.parse(request.body ?? {}).documents);
    return reply.code(202).send({ message: 'sent' });
  });

  app.post(`${base}/expiry-job`, (request, reply) => {
    journey.runExpiryJob(whose(request));
    return reply.code(202).send({ message: 'done' });
  });
}

function customerOf(account: SentinelAccount, request: FastifyRequest): Customer {
  const key = param(request, 'customer');
  const customer =
    account.customer(key) ?? account.customers.find((candidate) => isContactOf(key, candidate));
  if (customer === undefined)
    throw new ControlError(404, `no customer ${key}; one exists once a journey is finished`);
  return customer;
}

/** Customers that were verified long ago, for imports; no webhook is sent. */
function seedCustomers(account: SentinelAccount, count: number, status: (typeof STATUSES)[number]): void {
  const now = account.clock.now();
  const before = account.customers.length;
  for (let index = 1; index <= count; index += 1) {
    const number = before + index;
    const customer = account.addCustomer({
      email: `customer-${number}@mail.test`,
      phone: `+97150${String(number).padStart(7, '0')}`,
    });
    customer.status = status;
    customer.updatedAt = new Date(now.getTime() - (count - index) * 1000);
    customer.documents.passport = {
      number: `N${customer.person.number}`,
      dateOfIssue: `${now.getUTCFullYear() - 2}-02-01`,
      dateOfExpiry: `${now.getUTCFullYear() + 8}-01-31`,
      idMatch: true,
      idScore: 94.4,
      idClassificationPassed: true,
      warned: false,
    };
    account.publish(customer);
  }
}
