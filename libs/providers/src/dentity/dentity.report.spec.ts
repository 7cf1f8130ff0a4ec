import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';

import { eventually } from '../../../../test/support/eventually.js';
import { CREDENTIALS, VERIFICATION_ID } from '../../test/dentity-bodies.js';
import { everythingIn, failureOf } from '../../test/failures.js';
import { Pouring } from '../../test/pouring.js';
import { json, raw, type Reply, reset, ScriptedVendor } from '../../test/scripted-vendor.js';
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

function report(
  request: { readonly confidences?: boolean; readonly signal?: AbortSignal } = {},
  settings: object = {},
): ReturnType<DentityProvider['report']> {
  const connection = {
    credentials: CREDENTIALS,
    settings: provider.settings.parse({ baseUrl: `${vendor.url}/core/api/v1`, ...settings }),
  };
  return provider.report(
    connection,
    { verificationId: VERIFICATION_ID },
    {
      confidences: false,
      signal: new AbortController().signal,
      ...request,
    },
  );
}

async function bytesOf(answer: ReturnType<DentityProvider['report']>): Promise<Buffer> {
  const stream = await answer;
  if (stream === null) throw new Error('There is no report');
  expect(stream.mediaType).toBe('application/pdf');
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream.bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const MEBIBYTE = 1024 * 1024;
const PDF = Buffer.from('%PDF-1.7\n1 0 obj\n<</Title (Invented)>>\nendobj\n%%EOF\n');
const ofPdf = (pdf: Buffer): Reply => json(200, { data: { pdf: pdf.toString('base64') } });

/** A report that is made while it is taken, of pieces in a row; a multiple of three, so that their base64 can be too. */
const PIECE = Buffer.alloc(30_000, '%PDF-1.7\ninvented\n');
const PIECE_BASE64 = Buffer.from(PIECE.toString('base64'));
function* large(mebibytes: number): Generator<Buffer> {
  yield Buffer.from('{"data":{"pdf":"');
  for (let n = 0; n < pieces(mebibytes); n += 1) yield PIECE_BASE64;
  yield Buffer.from('"}}');
}
const pieces = (mebibytes: number): number => Math.ceil((mebibytes * MEBIBYTE) / PIECE.length);

describe('the report', () => {
  test.each([true, false])(
    'is asked for with confidences=%s and the key, and comes as it is',
    async (confidences) => {
      vendor.will(ofPdf(PDF));
      expect((await bytesOf(report({ confidences }))).equals(PDF)).toBe(true);
      expect(vendor.requests).toHaveLength(1);
      expect(vendor.requests[0]).toMatchObject({
        method: 'GET',
        path: `/core/api/v1/verification/${VERIFICATION_ID}/pdf?confidences=${confidences}`,
        headers: { 'x-api-key': CREDENTIALS.apiKey },
        body: '',
      });
    },
  );

  test.each([
    ['padding left out', { data: { pdf: PDF.toString('base64').replace(/=+$/u, '') } }],
    ['lines', { data: { pdf: PDF.toString('base64').replaceAll(/.{10}/gu, '$&\r\n') } }],
    [
      'other members',
      { message: 'ok', data: { name: 'r.pdf', pdf: PDF.toString('base64'), pages: [1] }, page: 1 },
    ],
  ])('may have %s', async (_name, body) => {
    vendor.will(json(200, body));
    expect((await bytesOf(report())).equals(PDF)).toBe(true);
  });

  test('of 10 MB comes whole', async () => {
    vendor.will(new Pouring(large(10)).reply);
    const expected = createHash('sha256');
    for (let n = 0; n < pieces(10); n += 1) expected.update(PIECE);
    const found = await bytesOf(report());
    expect(found).toHaveLength(pieces(10) * PIECE.length);
    expect(createHash('sha256').update(found).digest('hex')).toBe(expected.digest('hex'));
  });

  test('holds Dentity back while its reader rests', async () => {
    const answer = new Pouring(large(100));
    vendor.will(answer.reply);
    const stream = await report();
    await answer.stopped();
    expect(answer.written).toBeLessThan(32 * MEBIBYTE);
    await stream?.bytes[Symbol.asyncIterator]().return?.();
  });

  test('closes Dentity’s connection when its reader goes away', async () => {
    const answer = new Pouring(large(100));
    vendor.will(answer.reply);
    for await (const chunk of (await report())?.bytes ?? []) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await eventually(() => {
      expect(answer.closed).toBe(true);
    });
  });

  test('ends with the caller’s reason when the caller gives up', async () => {
    const answer = new Pouring(large(100));
    vendor.will(answer.reply);
    const given = new AbortController();
    const reason = new Error('the caller is gone');
    const reading = async (): Promise<void> => {
      for await (const chunk of (await report({ signal: given.signal }))?.bytes ?? [])
        if (chunk.length > 0) given.abort(reason);
    };
    await expect(reading()).rejects.toBe(reason);
    await eventually(() => {
      expect(answer.closed).toBe(true);
    });
  });

  test('ends with Dentity’s fault when it breaks off', async () => {
    vendor.will((_request, response) => {
      response.writeHead(200);
      response.write('{"data":{"pdf":"');
      response.write(PIECE_BASE64, () => {
        response.socket?.resetAndDestroy();
      });
    });
    expect(await failureOf(bytesOf(report()))).toMatchObject({ provider: 'dentity', fault: 'unavailable' });
  });

  test.each([
    ['an answer that ends within it', `{"data":{"pdf":"${PDF.toString('base64')}`],
    ['an answer that ends right after it', `{"data":{"pdf":"${PDF.toString('base64')}"`],
    ['more after its answer', `{"data":{"pdf":"${PDF.toString('base64')}"}}}`],
  ])('is broken by %s', async (_name, text) => {
    vendor.will(raw(200, text));
    expect(await failureOf(bytesOf(report()))).toMatchObject({ fault: 'contract', effect: 'none' });
  });
});

describe('there is no report, or no more, where the answer is', () => {
  test.each([400, 403, 404, 409, 410, 422])('a %d', async (status) => {
    vendor.will(json(status, { message: 'The PDF file is not available' }));
    expect(await report()).toBeNull();
    expect(vendor.requests).toHaveLength(1);
  });

  test('a 204', async () => {
    vendor.will(raw(204, ''));
    expect(await report()).toBeNull();
  });

  test.each([
    { data: { pdf: null } },
    { data: { pdf: '' } },
    { data: { pdf: ' \n' } },
    { data: {} },
    { data: null },
    { message: 'The PDF file is not available' },
    {},
  ])('%j', async (body) => {
    vendor.will(json(200, body));
    expect(await report()).toBeNull();
  });
});

describe('the report fails on', () => {
  test.each([
    ['a bad key', json(401, {}), 'credentials'],
    ['a rate limit', json(429, {}), 'rate_limited'],
    ['another refusal', json(405, {}), 'invalid_request'],
    ['a redirect', raw(302, '', { location: 'https://evil.test/' }), 'contract'],
    ['a page', raw(200, '<html>'), 'contract'],
    ['nothing', raw(200, ''), 'contract'],
    ['a number', json(200, { data: { pdf: 7 } }), 'contract'],
    ['bytes in numbers', json(200, { data: { pdf: { type: 'Buffer', data: [37, 80] } } }), 'contract'],
    ['what is not base64', json(200, { data: { pdf: '%PDF-1.7' } }), 'contract'],
    ['a page in base64', ofPdf(Buffer.from('<html>%PDF-1.7</html>')), 'contract'],
    ['a report cut from the middle', ofPdf(PDF.subarray(9)), 'contract'],
    ['a single byte', ofPdf(PDF.subarray(0, 1)), 'contract'],
  ] as const)('%s', async (_name, reply, fault) => {
    vendor.will(reply);
    const failure = await failureOf(report());
    expect(failure).toMatchObject({ provider: 'dentity', fault, effect: 'none' });
    expect(everythingIn(failure)).not.toContain(CREDENTIALS.apiKey);
  });

  test('an outage that lasts, and not on a short one', async () => {
    vendor.will(json(503, {}), json(500, {}), reset);
    expect(await failureOf(report())).toMatchObject({ fault: 'unavailable' });
    vendor.will(json(503, {}), ofPdf(PDF));
    expect((await bytesOf(report())).equals(PDF)).toBe(true);
  });
});

test('the setting for agents without reports spares the call', async () => {
  expect(await report({}, { report: 'none' })).toBeNull();
  expect(vendor.requests).toEqual([]);
});
