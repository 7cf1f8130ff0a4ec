import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LIST_PAGE_SIZES, LIST_SORTS, type ListPage, type ListRequest } from '@gatehouse/contract';

import { failureOf } from '../../test/failures.js';
import { json, raw, reset } from '../../test/scripted-vendor.js';
import { BAD_CREDENTIALS, CUSTOMER } from '../../test/sentinel-bodies.js';
import { SentinelUnderTest } from '../../test/sentinel-under-test.js';

const NOW = new Date('2026-05-20T09:00:00.000Z');

let sentinel: SentinelUnderTest;
beforeEach(async () => {
  sentinel = await SentinelUnderTest.open();
});
afterEach(() => sentinel.close());

async function listed(data: unknown, request: Partial<ListRequest> = {}): Promise<ListPage> {
  sentinel.vendor.will(json(200, { message: 'Success', data }));
  return list(request);
}

function list(request: Partial<ListRequest> = {}): Promise<ListPage> {
  const asked = { page: 1, pageSize: 10, sortBy: 'updatedAt', ...request } as const;
  return sentinel.provider.list(sentinel.connection(), asked, NOW);
}

function row(n: number, overrides: object = {}): object {
  return {
    ...CUSTOMER,
    uuid: `customer-${n.toString()}`,
    email: `person${n.toString()}@mail.test`,
    ...overrides,
  };
}

const rows = (count: number): readonly object[] => Array.from({ length: count }, (_, n) => row(n));

describe('a page of customers', () => {
  test.each(LIST_PAGE_SIZES)('is asked for with %d entries', async (pageSize) => {
    await listed([], { page: 3, pageSize, sortBy: 'name' });
    expect(sentinel.paths).toEqual(['/customers/listWithDoc/clientAuth']);
    expect(sentinel.asked()).toEqual({ page: 3, entriesPerPage: pageSize, sortBy: 'name' });
  });

  test.each(LIST_SORTS)('is asked for by %s', async (sortBy) => {
    await listed([], { sortBy });
    expect(sentinel.asked()).toMatchObject({ sortBy });
  });

  test('shows what is held on each person now, however old', async () => {
    const { records } = await listed([
      row(1, { updatedAt: '2020-01-01T00:00:00.000Z', createdAt: '2019-01-01T00:00:00.000Z' }),
      row(2, { status: 5, email: null, phoneNumber: '+971 50 000 0043', passport: null }),
    ]);
    expect(records).toMatchObject([
      {
        reference: 'customer-1',
        contact: { email: 'person1@mail.test', phone: '+971500000042' },
        observation: { verdict: 'verified', providerTime: '2020-01-01T00:00:00.000Z', evidence: null },
        identity: { documents: [{ type: 'passport' }] },
        handle: {
          uuid: 'customer-1',
          startedAt: '2019-01-01T00:00:00.000Z',
          latestEmail: 'person1@mail.test',
        },
      },
      {
        reference: 'customer-2',
        contact: { email: null, phone: '+971500000043' },
        observation: { verdict: 'rejected' },
        handle: { latestEmail: null, latestPhone: '+971500000043' },
      },
    ]);
    for (const { handle } of records) expect(sentinel.provider.handle.parse(handle)).toEqual(handle);
  });

  test.each<[string, unknown, number | null]>([
    ['as a list', rows(3), null],
    ['in `rows`', { count: 30, rows: rows(3) }, 30],
    ['in `customers`', { customers: rows(3), total: 30 }, 30],
    ['in `data`', { data: rows(3), total: 30, count: null }, 30],
    ['in the one of them that is a list', { rows: null, customers: {}, data: rows(3) }, null],
    ['with a total in digits', { count: '30', rows: rows(3) }, null],
    ['with a total for each group', { count: [{ status: 6, count: 30 }], total: 31, rows: rows(3) }, 31],
    ['with a total that is no whole number', { count: 30.5, rows: rows(3) }, null],
    ['with a total below nothing', { count: -1, rows: rows(3) }, null],
    ['with a total that cannot be', { count: 2, rows: rows(3) }, null],
    ['with members that nobody knows', { pages: 9, rows: rows(3), next: {} }, null],
  ])('may come %s', async (_name, data, total) => {
    const page = await listed(data);
    expect(page.records.map(({ reference }) => reference)).toEqual([
      'customer-0',
      'customer-1',
      'customer-2',
    ]);
    expect(page.total).toBe(total);
  });

  test('may have a total beyond all numbers', async () => {
    sentinel.vendor.will(raw(200, `{"data":{"count":1e999,"rows":${JSON.stringify(rows(1))}}}`));
    expect(await list()).toMatchObject({ total: null, records: [{ reference: 'customer-0' }] });
  });

  test.each<[string, unknown]>([
    ['no data', undefined],
    ['null', null],
    ['a text', 'none'],
    ['a number', 0],
    ['no list in it', { count: 0 }],
    ['a list of nothing', [null]],
    ['a row that is a list', [[]]],
    ['a row without an id', [row(1), row(2, { uuid: undefined })]],
    ['a row with a number for an id', [row(1, { uuid: 88 })]],
    ['a row without a status', [row(1, { status: null })]],
    ['a status in letters', [row(1, { status: '6' })]],
    ['more people than were asked for', rows(11)],
  ])('is broken with %s', async (_name, data) => {
    const failure = await failureOf(listed(data));
    expect(failure).toMatchObject({ provider: 'sentinel', fault: 'contract', effect: 'none' });
    expect(failure.message).not.toContain('person1');
  });

  test.each([
    ['bad credentials', json(400, BAD_CREDENTIALS), 'credentials'],
    ['a refused page size', json(422, { errors: [{ message: 'entriesPerPage' }] }), 'invalid_request'],
    ['a path that is not there', json(404, {}), 'not_found'],
  ] as const)('fails on %s', async (_name, reply, fault) => {
    sentinel.vendor.will(reply);
    expect(await failureOf(list())).toMatchObject({ fault, effect: 'none' });
  });

  test('is asked for again after a lost answer', async () => {
    sentinel.vendor.will(reset, json(200, { data: [] }));
    expect(await list()).toEqual({ records: [], total: null, isLast: true });
  });
});

describe('the last page', () => {
  test.each<[string, number, number, number | undefined, boolean]>([
    ['is one that is not full', 1, 9, undefined, true],
    ['is one that is empty', 4, 0, undefined, true],
    ['is not one that is full', 1, 10, undefined, false],
    ['is a full one where the total ends', 2, 10, 20, true],
    ['is one that is not full, whatever the total', 1, 9, 900, true],
    ['is not a full one before the total ends', 1, 10, 11, false],
    // It may count the page instead of everybody; an empty page more will tell.
    ['is not a full first one that the total equals', 1, 10, 10, false],
    ['is not a full one whose total cannot be one', 3, 10, 10, false],
    ['is one beyond the end', 9, 0, 20, true],
  ])('%s', async (_name, page, count, total, isLast) => {
    expect(await listed({ rows: rows(count), count: total }, { page })).toMatchObject({ isLast });
  });
});

describe('documents that have expired', () => {
  test.each<[string, unknown, readonly string[]]>([
    ['in snake case', ['emirates_id'], ['emirates_id']],
    ['in camel case', ['emiratesId', 'egyptNationalId'], ['emirates_id', 'egypt_national_id']],
    ['in both', ['passport', 'emiratesId', 'emirates_id'], ['passport', 'emirates_id']],
    ['that nobody knows', ['residenceVisa'], []],
    ['that cannot be read', [7], []],
  ])('are named %s', async (_name, expiredIds, documents) => {
    const { records } = await listed([row(1, { expiredIds })]);
    expect(records[0]?.observation).toMatchObject({
      verdict: 'verified',
      reasonCodes: ['document_expired'],
      validity: { documentExpiry: '2031-01-31', state: 'expired', documents },
    });
  });

  test('are those named and those whose day is over', async () => {
    const passport = { ...CUSTOMER.passport, dateOfExpiry: '2026-05-19' };
    const { records } = await listed([row(1, { passport, expiredIds: ['emirates_id'] })]);
    expect(records[0]?.observation.validity).toEqual({
      documentExpiry: '2026-05-19',
      state: 'expired',
      documents: ['passport', 'emirates_id'],
    });
  });

  test.each([[[]], [null], [undefined], [{}]])('are none with %j', async (expiredIds) => {
    const { records } = await listed([row(1, { expiredIds })]);
    expect(records[0]?.observation).toMatchObject({ reasonCodes: [], validity: { state: 'valid' } });
  });
});
