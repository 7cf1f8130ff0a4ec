import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { CREDENTIALS, idOf } from '../../test/dentity-bodies.js';
import { failureOf } from '../../test/failures.js';
import {
  cutShort,
  json,
  raw,
  type Recorded,
  type Reply,
  reset,
  ScriptedVendor,
} from '../../test/scripted-vendor.js';
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

function glances(
  handles: Parameters<DentityProvider['readMany']>[1],
): ReturnType<DentityProvider['readMany']> {
  const settings = provider.settings.parse({ baseUrl: `${vendor.url}/core/api/v1` });
  return provider.readMany({ credentials: CREDENTIALS, settings }, handles);
}

const handles = (count: number): { verificationId: string }[] =>
  Array.from({ length: count }, (_, n) => ({ verificationId: idOf(n) }));

type Row = Readonly<Record<string, unknown>>;

const row = (id: unknown, status: unknown): Row => ({
  status,
  _id: id,
  user: { firstName: 'Li', lastName: 'Wei' },
  metadata: { caseId: 'c-77' },
});

const envelope = (rows: readonly unknown[]): unknown => ({
  data: { totalItem: rows.length, data: rows, page: 1, pageSize: rows.length, totalPage: 1 },
});

const idsIn = ({ body }: Recorded): string[] =>
  (JSON.parse(body) as { verificationIds: string[] }).verificationIds;

/** Every third failed, every third is verified, every third pending. */
const statusOf = (id: string): string => ['pending', 'verified', 'failed'][parseInt(id, 16) % 3] ?? '';

const answering =
  (rowsOf: (ids: readonly string[]) => readonly unknown[]): Reply =>
  (request, response) => {
    json(200, envelope(rowsOf(idsIn(request))))(request, response);
  };
const asAsked = answering((ids) => ids.map((id) => row(id, statusOf(id))));

/** Answers nobody until a second has asked, then both. */
function inPairs(reply: Reply, answered: () => unknown): Reply {
  const waiting: Parameters<Reply>[] = [];
  return (...asked) => {
    waiting.push(asked);
    if (waiting.length < 2) return;
    answered();
    for (const pair of waiting.splice(0)) reply(...pair);
  };
}

const GLANCES = [
  { verdict: 'requires_input', rawStatus: 'pending' },
  { verdict: 'verified', rawStatus: 'verified' },
  { verdict: 'rejected', rawStatus: 'failed' },
];

describe('looking at many', () => {
  test('sends the ids and nothing else, with the key in the header', async () => {
    vendor.will(asAsked);
    await glances(handles(2));
    expect(vendor.requests).toHaveLength(1);
    expect(vendor.requests[0]).toMatchObject({
      method: 'POST',
      path: '/core/api/v1/programmatic/credential/bulk',
      headers: { 'x-api-key': CREDENTIALS.apiKey, 'content-type': 'application/json' },
      body: `{"verificationIds":["${idOf(0)}","${idOf(1)}"]}`,
    });
  });

  test.each([
    [0, []],
    [1, [1]],
    [49, [49]],
    [50, [50]],
    [51, [50, 1]],
    [100, [50, 50]],
    [137, [50, 50, 37]],
    [501, [50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 1]],
  ])('of %d asks in batches of %j, each id once, and answers in the order asked', async (count, sizes) => {
    vendor.will(...sizes.map(() => asAsked));
    const found = await glances(handles(count));
    expect(found).toEqual(handles(count).map((_, n) => GLANCES[n % 3]));
    const asked = vendor.requests.map(idsIn);
    expect(asked.map(({ length }) => length).sort()).toEqual([...sizes].sort());
    expect(asked.flat().sort()).toEqual(handles(count).map(({ verificationId }) => verificationId));
  });

  test('asks two batches at once, and the next ones when both have answered', async () => {
    const arrivals: number[] = [];
    const pairwise = inPairs(asAsked, () => arrivals.push(vendor.requests.length));
    vendor.will(pairwise, pairwise, pairwise, pairwise);
    expect(await glances(handles(200))).toHaveLength(200);
    expect(arrivals).toEqual([2, 4]);
  });

  test('asks once for an id that is wanted twice', async () => {
    vendor.will(asAsked);
    const found = await glances([...handles(2), ...handles(1)]);
    expect(vendor.sent()).toEqual({ verificationIds: [idOf(0), idOf(1)] });
    expect(found).toEqual([GLANCES[0], GLANCES[1], GLANCES[0]]);
  });

  test('finds everybody in an answer in another order', async () => {
    vendor.will(answering((ids) => ids.toReversed().map((id) => row(id, statusOf(id)))));
    expect(await glances(handles(9))).toEqual(handles(9).map((_, n) => GLANCES[n % 3]));
  });

  test('has no answer on who is missing, and none for who was not asked for', async () => {
    vendor.will(
      answering(([, ...ids]) => [...ids.map((id) => row(id, statusOf(id))), row(idOf(999), 'verified')]),
    );
    expect(await glances(handles(3))).toEqual([null, GLANCES[1], GLANCES[2]]);
  });

  test('takes nobody from the answer to another batch', async () => {
    const stranger = row(idOf(50), 'verified');
    const ofTheFirst = answering((ids) =>
      ids.length === 50 ? [...ids.map((id) => row(id, 'pending')), stranger] : [],
    );
    vendor.will(ofTheFirst, ofTheFirst);
    const found = await glances(handles(51));
    expect([found[0], found[50]]).toEqual([GLANCES[0], null]);
  });

  test.each<[string, readonly Row[], unknown]>([
    ['that agree count', [row(idOf(1), 'verified'), row(idOf(1), 'verified')], GLANCES[1]],
    ['that disagree do not', [row(idOf(1), 'verified'), row(idOf(1), 'failed')], null],
    ['of which one cannot be read do not', [row(idOf(1), 7), row(idOf(1), 'verified')], null],
    ['of which the other cannot be read do not', [row(idOf(1), 'verified'), row(idOf(1), null)], null],
  ])('two rows of one id %s', async (_name, rows, expected) => {
    vendor.will(json(200, envelope(rows)));
    expect(await glances([{ verificationId: idOf(1) }])).toEqual([expected]);
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['a text', 'verified'],
    ['a list', [idOf(0), 'verified']],
    ['without a status', { _id: idOf(0) }],
    ['with a status of another type', row(idOf(0), ['verified'])],
    ['without an id', { status: 'verified' }],
    ['with an id of another type', row(7, 'verified')],
    ['with an id in an object', row({ $oid: idOf(0) }, 'verified')],
  ])('a row that is %s is no answer, and costs nobody else theirs', async (_name, odd) => {
    vendor.will(json(200, envelope([odd, row(idOf(1), 'verified')])));
    expect(await glances(handles(2))).toEqual([null, GLANCES[1]]);
  });

  test('needs no paging members and no user', async () => {
    vendor.will(json(200, { data: { data: [{ _id: idOf(0), status: 'pending' }] } }));
    expect(await glances(handles(1))).toEqual([GLANCES[0]]);
  });

  test('keeps nothing of the person', async () => {
    vendor.will(asAsked);
    const [glance] = await glances(handles(1));
    expect(Object.keys(glance ?? {}).sort()).toEqual(['rawStatus', 'verdict']);
  });

  test('passes on a status that nobody knows for review, cut to what can be kept', async () => {
    vendor.will(json(200, envelope([row(idOf(0), 'x'.repeat(300))])));
    expect(await glances(handles(1))).toEqual([{ verdict: 'needs_review', rawStatus: 'x'.repeat(64) }]);
  });

  test('says of a failure after a success what a read says', async () => {
    const handle = { verificationId: idOf(2), wasVerified: true, completedAt: '2026-11-24T10:00:00.000Z' };
    vendor.will(asAsked, json(200, { data: { _id: idOf(2), status: 'failed' } }));
    const [glance] = await glances([handle]);
    const settings = provider.settings.parse({ baseUrl: `${vendor.url}/core/api/v1` });
    const reading = await provider.read({ credentials: CREDENTIALS, settings }, handle, new Date());
    expect(glance).toEqual({ verdict: 'needs_review', rawStatus: 'failed' });
    expect(reading).toMatchObject({ observation: glance });
  });

  test('knows nobody where the answer is a 404', async () => {
    vendor.will(json(404, { message: 'none' }));
    expect(await glances(handles(3))).toEqual([null, null, null]);
  });

  test('is tried again, for it has no effect', async () => {
    vendor.will(json(503, {}), reset, asAsked);
    expect(await glances(handles(1))).toEqual([GLANCES[0]]);
  });

  test.each([
    ['a bad key', json(401, {}), 'credentials'],
    ['a forbidden key', json(403, {}), 'credentials'],
    ['too many ids', json(400, { message: 'Limit of 10 records in a request' }), 'invalid_request'],
    ['a rate limit', json(429, {}), 'rate_limited'],
    ['HTML', raw(200, '<html>'), 'contract'],
    ['an empty body', raw(200, ''), 'contract'],
    ['a list', json(200, []), 'contract'],
    ['a list in place of the envelope', json(200, { data: [row(idOf(0), 'verified')] }), 'contract'],
    ['rows in an object', json(200, { data: { data: { [idOf(0)]: 'verified' } } }), 'contract'],
    ['null for rows', json(200, { data: { data: null } }), 'contract'],
    ['an error with a 200', json(200, { message: 'no' }), 'contract'],
  ] as const)('fails on %s', async (_name, reply, fault) => {
    vendor.will(reply);
    expect(await failureOf(glances(handles(1)))).toMatchObject({ fault, effect: 'none' });
  });

  test('fails on answers that are always cut short', async () => {
    vendor.will(cutShort, cutShort, cutShort);
    expect(await failureOf(glances(handles(1)))).toMatchObject({ fault: 'unavailable', effect: 'none' });
  });

  test('asks no further once a batch has failed', async () => {
    const refusing = inPairs(json(401, {}), () => undefined);
    vendor.will(refusing, refusing, asAsked, asAsked);
    await failureOf(glances(handles(200)));
    expect(vendor.requests).toHaveLength(2);
  });
});
