import { describe, expect, test } from '@jest/globals';

import {
  EMAIL_WEBHOOK,
  SMS_WEBHOOK,
  STATUS_WEBHOOK,
  USER,
  VERIFICATION_ID,
} from '../../test/dentity-bodies.js';
import { changed, received, withUnknownMembers } from '../../test/received.js';
import { created, verificationStatus, webhookBody } from './dentity.wire.js';

const ANSWER = {
  data: { _id: VERIFICATION_ID, status: 'verified', user: USER, metadata: { caseId: 'c-77' } },
};
const CREATED = { data: { _id: VERIFICATION_ID, status: 'pending', metadata: {} } };
const IMAGES = [{ category: 'drivers_license', images: { face: 'https://img.test/f', original_back: null } }];

describe('a status', () => {
  test('may have any members besides', () => {
    expect(received(verificationStatus, withUnknownMembers(ANSWER))).toEqual(
      received(verificationStatus, ANSWER),
    );
  });

  test.each<[string, readonly unknown[]]>([
    ['data', [undefined, null, [], 'verified']],
    ['data._id', [undefined, null, '', ' ', 7, { $oid: VERIFICATION_ID }, 'x'.repeat(201)]],
    ['data.status', [undefined, null, 1, true, ['verified'], { status: 'verified' }]],
  ])('is refused for its %s', (path, values) => {
    for (const value of values)
      expect(() => received(verificationStatus, changed(ANSWER, path, value))).toThrow();
  });

  test.each<[string, readonly unknown[]]>([
    ['data.user', [null, 'Li Wei', [USER], 7]],
    ['data.user.firstName', [7, { text: 'Li' }, '', ' ']],
    ['data.user.email', [['li@mail.test']]],
    ['data.user.phoneNumber', [4155550123, { dialCode: '+1', phone: '4155550123' }]],
    ['data.user.dateOfBirth', [760924800, {}]],
    ['data.user.addressDetail', ['1 Oak, Reno', []]],
    ['data.user.addressDetail.zip', [89501]],
    ['data.metadata', ['text', 7, null]],
  ])('of which %s cannot be read is as good as without it', (path, values) => {
    const without = received(verificationStatus, changed(ANSWER, path, undefined));
    for (const value of values)
      expect(received(verificationStatus, changed(ANSWER, path, value))).toEqual(without);
  });
});

describe('what a create answers', () => {
  test.each([[undefined], [null], [''], [7]])('is refused for the id %j', (id) => {
    expect(() => received(created, changed(CREATED, 'data._id', id))).toThrow();
  });

  test.each([[undefined], [null], [7], [{}]])('needs no status to go on, as with %j', (status) => {
    expect(received(created, changed(CREATED, 'data.status', status)).data).toEqual({
      _id: VERIFICATION_ID,
      status: null,
    });
  });
});

describe('a webhook', () => {
  test.each([
    ['of a status', STATUS_WEBHOOK],
    ['of e-mail', EMAIL_WEBHOOK],
    ['of SMS', SMS_WEBHOOK],
  ])('%s may have any members besides', (_name, body) => {
    const withMore = received(webhookBody, withUnknownMembers({ ...body, metadata: undefined }));
    expect(withMore).toEqual(received(webhookBody, { ...body, metadata: undefined }));
  });

  test.each<[string, readonly unknown[]]>([
    ['_id', [undefined, null, '', 7, {}]],
    ['status', [7, true, ['verified'], {}]],
    // As a missing type it would mean a change of status.
    ['type', [7, {}, ['sms_delivery_status']]],
  ])('is refused for its %s', (path, values) => {
    for (const value of values)
      expect(() => received(webhookBody, changed(STATUS_WEBHOOK, path, value))).toThrow();
  });

  test.each<[string, readonly unknown[]]>([
    ['idvImages', ['https://img.test/f', {}, 7, [7], ['https://img.test/f']]],
    ['emailDeliveryEvents', ['sent', 7, {}, [7, {}]]],
    ['smsDeliveryEvents', ['sent', 7, {}, { status: 7 }]],
  ])('of which %s cannot be read is as good as without it', (path, values) => {
    const without = received(webhookBody, STATUS_WEBHOOK);
    for (const value of values)
      expect(received(webhookBody, changed(STATUS_WEBHOOK, path, value))).toEqual(without);
  });

  test('keeps the images beside one that cannot be read', () => {
    expect(received(webhookBody, { ...STATUS_WEBHOOK, idvImages: [7, ...IMAGES] }).idvImages).toEqual(IMAGES);
  });
});
