import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Contact, type LookupHit } from '@gatehouse/contract';

import { failureOf } from '../../test/failures.js';
import { json, reset } from '../../test/scripted-vendor.js';
import { BAD_CREDENTIALS, CUSTOMER, ROW_NOT_FOUND } from '../../test/sentinel-bodies.js';
import { found, SentinelUnderTest } from '../../test/sentinel-under-test.js';

const NOW = new Date('2026-05-20T09:00:00.000Z');
const BOTH: Contact = { email: 'omar.haddad@mail.test', phone: '+971500000042' };
const BY_EMAIL: Contact = { ...BOTH, phone: null };
const BY_PHONE: Contact = { ...BOTH, email: null };
const nobody = json(404, ROW_NOT_FOUND);

let sentinel: SentinelUnderTest;
beforeEach(async () => {
  sentinel = await SentinelUnderTest.open();
});
afterEach(() => sentinel.close());

const lookup = (contact: Contact): Promise<LookupHit | null> =>
  sentinel.provider.lookup(sentinel.connection(), contact, NOW);

describe('a lookup', () => {
  test('asks by the e-mail address alone, and shows what is held now', async () => {
    sentinel.vendor.will(found());
    const hit = await lookup(BOTH);
    expect(sentinel.paths).toEqual(['/customers/statusWithoutImages/clientAuth']);
    expect(sentinel.asked()).toEqual({ email: BOTH.email });
    expect(hit).toMatchObject({
      matchedBy: 'email',
      record: {
        reference: CUSTOMER.uuid,
        contact: BOTH,
        observation: { verdict: 'verified', rawStatus: '6', evidence: null },
        identity: { person: { fullName: 'Omar Haddad' } },
      },
    });
  });

  test('asks by the phone alone once nobody has the e-mail address', async () => {
    sentinel.vendor.will(nobody, found({ email: 'o.haddad@mail.test' }));
    expect(await lookup(BOTH)).toMatchObject({
      matchedBy: 'phone',
      record: { contact: { email: 'o.haddad@mail.test', phone: BOTH.phone } },
    });
    expect([0, 1].map((n) => sentinel.asked(n))).toEqual([
      { email: BOTH.email },
      { phoneNumber: BOTH.phone },
    ]);
  });

  test.each([
    ['nobody by e-mail', BY_EMAIL, 1],
    ['nobody by phone', BY_PHONE, 1],
    ['nobody by either', BOTH, 2],
  ] as const)('finds %s', async (_name, contact, calls) => {
    sentinel.vendor.will(nobody, nobody);
    expect(await lookup(contact)).toBeNull();
    expect(sentinel.paths).toHaveLength(calls);
  });

  test('asks nothing of nobody', async () => {
    expect(await lookup({ email: null, phone: null })).toBeNull();
    expect(sentinel.paths).toEqual([]);
  });

  test.each<[string, Contact, object, LookupHit['matchedBy'] | null]>([
    ['the e-mail address in other case', BY_EMAIL, { email: 'Omar.HADDAD@mail.test' }, 'email'],
    ['the e-mail address with blanks around', BY_EMAIL, { email: ' omar.haddad@mail.test ' }, 'email'],
    ['another e-mail address', BY_EMAIL, { email: 'someone@mail.test' }, null],
    [
      'another e-mail address but our phone',
      BY_EMAIL,
      { email: 'x@mail.test', phoneNumber: BOTH.phone },
      null,
    ],
    ['one that begins alike', BY_EMAIL, { email: 'omar.haddad@mail.test.example' }, null],
    ['no e-mail address', BY_EMAIL, { email: null }, null],
    ['an e-mail address that is none', BY_EMAIL, { email: 7 }, null],
    ['the phone in another form', BY_PHONE, { phoneNumber: '+971 50 000-0042' }, 'phone'],
    ['another phone', BY_PHONE, { phoneNumber: '+971500000043' }, null],
    ['the phone with another country code', BY_PHONE, { phoneNumber: '+972500000042' }, null],
    ['the phone without its country code', BY_PHONE, { phoneNumber: '0500000042' }, null],
    ['no phone', BY_PHONE, { phoneNumber: null }, null],
  ])('answered with %s', async (_name, contact, record, matchedBy) => {
    sentinel.vendor.will(found(record));
    expect((await lookup(contact))?.matchedBy ?? null).toBe(matchedBy);
  });

  test('takes a stranger at the e-mail address for nobody, and goes on by phone', async () => {
    sentinel.vendor.will(found({ uuid: 'stranger', email: 'x@mail.test' }), found());
    expect(await lookup(BOTH)).toMatchObject({ matchedBy: 'phone', record: { reference: CUSTOMER.uuid } });
  });

  test.each([
    ['bad credentials', json(400, BAD_CREDENTIALS), 'credentials'],
    ['a refusal', json(422, { errors: [{ message: 'email: invalid' }] }), 'invalid_request'],
    ['a record without an id', found({ uuid: null }), 'contract'],
  ] as const)('fails on %s, and does not go on by phone', async (_name, reply, fault) => {
    sentinel.vendor.will(reply);
    expect(await failureOf(lookup(BOTH))).toMatchObject({ provider: 'sentinel', fault, effect: 'none' });
    expect(sentinel.paths).toHaveLength(1);
  });

  test('is repeated after a lost answer', async () => {
    sentinel.vendor.will(reset, found());
    expect(await lookup(BY_EMAIL)).not.toBeNull();
  });
});

describe('the handle of a record that was found', () => {
  test('is one that the adapter takes back', async () => {
    sentinel.vendor.will(found());
    const hit = await lookup(BOTH);
    expect(hit?.record.handle).toEqual({
      email: CUSTOMER.email,
      phone: CUSTOMER.phoneNumber,
      latestEmail: CUSTOMER.email,
      latestPhone: CUSTOMER.phoneNumber,
      uuid: CUSTOMER.uuid,
      startedAt: '2026-05-20T08:00:00.000Z',
      warned: false,
      images: null,
      imagesOf: null,
    });
    expect(sentinel.provider.handle.parse(hit?.record.handle)).toEqual(hit?.record.handle);
  });

  test.each<[string, object, string | null]>([
    ['when the record was made', { createdAt: '2026-05-20T12:00:00+04:00' }, '2026-05-20T08:00:00.000Z'],
    ['when it was changed, if nobody says when it was made', { createdAt: null }, CUSTOMER.updatedAt],
    [
      'when it was changed, if that was earlier',
      { createdAt: '2027-01-01T00:00:00.000Z' },
      CUSTOMER.updatedAt,
    ],
    ['when it was made, if nobody says when it was changed', { updatedAt: null }, CUSTOMER.createdAt],
    ['at no time, if there is none', { createdAt: 'soon', updatedAt: 7 }, null],
  ])('begins %s', async (_name, record, startedAt) => {
    sentinel.vendor.will(found(record));
    expect((await lookup(BOTH))?.record.handle).toMatchObject({ startedAt });
  });

  test.each<[string, object]>([
    ['as it was', {}],
    ['with times that contradict each other', { createdAt: '2027-01-01T00:00:00.000Z' }],
    ['under other contacts', { email: 'new@mail.test', phoneNumber: null }],
  ])('reads the record again, %s', async (_name, record) => {
    sentinel.vendor.will(found(), found(record));
    const hit = await lookup(BOTH);
    if (hit === null) throw new Error('Nobody was found');
    const reading = await sentinel.provider.read(sentinel.connection(), hit.record.handle, NOW);
    expect(reading).toMatchObject({
      kind: 'present',
      reference: CUSTOMER.uuid,
      observation: { verdict: 'verified' },
    });
  });

  test('leads to nobody where the record has no contact', async () => {
    sentinel.vendor.will(json(200, { data: [{ ...CUSTOMER, email: null, phoneNumber: ' ' }] }));
    const request = { page: 1, pageSize: 10, sortBy: 'updatedAt' } as const;
    const { records } = await sentinel.provider.list(sentinel.connection(), request, NOW);
    const reading = await sentinel.provider.read(sentinel.connection(), records[0]?.handle ?? {}, NOW);
    expect(reading.kind).toBe('absent');
    expect(sentinel.paths).toHaveLength(1);
  });
});
