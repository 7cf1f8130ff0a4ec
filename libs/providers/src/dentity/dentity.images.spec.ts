import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ByteStream, type ImageLink } from '@gatehouse/contract';

import { eventually } from '../../../../test/support/eventually.js';
import { CREDENTIALS, imageUrl, VERIFICATION_ID } from '../../test/dentity-bodies.js';
import { everythingIn, failureOf } from '../../test/failures.js';
import { Pouring, repeated } from '../../test/pouring.js';
import { cutShort, json, raw, reset, ScriptedVendor } from '../../test/scripted-vendor.js';
import { VendorHttp } from '../../test/vendor-http.js';
import { DentityProvider } from './dentity.provider.js';

/** Where the images are: not where Dentity is. */
let host: ScriptedVendor;
let client: VendorHttp;
let provider: DentityProvider;
beforeEach(async () => {
  host = await ScriptedVendor.open();
  client = new VendorHttp();
  provider = new DentityProvider(client.http);
});
afterEach(async () => {
  await client.close();
  await host.close();
});

const HANDLE = { verificationId: VERIFICATION_ID };

function connection(imageHosts: readonly string[] = ['127.0.0.1']): Parameters<DentityProvider['read']>[0] {
  const settings = provider.settings.parse({ baseUrl: 'https://api.dentity.com/core/api/v1', imageHosts });
  return { credentials: CREDENTIALS, settings };
}

function linkTo(url: string, key = 'passport/face'): ImageLink {
  return { key, kind: 'document_portrait', document: null, mediaType: null, url, lifetimeSeconds: 60 };
}
const here = (name = 'f.jpeg'): string => imageUrl(`${host.url}/bucket/1/${name}`);

function open(
  links: readonly ImageLink[],
  request: { readonly key?: string; readonly hosts?: readonly string[]; readonly signal?: AbortSignal } = {},
): Promise<ByteStream | null> {
  return provider.images.open(connection(request.hosts), HANDLE, {
    isWanted: (key) => key === (request.key ?? 'passport/face'),
    links,
    size: 'full',
    signal: request.signal ?? new AbortController().signal,
  });
}

async function read(stream: ByteStream | null): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream?.bytes ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(5000, 'invented')]);
const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(100)]);

describe('an image', () => {
  test('is fetched from its link as it is, with no credential of ours', async () => {
    host.will(raw(200, JPEG, { 'content-type': 'image/jpeg' }));
    const stream = await open([linkTo(here('other.jpeg'), 'passport/original_front'), linkTo(here())]);
    expect(stream?.mediaType).toBe('image/jpeg');
    expect((await read(stream)).equals(JPEG)).toBe(true);
    expect(host.requests).toHaveLength(1);
    const { method, path, headers, body } = host.requests[0] ?? {};
    expect([method, path, body]).toEqual(['GET', here().slice(host.url.length), '']);
    expect(Object.keys(headers ?? {}).sort()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'host',
      'user-agent',
    ]);
    expect(JSON.stringify(headers)).not.toContain(CREDENTIALS.apiKey);
  });

  test.each([
    ['image/png', PNG, 'image/jpeg', 'what its bytes are'],
    ['image/jpeg', JPEG, 'text/html', 'what its bytes are'],
    ['image/bmp', Buffer.from('BM invented'), 'image/bmp', 'the host’s word for an image'],
    ['application/octet-stream', Buffer.from('<script>alert(1)</script>'), 'text/html', 'nothing that runs'],
    [
      'application/octet-stream',
      Buffer.from('<svg onload="alert(1)"/>'),
      'image/svg+xml',
      'nothing that runs',
    ],
  ])('is %s: %#, %s', async (mediaType, bytes, declared) => {
    host.will(raw(200, bytes, { 'content-type': declared }));
    const stream = await open([linkTo(here())]);
    expect(stream?.mediaType).toBe(mediaType);
    expect((await read(stream)).equals(bytes)).toBe(true);
  });

  test.each([400, 401, 403, 404, 410])('whose host answers %d is gone', async (status) => {
    host.will(raw(status, '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>'));
    const failure = await failureOf(open([linkTo(here())]));
    expect(failure).toMatchObject({
      provider: 'dentity',
      fault: 'not_found',
      effect: 'none',
      httpStatus: status,
    });
    expect(everythingIn(failure)).not.toMatch(/X-Amz|bucket|127\.0\.0\.1/u);
  });

  test.each([
    ['a rate limit', [raw(429, '')], 'rate_limited'],
    ['an outage', [raw(503, ''), reset, raw(500, '')], 'unavailable'],
    ['a compressed answer', [raw(200, JPEG, { 'content-encoding': 'gzip' })], 'contract'],
  ] as const)('fails on %s, and says nothing of its link', async (_name, replies, fault) => {
    host.will(...replies);
    const failure = await failureOf(open([linkTo(here())]));
    expect(failure).toMatchObject({ provider: 'dentity', fault, effect: 'none' });
    expect(everythingIn(failure)).not.toMatch(/X-Amz|bucket|127\.0\.0\.1/u);
  });

  test('is none where its host has nothing', async () => {
    host.will(raw(200, ''));
    expect(await open([linkTo(here())])).toBeNull();
  });

  test('ends with a fault when its host breaks off', async () => {
    host.will(cutShort);
    const failure = await failureOf(open([linkTo(here())]).then(read));
    expect(failure).toMatchObject({ fault: 'unavailable' });
    expect(everythingIn(failure)).not.toMatch(/X-Amz|bucket|127\.0\.0\.1/u);
  });

  test('closes its host’s connection when its reader goes away', async () => {
    const answer = new Pouring(repeated(JPEG, 20_000));
    host.will(answer.reply);
    for await (const chunk of (await open([linkTo(here())]))?.bytes ?? []) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await eventually(() => {
      expect(answer.closed).toBe(true);
    });
  });

  test('ends with the caller’s reason when the caller gives up', async () => {
    const given = new AbortController();
    const reason = new Error('the caller is gone');
    host.will(() => {
      given.abort(reason);
    });
    await expect(open([linkTo(here())], { signal: given.signal })).rejects.toBe(reason);
  });
});

describe('there is no image', () => {
  test.each([
    ['where no link came', []],
    ['of another key', [linkTo('https://images.test/f', 'passport/original_back')]],
  ])('%s', async (_name, links) => {
    expect(await open(links, { hosts: ['images.test'] })).toBeNull();
  });

  test('where no host is allowed any more', async () => {
    expect(await open([linkTo(here())], { hosts: [] })).toBeNull();
    expect(host.requests).toEqual([]);
  });
});

describe('no link leads us', () => {
  test.each([302, 307])('on by a %d', async (status) => {
    const elsewhere = await ScriptedVendor.open();
    try {
      host.will(raw(status, '', { location: `${elsewhere.url}/secret` }));
      const failure = await failureOf(open([linkTo(here())]));
      expect(failure).toMatchObject({ fault: 'contract' });
      expect(everythingIn(failure)).not.toContain('secret');
      expect(elsewhere.requests).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });

  test('to another host, by whatever spelling', async () => {
    host.will(json(200, {}));
    const { port } = host;
    const urls = [
      `http://127.0.0.1:${port}/f`,
      `http://localhost:${port}/f`,
      `http://images.test@127.0.0.1:${port}/f`,
      `https://images.test@127.0.0.1:${port}/f`,
      `http://2130706433:${port}/f`,
      `http://0x7f.1:${port}/f`,
      `http://[::ffff:127.0.0.1]:${port}/f`,
      `http://127.0.0.1:${port}/?images.test`,
      'http://images.test/f',
      'https://169.254.169.254/latest/meta-data',
      'file:///etc/passwd',
      'not an address',
    ];
    for (const url of urls) expect(await open([linkTo(url)], { hosts: ['images.test'] })).toBeNull();
    expect(host.requests).toEqual([]);
  });

  test('into a private network, though the name be allowed', async () => {
    const guarded = new VendorHttp({
      allowPrivateNetworks: false,
      resolve: (_hostname, answer) => {
        answer(null, [{ address: '10.0.0.7', family: 4 }]);
      },
    });
    provider = new DentityProvider(guarded.http);
    try {
      const links = [linkTo(imageUrl('https://images.test/bucket/f'))];
      const failure = await failureOf(open(links, { hosts: ['images.test'] }));
      expect(failure).toMatchObject({ fault: 'unavailable', effect: 'none' });
      expect(everythingIn(failure)).not.toMatch(/X-Amz|bucket|images\.test|10\.0\.0\.7/u);
    } finally {
      await guarded.close();
    }
  });
});

test('the list is of what may be fetched, without its links', async () => {
  const links = [
    linkTo(here()),
    linkTo('https://evil.test/f', 'passport/cropped_front'),
    { ...linkTo(here('o.jpeg'), 'passport/original_front'), kind: 'document_front' as const },
  ];
  expect(await provider.images.list(connection(), HANDLE, links)).toEqual([
    { key: 'passport/face', kind: 'document_portrait', document: null, mediaType: null },
    { key: 'passport/original_front', kind: 'document_front', document: null, mediaType: null },
  ]);
  expect(await provider.images.list(connection([]), HANDLE, links)).toEqual([]);
  expect(host.requests).toEqual([]);
});
