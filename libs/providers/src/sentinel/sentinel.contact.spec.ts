import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Contact, type Handle } from '@gatehouse/contract';

import { everythingIn, failureOf } from '../../test/failures.js';
import { cutShort, echo, json, raw, type Reply, reset } from '../../test/scripted-vendor.js';
import { BAD_CREDENTIALS, CREDENTIALS, CUSTOMER, ROW_NOT_FOUND } from '../../test/sentinel-bodies.js';
import { found, handleOf, SentinelUnderTest } from '../../test/sentinel-under-test.js';

const PATH = '/customers/contact/clientAuth';
const LOOKUP = '/customers/statusWithoutImages/clientAuth';
const NEW: Contact = { email: 'new@mail.test', phone: null };
const KNOWN = handleOf({ uuid: CUSTOMER.uuid });
const done = json(200, { message: 'Success' });
const nobody = json(404, ROW_NOT_FOUND);

let sentinel: SentinelUnderTest;
beforeEach(async () => {
  sentinel = await SentinelUnderTest.open();
});
afterEach(() => sentinel.close());

const correct = (change: Contact, handle: Handle = KNOWN): Promise<Handle | null> =>
  sentinel.provider.correctContact(sentinel.connection(), handle, change);

describe('a contact', () => {
  test.each<[string, Contact, object, Handle]>([
    ['e-mail address', NEW, { email: 'new@mail.test' }, { latestEmail: 'new@mail.test' }],
    [
      'phone',
      { email: null, phone: '+971 50 000 0043' },
      { phoneNumber: '+971500000043' },
      { latestPhone: '+971500000043' },
    ],
    [
      'whole',
      { email: 'new@mail.test', phone: '+971500000043' },
      { email: 'new@mail.test', phoneNumber: '+971500000043' },
      { latestEmail: 'new@mail.test', latestPhone: '+971500000043' },
    ],
  ])('is corrected by the members that change: its %s', async (_name, change, sent, patch) => {
    sentinel.vendor.will(done);
    expect(await correct(change)).toEqual({ uuid: CUSTOMER.uuid, ...patch });
    expect(sentinel.paths).toEqual([PATH]);
    expect(sentinel.asked()).toEqual({ customerUuid: CUSTOMER.uuid, ...sent });
  });

  test('is what the person is asked for by afterwards', async () => {
    sentinel.vendor.will(done, found({ email: 'new@mail.test' }));
    const handle = { ...KNOWN, ...(await correct(NEW)) };
    expect(await sentinel.provider.read(sentinel.connection(), handle, new Date())).toMatchObject({
      kind: 'present',
    });
    expect(sentinel.asked(1)).toEqual({ email: 'new@mail.test', phoneNumber: CUSTOMER.phoneNumber });
  });

  test.each<[string, object]>([
    ['{message}', { message: 'Success' }],
    ['{message, data}', { message: 'Success', data: { uuid: CUSTOMER.uuid } }],
    ['{}', {}],
  ])('is corrected, as %s says', async (_name, body) => {
    sentinel.vendor.will(json(200, body));
    expect(await correct(NEW)).not.toBeNull();
  });
});

describe('a person whose customer id is not known yet', () => {
  test('is looked up first, and remembered', async () => {
    sentinel.vendor.will(found({ phoneNumber: '+971 50 000 0099' }), done);
    expect(await correct(NEW, handleOf())).toEqual({
      uuid: CUSTOMER.uuid,
      latestEmail: 'new@mail.test',
      latestPhone: '+971500000099',
    });
    expect(sentinel.paths).toEqual([LOOKUP, PATH]);
    expect(sentinel.asked(1)).toEqual({ customerUuid: CUSTOMER.uuid, email: 'new@mail.test' });
  });

  test.each<[string, Reply]>([
    ['has no record', nobody],
    ['is not whom the phone leads to', found({ email: 'someone@mail.test' })],
    ['is not who is answered with', found({ email: 'someone@mail.test', phoneNumber: '+971500000099' })],
  ])('and %s is not corrected', async (_name, reply) => {
    sentinel.vendor.will(reply);
    expect(await correct(NEW, handleOf())).toBeNull();
    expect(sentinel.paths).toEqual([LOOKUP]);
  });

  test('and cannot be looked up is not corrected, without effect', async () => {
    sentinel.vendor.will(json(503, {}), json(503, {}), json(503, {}));
    expect(await failureOf(correct(NEW, handleOf()))).toMatchObject({ fault: 'unavailable', effect: 'none' });
  });
});

describe('a correction', () => {
  test('of a customer who is gone finds no record', async () => {
    sentinel.vendor.will(nobody);
    expect(await correct(NEW)).toBeNull();
  });

  test.each([
    ['{message}', { message: 'Value already in use by another customer' }],
    ['{errors}', { errors: [{ message: 'Value already in use by another customer' }] }],
    ['nothing', null],
  ])('to what another customer has is a conflict, as %s says', async (_name, body) => {
    sentinel.vendor.will(json(409, body));
    expect(await failureOf(correct(NEW))).toMatchObject({
      provider: 'sentinel',
      fault: 'conflict',
      effect: 'none',
      httpStatus: 409,
    });
  });

  test.each<[string, Reply, string, string]>([
    ['bad credentials', json(400, BAD_CREDENTIALS), 'credentials', 'none'],
    ['a failed validation', json(422, { errors: [{ message: 'email' }] }), 'invalid_request', 'none'],
    ['too many calls', json(429, {}), 'rate_limited', 'none'],
    ['a failure', json(500, {}), 'unavailable', 'unknown'],
    ['a lost connection', reset, 'unavailable', 'unknown'],
    ['half an answer', cutShort, 'unavailable', 'unknown'],
    ['a page', raw(200, '<html>'), 'contract', 'unknown'],
  ])('that meets %s is not repeated', async (_name, reply, fault, effect) => {
    sentinel.vendor.will(reply, done);
    expect(await failureOf(correct(NEW))).toMatchObject({ fault, effect });
    expect(sentinel.paths).toHaveLength(1);
  });

  test('leaves neither a secret nor a contact in its error', async () => {
    sentinel.vendor.will(echo(409));
    const shown = everythingIn(await failureOf(correct(NEW)));
    for (const secret of [CREDENTIALS.clientSecret, CUSTOMER.uuid, 'new@mail.test'])
      expect(shown).not.toContain(secret);
  });
});
