import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { failureOf } from '../../test/failures.js';
import { WIDGET_URL } from '../../test/sardine-bodies.js';
import { HANDLE, SardineRig, SEARCH, somebody, WIDGET } from '../../test/sardine-rig.js';
import { json, type Reply } from '../../test/scripted-vendor.js';
import { startRequest } from '../../test/start-request.js';

let rig: SardineRig;
beforeEach(async () => {
  rig = await SardineRig.open();
});
afterEach(async () => {
  await rig.close();
});

const SUCCESS = 'https://idv.test/return/tok?hint=ok&x=ä';
const REVIEW = 'https://idv.test/return/tok?hint=review';
const UNSHARED = 'https://idv.test/return/tok?hint=unshared';

const widgetOn = (date: string): Reply => json(200, { widgetUrl: WIDGET_URL }, { date });
const widget = widgetOn('Sat, 02 May 2026 09:15:00 GMT');
const sharing = startRequest({ reuse: 'allow' });

describe('a widget', () => {
  test('asks for everything where nothing may be reused', async () => {
    rig.will(somebody, widget);
    const started = await rig.provider.start(rig.connection(), startRequest());
    expect(rig.vendor.sent(1)).toMatchObject({
      flow: 'kyc_input',
      successUrl: SUCCESS,
      manualKycUrl: REVIEW,
      autoRedirect: true,
    });
    expect(started.isSharingRefused).toBe(false);
  });

  test('asks to share where reuse is allowed, and has whoever cannot go on from there', async () => {
    rig.will(somebody, widget);
    const started = await rig.provider.start(rig.connection(), sharing);
    expect(rig.calls).toEqual([SEARCH, WIDGET]);
    expect(rig.vendor.sent(1)).toMatchObject({
      scope: ['profile', 'doc_kyc'],
      flow: 'kyc_sharing',
      successUrl: SUCCESS,
      manualKycUrl: UNSHARED,
    });
    expect(started.isSharingRefused).toBe(false);
  });

  test('has whoever cannot share wait for a human where that is what the way back means', async () => {
    rig.will(somebody, widget);
    await rig.provider.start(rig.connection({ sharingDeadEnd: 'review' }), sharing);
    expect(rig.vendor.sent(1)).toMatchObject({ flow: 'kyc_sharing', manualKycUrl: REVIEW });
  });

  test('shows its confirmation first where the tenant wants it', async () => {
    rig.will(somebody, widget);
    await rig.provider.start(rig.connection({ autoRedirect: false }), startRequest());
    expect(rig.vendor.sent(1)).toMatchObject({ autoRedirect: false });
  });

  test.each([400, 402, 404, 409, 422, 451])(
    'for sharing that is refused with a %d gives way to one for everything',
    async (status) => {
      rig.will(somebody, json(status, { message: 'not eligible' }), widget);
      const started = await rig.provider.start(rig.connection(), sharing);
      expect(rig.calls).toEqual([SEARCH, WIDGET, WIDGET]);
      expect(rig.vendor.sent(2)).toMatchObject({ flow: 'kyc_input', manualKycUrl: REVIEW });
      expect(started).toMatchObject({
        action: { type: 'redirect', url: WIDGET_URL },
        handle: { startedAt: '2026-05-02T09:15:00.000Z' },
        isSharingRefused: true,
      });
    },
  );

  test.each([
    [401, 'credentials'],
    [403, 'credentials'],
    [408, 'timeout'],
    [429, 'rate_limited'],
    [500, 'unavailable'],
  ])('for sharing that fails with a %d is no refusal of sharing', async (status, fault) => {
    const failing = json(status, { message: 'no' });
    rig.will(somebody, failing, failing, failing);
    const failure = await failureOf(rig.provider.start(rig.connection(), sharing));
    expect(failure).toMatchObject({ fault, effect: 'none', httpStatus: status });
    const flows = rig.vendor.requests.slice(1).map(({ body }) => body.includes('kyc_sharing'));
    expect(new Set(flows)).toEqual(new Set([true]));
  });

  test('that is refused for everything as well fails by that', async () => {
    rig.will(somebody, json(400, {}), json(404, {}));
    expect(await failureOf(rig.provider.start(rig.connection(), sharing))).toMatchObject({
      fault: 'not_found',
      httpStatus: 404,
    });
  });

  test('is not asked for again where nothing may be reused', async () => {
    rig.will(somebody, json(400, {}));
    expect(await failureOf(rig.provider.start(rig.connection(), startRequest()))).toMatchObject({
      fault: 'invalid_request',
    });
    expect(rig.calls).toEqual([SEARCH, WIDGET]);
  });
});

describe('another link', () => {
  test('is for the same customer and keeps the beginning', async () => {
    rig.will(widgetOn('Sun, 03 May 2026 09:15:00 GMT'));
    const renewed = await rig.provider.renewLink(rig.connection(), HANDLE, startRequest());
    expect(rig.calls).toEqual([WIDGET]);
    expect(rig.vendor.sent()).toMatchObject({ customerId: HANDLE.customerId, scope: ['profile', 'doc_kyc'] });
    expect(renewed.handle).toEqual(HANDLE);
  });

  test.each([
    ['never', 'kyc_input'],
    ['allow', 'kyc_sharing'],
  ] as const)('may share by its own request, not by the first: %s', async (reuse, flow) => {
    rig.will(widget);
    const handle = { ...HANDLE, reuse: reuse === 'never' ? 'allow' : 'never' };
    await rig.provider.renewLink(rig.connection(), handle, startRequest({ reuse }));
    expect(rig.vendor.sent()).toMatchObject({ flow });
  });
});
