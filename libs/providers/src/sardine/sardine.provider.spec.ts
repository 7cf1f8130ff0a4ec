import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { failureOf } from '../../test/failures.js';
import { CUSTOMER_ID, ENTITY, WIDGET_URL } from '../../test/sardine-bodies.js';
import { CREATE, HANDLE, nobody, NOW, SardineRig, SEARCH, somebody, WIDGET } from '../../test/sardine-rig.js';
import { cutShort, json, raw, reset, stall } from '../../test/scripted-vendor.js';
import { startRequest } from '../../test/start-request.js';

let rig: SardineRig;
beforeEach(async () => {
  rig = await SardineRig.open();
});
afterEach(async () => {
  await rig.close();
});

const widget = json(200, { widgetUrl: WIDGET_URL }, { date: 'Sat, 02 May 2026 09:15:00 GMT' });

describe('start', () => {
  test('searches, creates and asks for a widget', async () => {
    rig.will(nobody, json(201, { customerId: CUSTOMER_ID }), widget);
    const started = await rig.provider.start(
      rig.connection(),
      startRequest({ checks: ['document', 'liveness'] }),
    );
    expect(rig.calls).toEqual([SEARCH, CREATE, WIDGET]);
    const basic = `Basic ${Buffer.from('northwind:secret:with:colons').toString('base64')}`;
    expect(rig.vendor.requests.map(({ headers }) => headers.authorization)).toEqual([basic, basic, basic]);
    expect([rig.vendor.sent(0), rig.vendor.sent(1)]).toEqual([
      { phoneNumber: '+14155550123' },
      { phoneNumber: '+14155550123' },
    ]);
    expect(rig.vendor.sent(2)).toEqual({
      customerId: CUSTOMER_ID,
      scope: ['profile', 'doc_kyc', 'liveness'],
      flow: 'kyc_input',
      successUrl: 'https://idv.test/return/tok?hint=ok&x=ä',
      manualKycUrl: 'https://idv.test/return/tok?hint=review',
      autoRedirect: true,
    });
    expect(started).toEqual({
      action: { type: 'redirect', url: WIDGET_URL, expiresAt: null },
      reference: CUSTOMER_ID,
      handle: {
        customerId: CUSTOMER_ID,
        phone: '+14155550123',
        scopes: 'profile doc_kyc liveness',
        startedAt: '2026-05-02T09:15:00.000Z',
      },
      rawStatus: null,
      delivery: null,
      warnings: [],
      isSharingRefused: false,
    });
    expect(rig.provider.handle.parse(started.handle)).toEqual(started.handle);
  });

  test.each([
    ['an id', somebody],
    ['more than an id', json(200, { customerId: CUSTOMER_ID, clientId: 'x', new: {} })],
  ])('creates nobody where the search finds %s', async (_name, reply) => {
    rig.will(reply, widget);
    await rig.provider.start(rig.connection(), startRequest());
    expect(rig.calls).toEqual([SEARCH, WIDGET]);
  });

  test.each([
    ['nulls', nobody],
    ['an empty object', json(200, {})],
    ['nothing', raw(200, '')],
    ['null', raw(200, 'null')],
    ['an empty id', json(200, { customerId: '' })],
    ['a 404', json(404, { message: 'no' })],
  ])('creates where the search answers %s', async (_name, reply) => {
    rig.will(reply, somebody, widget);
    await rig.provider.start(rig.connection(), startRequest());
    expect(rig.calls).toEqual([SEARCH, CREATE, WIDGET]);
  });

  test.each([
    ['a 409', json(409, { message: 'exists' })],
    ['a 400', json(400, { message: 'exists' })],
    ['a 422', json(422, {})],
    ['a 500', json(500, {})],
    ['a lost answer', reset],
  ])('looks again where somebody else was faster: create answers %s', async (_name, reply) => {
    rig.will(nobody, reply, somebody, widget);
    const started = await rig.provider.resume(rig.connection(), startRequest());
    expect(rig.calls).toEqual([SEARCH, CREATE, SEARCH, WIDGET]);
    expect(started.reference).toBe(CUSTOMER_ID);
  });

  test('reports what create said where nobody was', async () => {
    rig.will(nobody, json(400, { message: 'bad phone' }), nobody);
    expect(await failureOf(rig.provider.start(rig.connection(), startRequest()))).toMatchObject({
      fault: 'invalid_request',
      effect: 'none',
      httpStatus: 400,
    });
  });

  test.each([
    ['credentials', [json(401, {})], 'credentials', 1],
    ['credentials at create', [nobody, json(401, {})], 'credentials', 2],
    ['a rate limit at create', [nobody, json(429, {})], 'rate_limited', 2],
    ['a widget for nobody', [somebody, json(404, {})], 'not_found', 2],
    ['a widget without a URL', [somebody, json(200, {})], 'contract', 2],
    ['a widget with a script', [somebody, json(200, { widgetUrl: 'javascript:1' })], 'contract', 2],
    ['HTML', [raw(200, '<html>')], 'contract', 1],
  ] as const)('fails without effect on %s', async (_name, replies, fault, calls) => {
    rig.will(...replies);
    expect(await failureOf(rig.provider.start(rig.connection(), startRequest()))).toMatchObject({
      fault,
      effect: 'none',
    });
    expect(rig.vendor.requests).toHaveLength(calls);
  });

  test.each([null, '12', 'phone'])('refuses the phone %j without a call', async (phone) => {
    const failure = await failureOf(
      rig.provider.start(rig.connection(), startRequest({ subject: { phone } })),
    );
    expect(failure).toMatchObject({ fault: 'invalid_request', effect: 'none' });
    expect(rig.vendor.requests).toEqual([]);
  });
});

describe('read', () => {
  test('normalises the whole entity', async () => {
    rig.will(json(200, ENTITY));
    const reading = await rig.provider.read(rig.connection(), HANDLE, NOW);
    expect(rig.calls).toEqual([`GET /v1/identity/entities/${CUSTOMER_ID}`]);
    expect(reading).toEqual({
      kind: 'present',
      reference: CUSTOMER_ID,
      handlePatch: {},
      evidence: { body: expect.anything(), asked: HANDLE },
      observation: {
        verdict: 'verified',
        rawStatus: 'low',
        reasonCodes: [],
        providerTime: null,
        delivery: [],
        validity: { documentExpiry: '2029-02-11', state: 'valid', documents: [] },
        riskLevel: 'low',
        consent: { id: null, grantedAt: '2026-05-02T09:21:44.000Z', revokedAt: null, sharedFrom: null },
        evidence: { images: 3, imagesUntil: null, report: false, reportUntil: null },
      },
      identity: {
        person: {
          firstName: 'Ana',
          lastName: 'Ruiz',
          fullName: 'Ana Ruiz',
          gender: 'female',
          dateOfBirth: '1994-02-11',
          nationality: null,
          email: 'ana@mail.test',
          phone: '+14155550188',
          address: { street: '9 Elm St', city: 'Reno', region: 'NV', postalCode: '89501', country: null },
        },
        documents: [
          {
            type: 'drivers_license',
            number: 'X99',
            subtype: null,
            issuedOn: null,
            expiresOn: '2029-02-11',
            issuingAuthority: null,
            issuingCountry: 'US',
            placeOfIssue: null,
            checks: { faceMatch: { passed: null, score: null }, classification: { passed: null } },
            ocr: {},
          },
        ],
        liveness: { passed: null, score: null },
        risk: { level: 'low' },
        consent: { id: null, grantedAt: '2026-05-02T09:21:44.000Z', revokedAt: null, sharedFrom: null },
      },
    });
  });

  test.each([
    ['PASSPORT', 'passport'],
    ['NATIONAL_ID', 'national_id'],
    ['drivers_license', 'drivers_license'],
    ['RESIDENCE_PERMIT', 'other'],
    [null, 'other'],
  ])('calls a document of type %j %s', async (documentType, type) => {
    rig.will(json(200, { ...ENTITY, documentData: { ...ENTITY.documentData, documentType } }));
    expect(await rig.provider.read(rig.connection(), HANDLE, NOW)).toMatchObject({
      identity: { documents: [{ type }] },
    });
  });

  test.each([
    ['a 404', json(404, {}), '404'],
    ['a 403', json(403, {}), '403'],
    ['an empty body', raw(200, ''), 'empty'],
    ['an empty object', json(200, {}), 'empty'],
  ])('of %s is absent', async (_name, reply, rawStatus) => {
    rig.will(reply);
    expect(await rig.provider.read(rig.connection(), HANDLE, NOW)).toEqual({
      kind: 'absent',
      rawStatus,
      reasonCodes: ['awaiting_user'],
    });
  });

  test('of somebody else is foreign', async () => {
    rig.will(json(200, { ...ENTITY, profile: { ...ENTITY.profile, userId: 'somebody-else' } }));
    expect(await rig.provider.read(rig.connection(), HANDLE, NOW)).toEqual({ kind: 'foreign' });
  });

  test('takes a handle from when it said whether to share, and not for which phone', async () => {
    rig.will(json(200, ENTITY));
    const { customerId, scopes, startedAt } = HANDLE;
    const older = { customerId, scopes, startedAt };
    const handle = { ...older, reuse: 'allow' };
    expect(rig.provider.handle.parse(handle)).toEqual({ ...older, phone: null });
    expect(await rig.provider.read(rig.connection(), handle, NOW)).toMatchObject({ kind: 'present' });
  });

  test('shows nothing of a person who has withdrawn', async () => {
    rig.will(json(200, { ...ENTITY, profile: { ...ENTITY.profile, revokedAt: '2026-05-02T09:50:00Z' } }));
    expect(await rig.provider.read(rig.connection(), HANDLE, NOW)).toMatchObject({
      kind: 'present',
      identity: null,
      observation: {
        verdict: 'requires_input',
        reasonCodes: ['consent_revoked'],
        consent: { revokedAt: '2026-05-02T09:50:00.000Z' },
      },
    });
  });

  test('takes images larger than the usual answer', async () => {
    rig.will(json(200, { ...ENTITY, documentKyc: { front: 'A'.repeat(6 * 1024 * 1024) } }));
    expect(await rig.provider.read(rig.connection(), HANDLE, NOW)).toMatchObject({
      observation: { evidence: { images: 1 } },
    });
  });

  test.each([
    ['bad credentials', json(401, {}), 'credentials'],
    ['a document of another shape', json(200, { ...ENTITY, documentData: 'X99' }), 'contract'],
    ['a list', json(200, [ENTITY]), 'contract'],
    ['an empty list', json(200, []), 'contract'],
    [
      'an empty list for a withdrawal',
      json(200, { profile: { ...ENTITY.profile, revokedAt: [] } }),
      'contract',
    ],
    ['HTML', raw(200, '<html>'), 'contract'],
    ['images that are cut off', raw(200, '{"documentKyc":{"front":"AAAA'), 'contract'],
    ['an answer that never ends', raw(200, Buffer.alloc(40 * 1024 * 1024 + 1, ' ')), 'contract'],
    ['a broken connection', cutShort, 'unavailable'],
  ] as const)('fails on %s', async (_name, reply, fault) => {
    rig.will(reply);
    expect(await failureOf(rig.provider.read(rig.connection(), HANDLE, NOW))).toMatchObject({
      fault,
      effect: 'none',
    });
  });
});

test('a read that begins and does not end is given up in time', async () => {
  const hasty = await SardineRig.open(1);
  hasty.will(stall);
  const failure = await failureOf(hasty.provider.read(hasty.connection(), HANDLE, NOW));
  expect(failure).toMatchObject({ provider: 'sardine', fault: 'timeout', effect: 'none' });
  await hasty.close();
});

describe('check', () => {
  test.each([
    ['nobody found', nobody, true],
    ['a refusal of the number', json(400, {}), false],
    ['a path that nobody knows', json(404, {}), false],
    ['bad credentials', json(401, {}), false],
    ['something else that listens', raw(200, '<html>'), false],
  ])('%s', async (_name, reply, ok) => {
    rig.will(reply);
    expect((await rig.provider.check(rig.connection())).map((one) => one.ok)).toEqual([ok]);
  });
});
