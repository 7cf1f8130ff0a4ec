import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Evidence, type Handle, type Reading } from '@gatehouse/contract';

import { json, raw, type Reply } from '../../test/scripted-vendor.js';
import {
  BAD_CREDENTIALS,
  CUSTOMER,
  CUSTOMER_WITH_IMAGES,
  ROW_NOT_FOUND,
} from '../../test/sentinel-bodies.js';
import { found, handleOf, SentinelUnderTest } from '../../test/sentinel-under-test.js';
import { type SentinelHandle } from './sentinel.handle.js';

const NOW = new Date('2026-05-20T09:00:00.000Z');
const LIGHT = '/customers/statusWithoutImages/clientAuth';
const FULL = '/customers/status/clientAuth';
const { updatedAt: NOW_THEN } = CUSTOMER;
const COUNTED = { images: 5, imagesOf: NOW_THEN };
const full = json(200, { message: 'Success', data: CUSTOMER_WITH_IMAGES });

let sentinel: SentinelUnderTest;
beforeEach(async () => {
  sentinel = await SentinelUnderTest.open();
});
afterEach(() => sentinel.close());

const read = (handle: Partial<SentinelHandle> = {}): Promise<Reading> =>
  sentinel.provider.read(sentinel.connection(), handleOf(handle), NOW);

function told(reading: Reading): { readonly evidence: Evidence | null; readonly patch: Handle } {
  if (reading.kind !== 'present') throw new Error(`The reading is ${reading.kind}`);
  return { evidence: reading.observation.evidence, patch: reading.handlePatch };
}

const images = (count: number): Evidence => ({
  images: count,
  imagesUntil: null,
  report: false,
  reportUntil: null,
});

describe('the images of a read', () => {
  test.each([
    ['verified', 6],
    ['rejected', 5],
    ['in conflict', 3],
    ['a duplicate', 4],
    ['of no known status', 99],
  ])('are counted for a person who is %s, trimmed, and remembered', async (_name, status) => {
    sentinel.vendor.will(found({ status }), full);
    const { evidence, patch } = told(await read());
    expect(evidence).toEqual(images(5));
    expect(patch).toMatchObject(COUNTED);
    expect(sentinel.paths).toEqual([LIGHT, FULL]);
    expect(sentinel.asked(1)).toMatchObject({ email: CUSTOMER.email, optimizedDownload: true });
  });

  test.each([
    ['still being checked', { status: 1 }],
    ['to do it again', { status: 2 }],
    ['perhaps somebody else', { email: 'someone@mail.test' }],
  ])('are not counted for a person who is %s, whatever was counted before', async (_name, record) => {
    sentinel.vendor.will(found(record));
    const { evidence, patch } = told(await read(COUNTED));
    expect(evidence).toBeNull();
    expect(patch).not.toHaveProperty('images');
    expect(sentinel.paths).toEqual([LIGHT]);
  });

  test('are not counted for a record from before', async () => {
    sentinel.vendor.will(found({ updatedAt: '2026-05-19T00:00:00.000Z' }));
    expect((await read()).kind).toBe('absent');
    expect(sentinel.paths).toEqual([LIGHT]);
  });

  test('are counted once for each state of the record', async () => {
    sentinel.vendor.will(found(), found({ updatedAt: '2026-05-20T08:30:00.000Z' }), full);
    const first = await read(COUNTED);
    expect(told(first)).toMatchObject({ evidence: images(5), patch: COUNTED });
    expect(sentinel.paths).toEqual([LIGHT]);
    const { patch } = told(await read({ ...COUNTED, images: 2 }));
    expect(patch).toMatchObject({ images: 5, imagesOf: '2026-05-20T08:30:00.000Z' });
    expect(sentinel.paths).toEqual([LIGHT, LIGHT, FULL]);
  });

  test('are counted each time where the record has no time', async () => {
    sentinel.vendor.will(found({ updatedAt: null }), full, found({ updatedAt: null }), full);
    const { patch } = told(await read());
    expect(patch).toMatchObject({ images: 5, imagesOf: null });
    expect(told(await read({ ...patch })).evidence).toEqual(images(5));
    expect(sentinel.paths).toEqual([LIGHT, FULL, LIGHT, FULL]);
  });

  test('may be none, which is remembered too', async () => {
    sentinel.vendor.will(found(), found());
    expect(told(await read())).toMatchObject({
      evidence: images(0),
      patch: { images: 0, imagesOf: NOW_THEN },
    });
  });

  test.each<[string, readonly Reply[]]>([
    ['the vendor fails', [json(503, {}), json(503, {}), json(503, {})]],
    ['the record is gone by now', [json(404, ROW_NOT_FOUND)]],
    ['the credentials were changed by now', [json(400, BAD_CREDENTIALS)]],
    ['the answer cannot be read', [raw(200, '{"data":{')]],
    ['the answer is about another', [json(200, { data: { ...CUSTOMER_WITH_IMAGES, uuid: 'stranger' } })]],
  ])('are as before, and counted by the next read, if %s', async (_name, replies) => {
    sentinel.vendor.will(found(), ...replies);
    const before = { images: 3, imagesOf: '2026-05-20T08:01:00.000Z' };
    const { evidence, patch } = told(await read(before));
    expect(evidence).toEqual(images(3));
    expect(patch).toEqual({
      uuid: CUSTOMER.uuid,
      latestEmail: CUSTOMER.email,
      latestPhone: CUSTOMER.phoneNumber,
    });
    sentinel.vendor.will(found(), full);
    expect(told(await read({ ...before, ...patch })).evidence).toEqual(images(5));
  });

  test('are unknown, if they never could be counted', async () => {
    sentinel.vendor.will(found(), json(404, ROW_NOT_FOUND));
    const reading = await read();
    expect(reading).toMatchObject({ observation: { verdict: 'verified' }, identity: { documents: [{}] } });
    expect(told(reading).evidence).toBeNull();
  });
});

test('a handle that was stored before there were counts is taken back', () => {
  const counts = ['images', 'imagesOf'];
  const stored = Object.fromEntries(
    Object.entries(handleOf()).filter(([member]) => !counts.includes(member)),
  );
  expect(sentinel.provider.handle.parse(stored)).toEqual(handleOf());
});
