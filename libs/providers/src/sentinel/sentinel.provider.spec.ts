import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Reading } from '@gatehouse/contract';

import { failureOf } from '../../test/failures.js';
import { json, raw, reset, type ScriptedVendor } from '../../test/scripted-vendor.js';
import {
  BAD_CREDENTIALS,
  CREDENTIALS,
  CUSTOMER,
  CUSTOMER_WITH_IMAGES,
  ROW_NOT_FOUND,
} from '../../test/sentinel-bodies.js';
import { found, handleOf, SentinelUnderTest } from '../../test/sentinel-under-test.js';
import { startRequest } from '../../test/start-request.js';
import { type SentinelSettings } from './sentinel.config.js';
import { type SentinelHandle } from './sentinel.handle.js';
import { type SentinelProvider } from './sentinel.provider.js';

const NOW = new Date('2026-05-20T09:00:00.000Z');
const LINK = 'https://verify.northwind.test?data=Zm9vYmFyLXRva2Vu%2B==';

let sentinel: SentinelUnderTest;
let vendor: ScriptedVendor;
let provider: SentinelProvider;
beforeEach(async () => {
  sentinel = await SentinelUnderTest.open();
  ({ vendor, provider } = sentinel);
});
afterEach(() => sentinel.close());

const connection: SentinelUnderTest['connection'] = (overrides) => sentinel.connection(overrides);

const minted = json(200, { message: 'Success', data: LINK }, { date: 'Wed, 20 May 2026 08:00:00 GMT' });

describe('start', () => {
  test('mints a link with the credentials in the body and appends the redirect to the untouched link', async () => {
    vendor.will(minted);
    const started = await provider.start(
      connection(),
      startRequest({ documentTypes: ['passport', 'emirates_id'], subject: { phone: '+971 50 000 0042' } }),
    );
    expect(vendor.requests[0]).toMatchObject({ method: 'POST', path: '/clients/encrypt/url' });
    expect(vendor.sent()).toEqual({
      clientUuid: CREDENTIALS.clientUuid,
      clientSecret: CREDENTIALS.clientSecret,
      email: 'lena.moss@mail.test',
      phoneNumber: '+971500000042',
      documents: ['passport', 'emiratesId'],
    });
    expect(started).toEqual({
      action: {
        type: 'redirect',
        url: `${LINK}&redirectUrl=https%3A%2F%2Fidv.test%2Freturn%2Ftok%3Fhint%3Dok%26x%3D%C3%A4`,
        expiresAt: null,
      },
      reference: null,
      handle: {
        email: 'lena.moss@mail.test',
        phone: '+971500000042',
        latestEmail: null,
        latestPhone: null,
        uuid: null,
        startedAt: '2026-05-20T08:00:00.000Z',
        warned: false,
        images: null,
        imagesOf: null,
      },
      rawStatus: null,
      delivery: null,
      warnings: [],
      isSharingRefused: false,
    });
    expect(provider.handle.parse(started.handle)).toEqual(started.handle);
  });

  test('opens a query where the link has none', async () => {
    vendor.will(json(200, { message: 'Success', data: 'https://verify.test/abc' }));
    const { action } = await provider.start(
      connection(),
      startRequest({ returnUrl: () => 'https://r.test/' }),
    );
    expect(action).toMatchObject({ url: 'https://verify.test/abc?redirectUrl=https%3A%2F%2Fr.test%2F' });
  });

  test('leaves out what was not asked for', async () => {
    vendor.will(minted);
    await provider.start(connection(), startRequest({ subject: { phone: null } }));
    expect(Object.keys(vendor.sent() as object).sort()).toEqual(['clientSecret', 'clientUuid', 'email']);
  });

  test.each([
    [
      ['egypt_national_id'],
      /does not show the Egyptian national ID yet; the person may have nothing to upload/u,
    ],
    [
      ['passport', 'egypt_national_id'],
      /does not show the Egyptian national ID yet; the person may only be able to upload another/u,
    ],
  ] as const)('warns of a link for %j', async (documentTypes, warning) => {
    vendor.will(minted);
    const request = startRequest({ documentTypes: [...documentTypes] });
    expect((await provider.start(connection(), request)).warnings).toEqual([expect.stringMatching(warning)]);
    expect(vendor.sent()).toMatchObject({
      documents: expect.arrayContaining(['egyptNationalId']) as unknown,
    });
    vendor.will(minted);
    expect((await provider.renewLink(connection(), handleOf(), request)).warnings).toHaveLength(1);
  });

  test.each([
    ['a document it does not know', startRequest({ documentTypes: ['drivers_license'] })],
    ['nobody to contact', startRequest({ subject: { email: null, phone: null } })],
  ])('refuses %s without a call', async (_name, request) => {
    const failure = await failureOf(provider.start(connection(), request));
    expect(failure).toMatchObject({ provider: 'sentinel', fault: 'invalid_request', effect: 'none' });
    expect(vendor.requests).toEqual([]);
  });

  test.each([
    ['bad credentials', json(400, BAD_CREDENTIALS), 'credentials'],
    [
      'bad credentials in other words',
      json(400, { errors: [{ message: 'invalid user credentials' }] }),
      'invalid_request',
    ],
    ['another 400', json(400, { errors: [{ message: 'Something else' }] }), 'invalid_request'],
    ['a validation error', json(422, { errors: [{ message: 'email must be valid' }] }), 'invalid_request'],
    ['a 404', json(404, ROW_NOT_FOUND), 'not_found'],
    ['a link that is an object', json(200, { data: { url: LINK } }), 'contract'],
    ['a link that is no web address', json(200, { data: 'javascript:alert(1)' }), 'contract'],
    ['no data', json(200, { message: 'Success' }), 'contract'],
    ['HTML', raw(200, '<html>'), 'contract'],
  ] as const)('fails without effect on %s', async (_name, reply, fault) => {
    vendor.will(reply);
    const failure = await failureOf(provider.start(connection(), startRequest()));
    expect(failure).toMatchObject({ provider: 'sentinel', fault, effect: 'none' });
    expect(vendor.requests).toHaveLength(1);
  });

  test('is repeated after a lost answer, because minting changes nothing', async () => {
    vendor.will(reset, json(503, {}), minted);
    expect((await provider.resume(connection(), startRequest())).action.type).toBe('redirect');
    expect(vendor.requests).toHaveLength(3);
  });
});

describe('renewLink', () => {
  test('mints again for the latest contact and keeps the beginning', async () => {
    vendor.will(json(200, { data: LINK }, { date: 'Thu, 21 May 2026 08:00:00 GMT' }));
    const handle = handleOf({ latestEmail: 'new@mail.test', uuid: CUSTOMER.uuid });
    const renewed = await provider.renewLink(connection(), handle, startRequest());
    expect(vendor.sent()).toMatchObject({ email: 'new@mail.test', phoneNumber: CUSTOMER.phoneNumber });
    expect(renewed.handle).toEqual(handle);
    expect(renewed.reference).toBe(CUSTOMER.uuid);
  });
});

async function readWith(handle: SentinelHandle, settings: Partial<SentinelSettings> = {}): Promise<Reading> {
  return provider.read(connection(settings), handle, NOW);
}

describe('read', () => {
  test('normalises the whole record and remembers who it is', async () => {
    vendor.will(found(), json(200, { data: CUSTOMER_WITH_IMAGES }));
    const reading = await readWith(handleOf());
    expect(vendor.requests[0]).toMatchObject({
      method: 'POST',
      path: '/customers/statusWithoutImages/clientAuth',
    });
    expect(vendor.sent()).toEqual({
      clientUuid: CREDENTIALS.clientUuid,
      clientSecret: CREDENTIALS.clientSecret,
      email: CUSTOMER.email,
      phoneNumber: CUSTOMER.phoneNumber,
    });
    expect(reading).toEqual({
      kind: 'present',
      reference: CUSTOMER.uuid,
      evidence: expect.objectContaining({ images: 5 }),
      handlePatch: {
        uuid: CUSTOMER.uuid,
        latestEmail: CUSTOMER.email,
        latestPhone: CUSTOMER.phoneNumber,
        images: 5,
        imagesOf: '2026-05-20T08:04:10.000Z',
      },
      observation: {
        verdict: 'verified',
        rawStatus: '6',
        reasonCodes: [],
        providerTime: '2026-05-20T08:04:10.000Z',
        delivery: [],
        validity: { documentExpiry: '2031-01-31', state: 'valid', documents: [] },
        riskLevel: null,
        consent: null,
        evidence: { images: 5, imagesUntil: null, report: false, reportUntil: null },
      },
      identity: {
        person: {
          firstName: 'Omar',
          lastName: 'Haddad',
          fullName: 'Omar Haddad',
          gender: 'male',
          dateOfBirth: '1987-11-03',
          nationality: 'JO',
          email: 'omar.haddad@mail.test',
          phone: '+971500000042',
          address: null,
        },
        documents: [
          {
            type: 'passport',
            number: 'N0000042',
            subtype: 'P',
            issuedOn: '2021-02-01',
            expiresOn: '2031-01-31',
            issuingAuthority: 'CSPD',
            issuingCountry: 'JO',
            placeOfIssue: 'Amman',
            checks: { faceMatch: { passed: true, score: 94.4 }, classification: { passed: true } },
            ocr: { documentNumber: 'N0000042' },
          },
        ],
        liveness: { passed: true, score: 97.1 },
        risk: { level: null },
        consent: null,
      },
    });
  });

  test.each([
    ['emiratesId', { emiratesIdNumber: '784-1', ocrEmiratesId: { cardNumber: '1' } }, 'emirates_id', '784-1'],
    ['egyptNationalId', { egyptNationalIdNumber: '299' }, 'egypt_national_id', '299'],
  ])('names a document under %s', async (key, fields, type, number) => {
    vendor.will(found({ passport: null, [key]: fields }));
    expect(await readWith(handleOf())).toMatchObject({ identity: { documents: [{ type, number }] } });
  });

  test('of nobody is absent: the person is not done yet', async () => {
    vendor.will(json(404, ROW_NOT_FOUND));
    expect(await readWith(handleOf())).toEqual({
      kind: 'absent',
      rawStatus: '404',
      reasonCodes: ['awaiting_user'],
    });
    expect(vendor.requests).toHaveLength(1);
  });

  test('asks by the latest contact first and by the original if that is gone', async () => {
    const edited = { email: 'new@mail.test' };
    vendor.will(json(404, ROW_NOT_FOUND), found(edited));
    const reading = await readWith(handleOf({ latestEmail: 'newer@mail.test', uuid: CUSTOMER.uuid }));
    expect(reading).toMatchObject({ kind: 'present', handlePatch: { latestEmail: 'new@mail.test' } });
    expect([0, 1].map((n) => (vendor.sent(n) as { email: string }).email)).toEqual([
      'newer@mail.test',
      CUSTOMER.email,
    ]);
  });

  test.each([
    ['bad credentials', json(400, BAD_CREDENTIALS), 'credentials'],
    ['a failed validation', json(422, {}), 'invalid_request'],
    ['a conflict', json(409, {}), 'conflict'],
    ['no status', found({ status: undefined }), 'contract'],
    ['a status in letters', found({ status: '6' }), 'contract'],
    ['a flag in letters', found({ isLive: 'no' }), 'contract'],
  ] as const)('fails on %s', async (_name, reply, fault) => {
    vendor.will(reply);
    expect(await failureOf(readWith(handleOf()))).toMatchObject({ fault, effect: 'none' });
  });
});

describe('whose record a read answers with', () => {
  const stranger = 'ffffffff-0000-4000-8000-000000000000';
  test.each<[string, Partial<SentinelHandle>, object, string]>([
    ['our e-mail and phone', {}, {}, 'verified'],
    ['our e-mail in capitals', {}, { email: 'OMAR.Haddad@mail.test' }, 'verified'],
    ['our e-mail, another phone', {}, { phoneNumber: '+971500000099' }, 'verified'],
    ['our phone, another e-mail', {}, { email: 'someone@mail.test' }, 'needs_review contact_mismatch'],
    ['our phone, no e-mail', {}, { email: null }, 'needs_review contact_mismatch'],
    ['our phone, where we gave no e-mail', { email: null }, { email: 'someone@mail.test' }, 'verified'],
    ['our phone in another form', { email: null, phone: '+971 50 000 0042' }, {}, 'verified'],
    ['neither', {}, { email: 'someone@mail.test', phoneNumber: '+971500000099' }, 'foreign'],
    ['neither, both missing', {}, { email: null, phoneNumber: null }, 'foreign'],
    ['another phone, where we gave no e-mail', { email: null }, { phoneNumber: '+971500000099' }, 'foreign'],
    [
      'our customer id, other contacts',
      { uuid: CUSTOMER.uuid },
      { email: 'x@mail.test', phoneNumber: null },
      'verified',
    ],
    ['another customer id, our contacts', { uuid: stranger }, {}, 'foreign'],
  ])('%s', async (_name, handle, record, expected) => {
    vendor.will(found(record));
    const reading = await readWith(handleOf(handle));
    const told =
      reading.kind === 'present'
        ? [reading.observation.verdict, ...reading.observation.reasonCodes].join(' ')
        : reading.kind;
    expect(told).toBe(expected);
  });

  test('a doubtful one is shown nothing of and not remembered', async () => {
    vendor.will(found({ email: 'someone@mail.test' }));
    expect(await readWith(handleOf())).toMatchObject({ identity: null, reference: null, handlePatch: {} });
  });

  test('a foreign one by the latest contact does not hide ours by the original', async () => {
    vendor.will(found({ email: 'x@mail.test', phoneNumber: null, uuid: stranger }), found());
    const reading = await readWith(handleOf({ latestEmail: 'x@mail.test', uuid: CUSTOMER.uuid }));
    expect(reading.kind).toBe('present');
  });
});

describe('a record from before this verification', () => {
  const old = { updatedAt: '2026-05-20T07:59:59.999Z' };

  test('is not a result of it', async () => {
    vendor.will(found(old));
    expect(await readWith(handleOf())).toEqual({
      kind: 'absent',
      rawStatus: '6',
      reasonCodes: ['awaiting_user'],
    });
  });

  test('is one where the tenant says so', async () => {
    vendor.will(found(old));
    expect(await readWith(handleOf(), { existingResult: 'accept' })).toMatchObject({
      observation: { verdict: 'verified' },
    });
  });

  test('counts as new within the second of the beginning', async () => {
    vendor.will(found({ updatedAt: '2026-05-20T08:00:00.000Z' }));
    expect(await readWith(handleOf({ startedAt: '2026-05-20T08:00:00.000Z' }))).toMatchObject({
      kind: 'present',
    });
  });

  test.each([
    ['the record has no time', {}, { updatedAt: null }],
    ['the beginning has no time', { startedAt: null }, {}],
  ])(
    'cannot be told from a new one if %s, and then a success needs a human',
    async (_name, handle, record) => {
      vendor.will(found(record));
      expect(await readWith(handleOf(handle))).toMatchObject({
        observation: { verdict: 'needs_review', reasonCodes: ['manual_review_required'] },
      });
    },
  );
});
