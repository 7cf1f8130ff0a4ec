import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { capabilitiesOf } from '@gatehouse/contract';

import { CONTACT_MISMATCH, CREDENTIALS, USER, VERIFICATION_ID } from '../../test/dentity-bodies.js';
import { failureOf } from '../../test/failures.js';
import { cutShort, json, raw, reset, ScriptedVendor } from '../../test/scripted-vendor.js';
import { startRequest } from '../../test/start-request.js';
import { VendorHttp } from '../../test/vendor-http.js';
import { DentityProvider } from './dentity.provider.js';

let vendor: ScriptedVendor;
let client: VendorHttp;
let provider: DentityProvider;
beforeEach(async () => {
  vendor = await ScriptedVendor.open();
  client = new VendorHttp();
  provider = new DentityProvider(client.http);
});
afterEach(async () => {
  await client.close();
  await vendor.close();
});

function connection(): Parameters<DentityProvider['start']>[0] {
  return {
    credentials: CREDENTIALS,
    settings: provider.settings.parse({ baseUrl: `${vendor.url}/core/api/v1` }),
  };
}

const createdReply = json(200, { data: { _id: VERIFICATION_ID, status: 'pending', metadata: {} } });
const NOW = new Date('2026-11-24T10:00:00.000Z');
const HANDLE = { verificationId: VERIFICATION_ID };

describe('start', () => {
  test('creates with the key in header and body and all that is known of the person', async () => {
    vendor.will(createdReply);
    const request = startRequest({
      message: '{{siteName}} asks: {{link}}',
      subject: {
        email: 'li@mail.test',
        phone: '+442079460018',
        firstName: 'Li',
        lastName: 'Wei',
        dateOfBirth: '1994-02-11',
        address: { street: '1 Oak', city: 'Reno', region: 'NV', postalCode: '89501', country: 'US' },
      },
    });
    const started = await provider.start(connection(), request);
    expect(vendor.requests[0]).toMatchObject({
      method: 'POST',
      path: '/core/api/v1/verification',
      headers: { 'x-api-key': CREDENTIALS.apiKey },
    });
    expect(vendor.sent()).toEqual({
      key: CREDENTIALS.apiKey,
      phoneNumber: { dialCode: '+44', phone: '2079460018' },
      email: 'li@mail.test',
      dateOfBirth: '02/11/1994',
      name: { firstName: 'Li', lastName: 'Wei' },
      address: { street: '1 Oak', city: 'Reno', state: 'NV', zip: '89501', country: 'US' },
      metadata: { verificationId: request.verificationId },
      callbackUrl: request.webhookUrl,
      smsMessage: '{{siteName}} asks: {{link}}',
    });
    expect(started).toEqual({
      action: { type: 'sms', to: '+442079460018' },
      reference: VERIFICATION_ID,
      handle: { ...HANDLE, completedAt: null, wasVerified: false },
      rawStatus: 'pending',
      delivery: 'sms',
      warnings: [],
      isSharingRefused: false,
    });
  });

  test('leaves out what is not known', async () => {
    vendor.will(createdReply);
    await provider.start(connection(), startRequest({ subject: { email: null, firstName: 'Li' } }));
    expect(vendor.sent()).toMatchObject({ name: { firstName: 'Li' } });
    expect(Object.keys(vendor.sent() as object).sort()).toEqual([
      'callbackUrl',
      'key',
      'metadata',
      'name',
      'phoneNumber',
    ]);
  });

  test.each([
    '{{link}}',
    '{{siteName}} asks you to confirm who you are: {{link}}',
    'Zoë, bitte hier entlang → {{link}} \u{1F600} "{{siteName}}"\n{{link}}',
  ])('passes on the text of the message as it is: %j', async (message) => {
    vendor.will(createdReply);
    await provider.start(connection(), startRequest({ message }));
    expect(vendor.requests[0]?.body).toContain(`"smsMessage":${JSON.stringify(message)}`);
    expect(vendor.sent()).toMatchObject({ smsMessage: message });
  });

  test.each([
    ['a reset', reset, 'unavailable', 'unknown'],
    ['an answer cut short', cutShort, 'unavailable', 'unknown'],
    ['a 500', json(500, {}), 'unavailable', 'unknown'],
    ['a 503', json(503, {}), 'unavailable', 'unknown'],
    ['HTML with a 200', raw(200, '<html>'), 'contract', 'unknown'],
    ['an answer without an id', json(200, { data: { status: 'pending' } }), 'contract', 'unknown'],
    ['the wrong contacts', json(400, CONTACT_MISMATCH), 'subject', 'none'],
    ['the wrong contacts with another code', json(422, CONTACT_MISMATCH), 'subject', 'none'],
    ['another 400', json(400, { message: 'The phone is wrong' }), 'invalid_request', 'none'],
    ['a bad key', json(401, {}), 'credentials', 'none'],
    ['a forbidden key', json(403, {}), 'credentials', 'none'],
    ['a rate limit', json(429, {}), 'rate_limited', 'none'],
  ] as const)('on %s fails with %s and effect %s, and is sent once', async (_name, reply, fault, effect) => {
    vendor.will(reply, createdReply);
    expect(await failureOf(provider.start(connection(), startRequest()))).toMatchObject({ fault, effect });
    expect(vendor.requests).toHaveLength(1);
  });

  test.each([
    ['no phone', startRequest({ subject: { phone: null } })],
    ['an unreadable phone', startRequest({ subject: { phone: '12' } })],
    ['a message without the link', startRequest({ message: 'Please call us' })],
    ['an empty message', startRequest({ message: '' })],
    [
      'a message with another name for the link',
      startRequest({ message: '{{siteName}}: {{ link }} {{Link}} {link}' }),
    ],
  ])('refuses %s without a call', async (_name, request) => {
    expect(await failureOf(provider.start(connection(), request))).toMatchObject({
      fault: 'invalid_request',
      effect: 'none',
    });
    expect(vendor.requests).toEqual([]);
  });

  test('has no way to be repeated', () => {
    expect(capabilitiesOf(provider)).toEqual(['receive', 'readMany', 'images', 'report', 'check']);
  });
});

describe('read', () => {
  test.each([
    ['pending', 'requires_input', ['awaiting_user']],
    ['verified', 'verified', []],
    ['failed', 'rejected', ['provider_declined']],
    ['expired', 'needs_review', ['provider_status_unmapped']],
    ['Verified', 'needs_review', ['provider_status_unmapped']],
    ['', 'needs_review', ['provider_status_unmapped']],
  ])('of status %j is %s', async (status, verdict, reasonCodes) => {
    vendor.will(json(200, { data: { _id: VERIFICATION_ID, status } }));
    const reading = await provider.read(connection(), HANDLE, NOW);
    expect(vendor.requests[0]).toMatchObject({
      method: 'GET',
      path: `/core/api/v1/verification/${VERIFICATION_ID}/status`,
      headers: { 'x-api-key': CREDENTIALS.apiKey },
    });
    expect(reading).toMatchObject({
      kind: 'present',
      reference: VERIFICATION_ID,
      observation: { verdict, reasonCodes, rawStatus: status, providerTime: null },
      identity: null,
    });
  });

  test('normalises the user', async () => {
    vendor.will(json(200, { data: { _id: VERIFICATION_ID, status: 'verified', user: USER, metadata: {} } }));
    expect(await provider.read(connection(), HANDLE, NOW)).toMatchObject({
      identity: {
        person: {
          firstName: 'Li',
          lastName: 'Wei',
          fullName: 'Li Wei',
          gender: null,
          dateOfBirth: '1994-02-11',
          nationality: null,
          email: 'li@mail.test',
          phone: '+14155550123',
          address: { street: '1 Oak', city: 'Reno', region: 'NV', postalCode: '89501', country: 'US' },
        },
        documents: [],
      },
    });
  });

  test('takes the last of two users, as the published sample has them', async () => {
    const text = `{"data":{"_id":"${VERIFICATION_ID}","status":"verified","user":{"firstName":"Li"},"user":${JSON.stringify(USER)}}}`;
    vendor.will(raw(200, text));
    expect(await provider.read(connection(), HANDLE, NOW)).toMatchObject({
      identity: { person: { fullName: 'Li Wei' } },
    });
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'Li Wei'],
  ])('of somebody pending with %s for a user has no identity', async (_name, user) => {
    vendor.will(json(200, { data: { _id: VERIFICATION_ID, status: 'pending', user } }));
    expect(await provider.read(connection(), HANDLE, NOW)).toMatchObject({
      kind: 'present',
      observation: { verdict: 'requires_input', evidence: null },
      identity: null,
    });
  });

  test('of an unknown id is absent', async () => {
    vendor.will(json(404, { message: 'no' }));
    expect(await provider.read(connection(), HANDLE, NOW)).toMatchObject({
      kind: 'absent',
      rawStatus: '404',
    });
  });

  test('of another id than asked for is foreign', async () => {
    vendor.will(json(200, { data: { _id: '665f0a1b2c3d4e5f60718294', status: 'verified' } }));
    expect(await provider.read(connection(), HANDLE, NOW)).toEqual({ kind: 'foreign' });
  });

  test('keeps an id from leaving its place in the path', async () => {
    vendor.will(json(404, {}));
    await provider.read(connection(), { verificationId: '../../admin?x=/1' }, NOW);
    expect(vendor.requests[0]?.path).toBe('/core/api/v1/verification/..%2F..%2Fadmin%3Fx%3D%2F1/status');
  });

  test('is tried again, for a read has no effect', async () => {
    vendor.will(json(503, {}), json(200, { data: { _id: VERIFICATION_ID, status: 'pending' } }));
    expect((await provider.read(connection(), HANDLE, NOW)).kind).toBe('present');
  });

  test.each([
    ['no status', json(200, { data: { _id: VERIFICATION_ID } }), 'contract'],
    ['a number for a status', json(200, { data: { _id: VERIFICATION_ID, status: 1 } }), 'contract'],
    ['a bad key', json(401, {}), 'credentials'],
  ] as const)('fails on %s', async (_name, reply, fault) => {
    vendor.will(reply);
    expect(await failureOf(provider.read(connection(), HANDLE, NOW))).toMatchObject({
      fault,
      effect: 'none',
    });
  });
});

describe('check', () => {
  test.each([
    ['a 404 for an id of nothing', json(404, {}), true],
    ['a 400 for an id of nothing', json(400, {}), false],
    ['a 401', json(401, {}), false],
    ['a 403', json(403, {}), false],
  ])('%s', async (_name, reply, ok) => {
    vendor.will(reply);
    expect((await provider.check(connection())).map((one) => one.ok)).toEqual([ok, true]);
  });
});
