import { createHmac } from 'node:crypto';

import fc from 'fast-check';

import { required, text } from '../gateway-harness.js';
import { type Operation } from './api-description.js';
import { type FuzzTarget } from './fuzz-target.js';
import { everyMutation, jsonText, mutated } from './hostile-bodies.js';

/** What a store, a date or a number could choke on. */
const CHOKING: readonly unknown[] = [
  'nul\0',
  '\ud800',
  '',
  'a'.repeat(20_000),
  1e308,
  -1e308,
  1e21,
  1.5,
  '@raw:1e999',
  '9'.repeat(400),
  null,
  [],
  {},
  true,
];

interface HostileSender {
  readonly name: string;
  /** Sent each once, before those that are made up. */
  readonly fixed: readonly unknown[];
  readonly bodies: fc.Arbitrary<unknown>;
  readonly send: (body: unknown) => Promise<unknown>;
}

/** Senders who hold the secrets of the vendors that send webhooks, and send whatever comes to their mind. */
export async function hostileWebhooks(target: FuzzTarget, marker: string): Promise<readonly HostileSender[]> {
  const { senders, customer } = target.stock;
  const sentinel = senders.sentinel.connection.credentials['callbackPassphrase'] ?? '';
  const dentity = senders.dentity.connection.credentials['secretKey'] ?? '';
  const sentinelBody = fc.record({
    uuid: fc.constantFrom(customer, 'a', '0d8c2f9e-1111-4222-8333-944455566677'),
    email: fc.constantFrom('ana.ruiz@mail.test', 'nobody@mail.test', null),
    phone: fc.constantFrom('+14155550123', null),
    newStatus: fc.constantFrom(1, 2, 3, 4, 5, 6, 7, null),
    updatedAt: fc.constantFrom('2026-05-20T08:00:00.000Z', null),
    event: fc.constantFrom('status_change', 'expiry_warning', 'customer_created', null),
  });
  const dentityBody = fc.record({
    type: fc.constantFrom('verification_status', 'sms_delivery_status', 'email_delivery_status', null),
    _id: fc.constantFrom('000000000000000000000000', 'a'),
    status: fc.constantFrom('pending', 'verified', 'failed', 'other'),
    metadata: fc.constantFrom<unknown>({ verificationId: target.ids[0] }, { verificationId: 'a' }, null),
    user: fc.constant({ firstName: 'Ana', dateOfBirth: '1990-01-01' }),
    emailDeliveryEvents: fc.constant([
      { email: 'ana.ruiz@mail.test', timestamp: 1_779_264_000, status: 'bounce' },
    ]),
    smsDeliveryEvents: fc.constant({ to: '+14155550123', status: 'sent' }),
    idvImages: fc.constant([{ category: 'a', images: { front: 'https://a.test/1' } }]),
  });
  const receive = operationOf(target, 'receiveWebhook');
  const receivePut = operationOf(target, 'receivePutWebhook');
  const atSentinel = await addressOf(target, 'sentinel');
  const atDentity = await addressOf(target, 'dentity');
  const hostile = (body: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
    fc.oneof(
      { weight: 1, arbitrary: body },
      { weight: 5, arbitrary: mutated(body, marker) },
      { weight: 1, arbitrary: fc.jsonValue() },
    );
  const signed = (value: unknown): string => {
    const body = jsonText(value);
    const isObject = body.startsWith('{') && body !== '{}';
    return isObject ? `{"passphrase":${JSON.stringify(sentinel)},${body.slice(1)}` : body;
  };
  return [
    {
      name: 'signed as Sentinel does',
      fixed: everyMutation(fc.sample(sentinelBody, { seed: 1, numRuns: 1 })[0], CHOKING),
      bodies: hostile(sentinelBody),
      send: (value) => target.check(receive, { segments: atSentinel, body: Buffer.from(signed(value)) }),
    },
    {
      name: 'signed as Dentity does',
      fixed: everyMutation(fc.sample(dentityBody, { seed: 1, numRuns: 1 })[0], CHOKING),
      bodies: hostile(dentityBody),
      send: (value) => {
        const body = Buffer.from(jsonText(value));
        const signature = createHmac('sha256', dentity).update(body).digest('base64');
        return target.check(receivePut, {
          segments: atDentity,
          body,
          headers: [['Dentity-Signature', signature]],
        });
      },
    },
    {
      name: 'unsigned',
      fixed: [],
      bodies: hostile(dentityBody),
      send: async (value) => {
        const body = Buffer.from(jsonText(value));
        await target.check(receive, { segments: atSentinel, body }, { statuses: [400, 401] });
        await target.check(receivePut, { segments: atDentity, body }, { statuses: [400, 401] });
      },
    },
  ];
}

function operationOf(target: FuzzTarget, id: string): Operation {
  const found = target.operations.find((operation) => operation.id === id);
  if (found === undefined) throw new Error(`there is no operation ${id}`);
  return found;
}

async function addressOf(target: FuzzTarget, provider: string): Promise<Record<string, string>> {
  const path = `/tenants/${target.stock.tenant.id}/connections/${provider}?environment=test`;
  const connection = required(await target.harness.admin('GET', path), 200);
  const [connectionId = '', token = ''] = new URL(text(connection, 'webhookUrl')).pathname
    .split('/')
    .slice(3);
  return { provider, connectionId, token };
}
