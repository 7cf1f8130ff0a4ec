import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Handle, type InboundSignal, type Reading } from '@gatehouse/contract';

import { json } from '../../test/scripted-vendor.js';
import {
  CUSTOMER,
  CUSTOMER_WITH_IMAGES,
  dataUri,
  jpeg,
  ROW_NOT_FOUND,
  WEBHOOK,
} from '../../test/sentinel-bodies.js';
import { found, SentinelUnderTest } from '../../test/sentinel-under-test.js';
import { startRequest } from '../../test/start-request.js';

const REQUEST = startRequest({ subject: { email: CUSTOMER.email, phone: CUSTOMER.phoneNumber } });
const OLD = { ...CUSTOMER.passport, dateOfExpiry: '2027-01-31' };
const RENEWED = {
  ...CUSTOMER_WITH_IMAGES.passport,
  passportNumber: 'N0000043',
  backImage: dataUri(jpeg('z')),
};

let sentinel: SentinelUnderTest;
beforeEach(async () => {
  sentinel = await SentinelUnderTest.open();
});
afterEach(() => sentinel.close());

/** Goes round as the core does, and remembers as the core does. */
class Round {
  constructor(private handle: Handle) {}

  async read(at: string): Promise<unknown> {
    const reading: Reading = await sentinel.provider.read(sentinel.connection(), this.handle, new Date(at));
    if (reading.kind !== 'present') return reading;
    this.handle = { ...this.handle, ...reading.handlePatch };
    const { verdict, reasonCodes, evidence } = reading.observation;
    return [
      verdict,
      ...reasonCodes,
      evidence?.images ?? null,
      reading.identity?.documents[0]?.number ?? null,
    ];
  }

  async renew(): Promise<string | null> {
    const renewed = await sentinel.provider.renewLink(sentinel.connection(), this.handle, REQUEST);
    this.handle = renewed.handle;
    return renewed.reference;
  }

  receive(body: object): InboundSignal {
    const signal = sentinel.provider.receive(sentinel.connection(), {
      method: 'POST',
      headers: {},
      body: Buffer.from(JSON.stringify({ ...WEBHOOK, ...body })),
    });
    this.handle = { ...this.handle, ...signal.handlePatch };
    return signal;
  }
}

test('an accepted person whose document expires is asked again, by a new link, and accepted again', async () => {
  const { vendor, provider } = sentinel;
  vendor.will(
    json(200, { data: 'https://verify.test?data=1' }, { date: 'Wed, 20 May 2026 08:00:00 GMT' }),
    json(404, ROW_NOT_FOUND),
    found({ passport: OLD }),
    json(200, { data: { ...CUSTOMER_WITH_IMAGES, passport: OLD } }),
  );
  const { handle } = await provider.start(sentinel.connection(), REQUEST);
  const round = new Round(handle);
  expect(await round.read('2026-05-20T08:01:00.000Z')).toMatchObject({ kind: 'absent' });
  expect(await round.read('2026-05-20T08:05:00.000Z')).toEqual(['verified', 3, 'N0000042']);

  // The document expires; Sentinel sends the person back by itself (providers/sentinel.md 6.2).
  const warning = {
    event: 'expiry_warning',
    expiryWarningFor: ['passport'],
    updatedAt: '2027-01-16T00:00:00.000Z',
  };
  expect(round.receive(warning).observation).toMatchObject({
    verdict: null,
    validity: { state: 'expiring', documents: ['passport'] },
  });
  const sentBack = { newStatus: 2, updatedAt: '2027-02-01T00:00:00.000Z' };
  expect(round.receive(sentBack).observation.verdict).toBe('requires_input');
  const draft = { status: 2, passport: OLD, updatedAt: sentBack.updatedAt };
  vendor.will(found(draft));
  expect(await round.read('2027-02-01T00:00:05.000Z')).toEqual([
    'requires_input',
    'awaiting_resubmission',
    'document_expired',
    null,
    'N0000042',
  ]);

  // A link is no result: the person is still asked until they have been there.
  vendor.will(
    json(200, { data: 'https://verify.test?data=2' }, { date: 'Tue, 02 Feb 2027 08:00:00 GMT' }),
    found(draft),
  );
  expect(await round.renew()).toBe(CUSTOMER.uuid);
  expect(await round.read('2027-02-02T08:00:05.000Z')).toContain('requires_input');

  vendor.will(found({ status: 1, passport: RENEWED, updatedAt: '2027-02-02T08:10:00.000Z' }));
  expect(await round.read('2027-02-02T08:10:05.000Z')).toEqual(['processing', null, 'N0000043']);

  const accepted = { passport: RENEWED, updatedAt: '2027-02-02T08:11:00.000Z' };
  vendor.will(
    found(accepted),
    json(200, { data: { ...CUSTOMER_WITH_IMAGES, ...accepted } }),
    found(accepted),
  );
  expect(await round.read('2027-02-02T08:11:05.000Z')).toEqual(['verified', 6, 'N0000043']);
  expect(await round.read('2027-02-02T08:12:00.000Z')).toEqual(['verified', 6, 'N0000043']);
  expect(sentinel.paths.filter((path) => path === '/customers/status/clientAuth')).toHaveLength(2);
});

test('a person who is sent back by an admin keeps their place, whatever contact they have by now', async () => {
  const round = new Round({
    email: CUSTOMER.email,
    phone: null,
    uuid: CUSTOMER.uuid,
    startedAt: '2026-05-20T08:00:00.000Z',
  });
  round.receive({ newStatus: 2, email: 'new@mail.test', updatedAt: '2026-05-21T00:00:00.000Z' });
  sentinel.vendor.will(json(200, { data: 'https://verify.test?data=2' }));
  await round.renew();
  expect(sentinel.asked()).toEqual({ email: 'new@mail.test', phoneNumber: CUSTOMER.phoneNumber });
  sentinel.vendor.will(
    found({ status: 2, email: 'new@mail.test', isLive: false, updatedAt: '2026-05-21T00:00:00.000Z' }),
  );
  expect(await round.read('2026-05-21T00:00:05.000Z')).toEqual([
    'requires_input',
    'awaiting_resubmission',
    'liveness_failed',
    null,
    'N0000042',
  ]);
});
