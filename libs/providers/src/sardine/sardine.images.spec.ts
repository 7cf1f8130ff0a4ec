import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ByteStream, type ImageEntry } from '@gatehouse/contract';

import { eventually } from '../../../../test/support/eventually.js';
import { everythingIn, failureOf } from '../../test/failures.js';
import { Pouring } from '../../test/pouring.js';
import { DOCUMENT, PROFILE } from '../../test/sardine-bodies.js';
import { entityReply, HANDLE, READ, SardineRig } from '../../test/sardine-rig.js';
import { json, raw, type Reply } from '../../test/scripted-vendor.js';

const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(50_000, 'jpeg of a front')]);
const PNG = Buffer.concat([
  Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
  Buffer.alloc(200_000, 'png of a back'),
]);
const GIF = Buffer.from('GIF89a of a selfie');

const IMAGES = {
  front: JPEG.toString('base64'),
  back: `data:image/png;base64,${PNG.toString('base64')}`,
  selfie: GIF.toString('base64url'),
};

/** As documented, with the images before the consent. */
const ENTITY = { documentKyc: IMAGES, documentData: DOCUMENT, profile: PROFILE, level: 'low', customer: {} };
const REVERSED = { profile: PROFILE, documentData: DOCUMENT, documentKyc: IMAGES };

let rig: SardineRig;
beforeEach(async () => {
  rig = await SardineRig.open();
});
afterEach(async () => {
  await rig.close();
});

const list = (settings: object = {}): Promise<readonly ImageEntry[]> =>
  rig.provider.images.list(rig.connection({ ...settings }), HANDLE);

function open(
  wanted: string,
  settings: object = {},
  signal = new AbortController().signal,
): Promise<ByteStream | null> {
  const isWanted = (key: string): boolean => key === wanted;
  return rig.provider.images.open(rig.connection({ ...settings }), HANDLE, { isWanted, signal });
}

async function bytesOf(stream: ByteStream | null): Promise<Buffer> {
  if (stream === null) throw new Error('There is no image');
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream.bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The entity, as often as it is asked for. */
function holding(entity: Readonly<Record<string, unknown>>): void {
  rig.will(entityReply(entity), entityReply(entity));
}

/** Entities whose images are not for this verification. */
const WITHHELD: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['of another person', { ...ENTITY, profile: { ...PROFILE, userId: 'somebody-else' } }],
  ['of who knows whom', { ...ENTITY, profile: { ...PROFILE, userId: null } }],
  ['consented to before', { ...ENTITY, profile: { ...PROFILE, consentedAt: '2026-05-02T09:14:59Z' } }],
  ['consented to no more', { ...ENTITY, profile: { ...PROFILE, revokedAt: '2026-05-02T09:50:00Z' } }],
  ['never consented to', { ...ENTITY, profile: { ...PROFILE, consentedAt: null } }],
  ['without a profile', { documentKyc: IMAGES, documentData: DOCUMENT }],
];

describe('the list', () => {
  test.each([
    ['before', ENTITY],
    ['after', REVERSED],
  ])('names the images that come %s the consent', async (_name, entity) => {
    rig.will(entityReply(entity));
    expect(await list()).toEqual([
      { key: 'front', kind: 'document_front', document: 0, mediaType: 'image/jpeg' },
      { key: 'back', kind: 'document_back', document: 0, mediaType: 'image/png' },
      { key: 'selfie', kind: 'selfie', document: null, mediaType: 'image/gif' },
    ]);
    expect(rig.calls).toEqual([READ]);
  });

  test('names only those that are there, and a document only where there is one', async () => {
    rig.will(
      entityReply({ profile: PROFILE, documentKyc: { selfie: null, back: ' ', front: IMAGES.front } }),
    );
    expect(await list()).toEqual([
      { key: 'front', kind: 'document_front', document: null, mediaType: 'image/jpeg' },
    ]);
  });

  test('does not know the type of what is at an address, or cannot be read', async () => {
    const documentKyc = { front: 'https://images.sardine.test/a.jpg', back: 'see: above', selfie: 'AAAA' };
    rig.will(entityReply({ ...ENTITY, documentKyc }));
    expect((await list()).map(({ key, mediaType }) => [key, mediaType])).toEqual([
      ['front', null],
      ['back', null],
      ['selfie', 'application/octet-stream'],
    ]);
  });

  test.each(WITHHELD)('is empty for images %s', async (_name, entity) => {
    rig.will(entityReply(entity));
    expect(await list()).toEqual([]);
  });

  test('has the images of an earlier consent where the tenant accepts one', async () => {
    rig.will(entityReply({ ...ENTITY, profile: { ...PROFILE, consentedAt: '2024-01-01T00:00:00Z' } }));
    expect(await list({ existingIdentity: 'accept' })).toHaveLength(3);
  });

  test.each([
    [403, 'not_found'],
    [404, 'not_found'],
    [401, 'credentials'],
    [429, 'rate_limited'],
  ])('fails on a %d as %s', async (status, fault) => {
    rig.will(json(status, {}));
    expect(await failureOf(list())).toMatchObject({ provider: 'sardine', fault, effect: 'none' });
  });

  test('fails on an answer that is cut off', async () => {
    rig.will(raw(200, `{"documentKyc":{"front":"${IMAGES.front}`));
    expect(await failureOf(list())).toMatchObject({ fault: 'contract' });
  });
});

describe('an image', () => {
  test.each([
    ['front', ENTITY, 'image/jpeg', JPEG],
    ['back', ENTITY, 'image/png', PNG],
    ['selfie', ENTITY, 'image/gif', GIF],
    ['back', REVERSED, 'image/png', PNG],
  ])('%s comes with its own bytes', async (key, entity, mediaType, bytes) => {
    holding(entity);
    const image = await open(key);
    expect(image?.mediaType).toBe(mediaType);
    expect((await bytesOf(image)).equals(bytes)).toBe(true);
    expect(rig.calls).toEqual([READ, READ]);
  });

  test('is the first that is wanted and there', async () => {
    holding({ ...ENTITY, documentKyc: { ...IMAGES, front: '' } });
    const image = await rig.provider.images.open(rig.connection(), HANDLE, {
      isWanted: () => true,
      signal: new AbortController().signal,
    });
    expect(image?.mediaType).toBe('image/png');
    expect((await bytesOf(image)).equals(PNG)).toBe(true);
  });

  test('is not asked for by a key that no image has', async () => {
    expect(await open('passport')).toBeNull();
    expect(rig.calls).toEqual([]);
  });

  test('is not there where its text is empty', async () => {
    holding({ ...ENTITY, documentKyc: { ...IMAGES, back: '' } });
    expect(await open('back')).toBeNull();
  });

  test.each(WITHHELD)('is not given %s', async (_name, entity) => {
    rig.will(entityReply(entity));
    expect(await open('front')).toBeNull();
    expect(rig.calls).toEqual([READ]);
  });

  test.each(WITHHELD)('breaks off if it turns out to be %s', async (_name, entity) => {
    rig.will(entityReply(ENTITY), entityReply(entity));
    expect(await failureOf(open('front').then(bytesOf))).toMatchObject({
      provider: 'sardine',
      fault: 'contract',
    });
  });

  test('gives no byte if that turns out before', async () => {
    const revoked = { ...PROFILE, revokedAt: '2026-05-02T09:50:00Z' };
    rig.will(entityReply(ENTITY), entityReply({ ...REVERSED, profile: revoked }));
    const image = await open('front');
    const seen: Uint8Array[] = [];
    const reading = async (): Promise<void> => {
      for await (const chunk of image?.bytes ?? []) seen.push(chunk);
    };
    expect(await failureOf(reading())).toMatchObject({ fault: 'contract' });
    expect(seen).toEqual([]);
  });

  test.each([403, 404])('is no longer there on a %d', async (status) => {
    rig.will(json(status, {}));
    expect(await failureOf(open('front'))).toMatchObject({ fault: 'not_found', effect: 'none' });
  });

  test.each([
    ['is cut off', `{"documentKyc":{"front":"${IMAGES.front.slice(0, 1000)}`],
    ['holds what is no image', JSON.stringify({ ...ENTITY, documentKyc: { front: `${IMAGES.front}<b>` } })],
  ])('fails if its text %s', async (_name, text) => {
    rig.will(entityReply(ENTITY), raw(200, text));
    expect(await failureOf(open('front').then(bytesOf))).toMatchObject({ fault: 'contract' });
  });

  test('ends with its reader', async () => {
    const pouring = endless();
    rig.will(entityReply(ENTITY), pouring.reply);
    const image = await open('front');
    for await (const chunk of image?.bytes ?? []) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await eventually(() => {
      expect(pouring.closed).toBe(true);
    });
  });

  test('ends with its signal, for the signal’s reason', async () => {
    const pouring = endless();
    rig.will(entityReply(ENTITY), pouring.reply);
    const client = new AbortController();
    const image = await open('front', {}, client.signal);
    client.abort(new Error('the client went away'));
    await expect(bytesOf(image)).rejects.toThrow('the client went away');
    await eventually(() => {
      expect(pouring.closed).toBe(true);
    });
  });
});

describe('an image at an address', () => {
  const at = (path: string): string => `${rig.vendor.url}${path}`;
  const SIGNED = '/a.jpg?signature=s3cret';

  function pointing(url: string): void {
    holding({ ...ENTITY, documentKyc: { ...IMAGES, front: url } });
  }

  test('comes from there, and without credentials', async () => {
    pointing(at(SIGNED));
    rig.will(raw(200, JPEG, { 'content-type': 'image/png' }));
    const image = await open('front', { imageHosts: ['127.0.0.1'] });
    // By its bytes, not by what the host says.
    expect(image?.mediaType).toBe('image/jpeg');
    expect((await bytesOf(image)).equals(JPEG)).toBe(true);
    expect(rig.calls).toEqual([READ, READ, `GET ${SIGNED}`]);
    expect(rig.vendor.requests.map(({ headers }) => headers.authorization === undefined)).toEqual([
      false,
      false,
      true,
    ]);
  });

  test.each([
    ['no host is named', []],
    ['another host is named', ['images.sardine.test']],
    ['another port is named', ['127.0.0.1:1']],
  ])('is not fetched where %s', async (_name, imageHosts) => {
    pointing(at(SIGNED));
    const failure = await failureOf(open('front', { imageHosts }));
    expect(failure).toMatchObject({ provider: 'sardine', fault: 'contract', effect: 'none' });
    expect(failure.message).toContain('not among the image hosts');
    expect(everythingIn(failure)).not.toMatch(/127\.0\.0\.1|s3cret/u);
    expect(rig.calls).toEqual([READ, READ]);
  });

  test('is not fetched if the consent turns out to be withdrawn', async () => {
    const withUrl = { ...ENTITY, documentKyc: { front: at(SIGNED) } };
    const profile = { ...PROFILE, revokedAt: '2026-05-02T09:50:00Z' };
    rig.will(entityReply(withUrl), entityReply({ ...withUrl, profile }));
    expect(await open('front', { imageHosts: ['127.0.0.1'] })).toBeNull();
    expect(rig.calls).toEqual([READ, READ]);
  });

  test.each<[string, Reply, string]>([
    ['a 403', raw(403, ''), 'not_found'],
    ['a 404', raw(404, ''), 'not_found'],
    ['a 400', raw(400, ''), 'not_found'],
    ['a way elsewhere', raw(302, '', { location: 'https://elsewhere.test/' }), 'contract'],
  ])('fails on %s', async (_name, reply, fault) => {
    pointing(at(SIGNED));
    rig.will(reply);
    expect(await failureOf(open('front', { imageHosts: ['127.0.0.1'] }))).toMatchObject({ fault });
  });

  test('is not there where its host has nothing', async () => {
    pointing(at(SIGNED));
    rig.will(raw(200, ''));
    expect(await open('front', { imageHosts: ['127.0.0.1'] })).toBeNull();
  });
});

/** An answer whose first image has no end. */
function endless(): Pouring {
  return new Pouring(
    (function* () {
      yield Buffer.from('{"documentKyc":{"front":"');
      for (;;) yield Buffer.from(JPEG.subarray(0, 30_000).toString('base64'));
    })(),
  );
}
