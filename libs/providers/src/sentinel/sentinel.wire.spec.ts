import { describe, expect, test } from '@jest/globals';

import { changed, received, withUnknownMembers } from '../../test/received.js';
import { CUSTOMER, WEBHOOK } from '../../test/sentinel-bodies.js';
import {
  customerAnswer,
  customerPage,
  mintedLink,
  ownClient,
  success,
  webhookBody,
} from './sentinel.wire.js';

const ANSWER = changed({ message: 'Success', data: CUSTOMER }, 'data.passport.ocrPassport', undefined);

describe('a customer', () => {
  test('may have any members besides', () => {
    expect(received(customerAnswer, withUnknownMembers(ANSWER))).toEqual(received(customerAnswer, ANSWER));
  });

  test.each<[string, readonly unknown[]]>([
    ['data', [undefined, null, [], 'text', 7]],
    ['data.uuid', [undefined, null, '', ' ', 88, {}, 'x'.repeat(201)]],
    ['data.status', [undefined, null, '6', true, [6], {}]],
    // A failed check that cannot be read must not be overlooked.
    ['data.isLive', ['false', '', 0, 1, [], {}]],
    ['data.passport', ['N0000042', '', [], true, 0]],
    ['data.emiratesId', ['784-1', []]],
    ['data.egyptNationalId', [false]],
    ['data.passport.idMatch', ['false', 'no', 0, {}]],
    ['data.passport.idClassificationPassed', ['false', 0, []]],
  ])('is refused for its %s', (path, values) => {
    for (const value of values)
      expect(() => received(customerAnswer, changed(ANSWER, path, value))).toThrow();
  });

  test.each<[string, readonly unknown[]]>([
    ['data.name', [7, {}, [], true, '', '  ', null]],
    ['data.surname', [['Haddad']]],
    ['data.gender', [7]],
    ['data.dateOfBirth', [19871103, { year: 1987 }]],
    ['data.nationality', [{ code: 'JOR' }]],
    ['data.email', [{}, 7]],
    ['data.phoneNumber', [971500000042]],
    ['data.isLiveScore', ['high', true, {}, -1, 101, 9710]],
    ['data.createdAt', [1_716_000_002, {}]],
    ['data.updatedAt', [1_716_000_002, true]],
    ['data.expiredIds', [{ passport: true }, 1]],
    ['data.passport.passportNumber', [42]],
    ['data.passport.passportType', [false]],
    ['data.passport.dateOfIssue', [20210201]],
    ['data.passport.dateOfExpiry', [{}]],
    ['data.passport.authority', [{}, []]],
    ['data.passport.placeOfIssue', [0]],
    ['data.passport.countryOfIssue', [['JOR']]],
    ['data.passport.idScore', ['94.4%', 100.1]],
  ])('of which %s cannot be read is as good as without it', (path, values) => {
    const without = received(customerAnswer, changed(ANSWER, path, undefined));
    for (const value of values)
      expect(received(customerAnswer, changed(ANSWER, path, value))).toEqual(without);
  });

  test('has an expired document, even if nobody can read which', () => {
    const answer = received(customerAnswer, changed(ANSWER, 'data.expiredIds', [7, 'passport']));
    expect(answer.data.expiredIds).toEqual(['', 'passport']);
  });

  test('may name the one expired document without a list', () => {
    const answer = received(customerAnswer, changed(ANSWER, 'data.expiredIds', 'passport'));
    expect(answer.data.expiredIds).toEqual(['passport']);
  });
});

describe('a status', () => {
  test.each([
    ['6', 6],
    ['6.0', 6],
    ['6e0', 6],
    ['-0', -0],
    ['6.5', 6.5],
    ['9007199254740993', 9007199254740992],
  ])('may be %s', (text, status) => {
    const body = JSON.stringify(changed(ANSWER, 'data.status', null)).replace(
      '"status":null',
      `"status":${text}`,
    );
    expect(received(customerAnswer, body).data.status).toBe(status);
  });

  test.each(['1e999', '-1e999', 'NaN', '06'])('is not %s', (text) => {
    const body = JSON.stringify(changed(ANSWER, 'data.status', null)).replace(
      '"status":null',
      `"status":${text}`,
    );
    expect(() => received(customerAnswer, body)).toThrow();
  });
});

describe('other answers', () => {
  test('a page may have any members besides', () => {
    const page = { message: 'Success', data: { count: 1, rows: [CUSTOMER] } };
    const answer = received(
      customerPage(10),
      changed(page, 'data.rows', [changed(CUSTOMER, 'passport', null)]),
    );
    const strange = withUnknownMembers(changed(page, 'data.rows', [changed(CUSTOMER, 'passport', null)]));
    expect(received(customerPage(10), strange)).toEqual(answer);
  });

  test('a success is an object', () => {
    expect(received(success, { message: 'Success' })).toEqual({});
    for (const body of [null, [], '"Success"', 200]) expect(() => received(success, body)).toThrow();
  });

  test.each([
    [undefined],
    [null],
    [{ url: 'https://verify.test' }],
    [7],
    [''],
    ['javascript:alert(1)'],
    ['verify'],
  ])('a link is not %j', (data) => {
    expect(() => received(mintedLink, { message: 'Success', data })).toThrow();
  });

  test.each([
    [{ uuid: 'c', callbackUrl: 'https://idv.test' }, 'https://idv.test'],
    [{ uuid: 'c', callbackUrl: null }, null],
    [{ uuid: 'c' }, null],
    [{ uuid: 'c', callbackUrl: {}, settings: { documents: 'passport' } }, null],
  ])('our own details are %j', (data, callbackUrl) => {
    expect(received(ownClient, { data }).data.callbackUrl).toBe(callbackUrl);
  });
});

describe('a webhook', () => {
  test('may have any members besides', () => {
    expect(received(webhookBody, withUnknownMembers(WEBHOOK))).toEqual(received(webhookBody, WEBHOOK));
  });

  test.each<[string, readonly unknown[]]>([
    ['uuid', [undefined, null, '', ' ', 88]],
    ['newStatus', ['6', true, [6], {}]],
  ])('is refused for its %s', (path, values) => {
    for (const value of values) expect(() => received(webhookBody, changed(WEBHOOK, path, value))).toThrow();
  });

  test.each<[string, readonly unknown[]]>([
    ['email', [7, {}, '']],
    ['phone', [971500000042, null]],
    ['updatedAt', [1_716_000_002]],
    ['event', [7, {}, '']],
    ['expiryWarningFor', [{ passport: true }, 1]],
  ])('of which %s cannot be read is as good as without it', (path, values) => {
    const without = received(webhookBody, changed(WEBHOOK, path, undefined));
    for (const value of values) expect(received(webhookBody, changed(WEBHOOK, path, value))).toEqual(without);
  });
});
