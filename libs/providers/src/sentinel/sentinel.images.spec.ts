import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ByteStream, type ImageEntry } from '@gatehouse/contract';
import { buffer } from 'node:stream/consumers';

import { eventually } from '../../../../test/support/eventually.js';
import { failureOf } from '../../test/failures.js';
import { Pouring } from '../../test/pouring.js';
import { cutShort, hang, json, raw, type Reply, stall } from '../../test/scripted-vendor.js';
import {
  BAD_CREDENTIALS,
  CUSTOMER,
  CUSTOMER_WITH_IMAGES,
  dataUri,
  jpeg,
  ROW_NOT_FOUND,
} from '../../test/sentinel-bodies.js';
import { found, handleOf, SentinelUnderTest } from '../../test/sentinel-under-test.js';
import { type SentinelSettings } from './sentinel.config.js';
import { type SentinelHandle } from './sentinel.handle.js';

const LIGHT = '/customers/statusWithoutImages/clientAuth';
const FULL = '/customers/status/clientAuth';
const STRANGER = 'ffffffff-0000-4000-8000-000000000000';
const CONTACT = { email: CUSTOMER.email, phoneNumber: CUSTOMER.phoneNumber };
const KEYS = ['isLiveFaces/0', 'isLiveFaces/1', 'idFace', 'passport/frontImage', 'passport/idImage'];
const nobody = json(404, ROW_NOT_FOUND);

let sentinel: SentinelUnderTest;
beforeEach(async () => {
  sentinel = await SentinelUnderTest.open();
});
afterEach(() => sentinel.close());

/** The full answer, its members in the order in which they are given. */
function full(customer: object = CUSTOMER_WITH_IMAGES): Reply {
  return json(200, { message: 'Success', data: customer });
}

function list(
  handle: Partial<SentinelHandle> = {},
  settings: Partial<SentinelSettings> = {},
): Promise<readonly ImageEntry[]> {
  return sentinel.provider.images.list(sentinel.connection(settings), handleOf(handle));
}

function open(
  key: string,
  options: {
    readonly size?: 'full' | 'small';
    readonly signal?: AbortSignal;
    readonly handle?: Partial<SentinelHandle>;
  } = {},
): Promise<ByteStream | null> {
  return sentinel.provider.images.open(sentinel.connection(), handleOf(options.handle), {
    isWanted: (candidate) => candidate === key,
    links: [],
    size: options.size ?? 'full',
    signal: options.signal ?? new AbortController().signal,
  });
}

async function bytesOf(stream: ByteStream | null): Promise<Buffer | null> {
  return stream === null ? null : buffer(stream.bytes);
}

describe('a listing', () => {
  test('asks for the trimmed images of the person who was found, and names them', async () => {
    sentinel.vendor.will(found(), full());
    const image = { mediaType: 'image/jpeg' };
    expect(await list()).toEqual([
      { ...image, key: 'isLiveFaces/0', kind: 'selfie', document: null },
      { ...image, key: 'isLiveFaces/1', kind: 'selfie', document: null },
      { ...image, key: 'idFace', kind: 'document_portrait', document: null },
      { ...image, key: 'passport/frontImage', kind: 'document_front', document: 0 },
      { ...image, key: 'passport/idImage', kind: 'document_image', document: 0 },
    ]);
    expect(sentinel.paths).toEqual([LIGHT, FULL]);
    expect(sentinel.asked(0)).toEqual(CONTACT);
    expect(sentinel.asked(1)).toEqual({ ...CONTACT, optimizedDownload: true });
  });

  test('counts documents as the identity does, whatever their order in the answer', async () => {
    const document = { frontImage: dataUri(jpeg('f')), backImage: dataUri(jpeg('g')) };
    const documents = { egyptNationalId: document, emiratesId: document, passport: null };
    sentinel.vendor.will(found(documents), full({ uuid: CUSTOMER.uuid, ...documents }));
    expect((await list()).map(({ key, kind, document }) => [key, kind, document])).toEqual([
      ['egyptNationalId/frontImage', 'document_front', 1],
      ['egyptNationalId/backImage', 'document_back', 1],
      ['emiratesId/frontImage', 'document_front', 0],
      ['emiratesId/backImage', 'document_back', 0],
    ]);
  });

  test('has no place for a document that came in between', async () => {
    sentinel.vendor.will(found({ passport: null }), full());
    expect((await list()).map(({ document }) => document)).toEqual([null, null, null, null, null]);
  });

  test.each<[string, object, readonly string[]]>([
    ['null', { isLiveFaces: null, idFace: null, passport: null }, []],
    ['empty', { isLiveFaces: [], idFace: '', passport: {} }, []],
    ['absent', { isLiveFaces: undefined, idFace: undefined, passport: undefined }, []],
    [
      'null within',
      { isLiveFaces: [null, dataUri(jpeg('b'))], idFace: null, passport: null },
      ['isLiveFaces/1'],
    ],
    ['empty data URIs', { isLiveFaces: ['data:image/jpeg;base64,'], idFace: ' ', passport: null }, []],
    ['no texts', { isLiveFaces: [7, {}, [dataUri(jpeg('b'))]], idFace: { a: '/9j/' }, passport: null }, []],
    [
      'no image',
      { isLiveFaces: ['(none)', dataUri(jpeg('b'))], idFace: 'n/a', passport: null },
      ['isLiveFaces/1'],
    ],
    [
      'addresses',
      { isLiveFaces: ['https://s3.test/face.jpg'], idFace: dataUri(jpeg('c')), passport: null },
      ['idFace'],
    ],
    [
      'bare base64',
      { isLiveFaces: [jpeg('a').toString('base64')], idFace: null, passport: null },
      ['isLiveFaces/0'],
    ],
    ['one text for all faces', { isLiveFaces: dataUri(jpeg('a')), idFace: null, passport: null }, []],
    [
      'in places that nobody knows',
      {
        isLiveFaces: null,
        idFace: null,
        residenceVisa: { frontImage: dataUri(jpeg('a')) },
        passport: {
          ocrPassport: { frontImage: dataUri(jpeg('b'), 'image/png') },
          hologram: dataUri(jpeg('c')),
        },
        frontImage: dataUri(jpeg('d')),
      },
      [],
    ],
  ])('of images that are %s', async (_name, images, keys) => {
    sentinel.vendor.will(found(), full({ ...CUSTOMER_WITH_IMAGES, ...images }));
    expect((await list()).map(({ key }) => key)).toEqual(keys);
  });

  test('tells the type by the bytes', async () => {
    const png = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
    sentinel.vendor.will(
      found(),
      full({
        uuid: CUSTOMER.uuid,
        isLiveFaces: [dataUri(png)],
        idFace: dataUri(Buffer.from('<svg/>'), 'image/svg+xml'),
      }),
    );
    expect((await list()).map(({ mediaType }) => mediaType)).toEqual([
      'image/png',
      'application/octet-stream',
    ]);
  });

  test('is not disturbed by large texts beside the images', async () => {
    const large = 'x'.repeat(200_000);
    const passport = { ...CUSTOMER_WITH_IMAGES.passport, ocrPassport: { raw: large } };
    sentinel.vendor.will(found(), full({ internal: large, ...CUSTOMER_WITH_IMAGES, passport }));
    expect((await list()).map(({ key }) => key)).toEqual(KEYS);
  });
});

describe('an image', () => {
  test.each([
    ['isLiveFaces/0', 'a'],
    ['isLiveFaces/1', 'b'],
    ['idFace', 'c'],
    ['passport/frontImage', 'd'],
    ['passport/idImage', 'e'],
  ])('%s is given whole', async (key, letter) => {
    sentinel.vendor.will(found(), full());
    const stream = await open(key);
    expect(stream?.mediaType).toBe('image/jpeg');
    expect(await bytesOf(stream)).toEqual(jpeg(letter));
    expect(sentinel.paths).toEqual([LIGHT, FULL]);
  });

  test.each([
    ['full', false],
    ['small', true],
  ] as const)('is asked for in size %s', async (size, optimizedDownload) => {
    sentinel.vendor.will(found(), full());
    await bytesOf(await open('idFace', { size }));
    expect(sentinel.asked(1)).toEqual({ ...CONTACT, optimizedDownload });
  });

  test.each<[string, string, object]>([
    ['that the record does not have', 'passport/backImage', CUSTOMER_WITH_IMAGES],
    ['of a document that it does not have', 'emiratesId/frontImage', CUSTOMER_WITH_IMAGES],
    ['that is no image, though base64', 'idFace', { ...CUSTOMER_WITH_IMAGES, idFace: 'n/a' }],
    ['that is empty', 'idFace', { ...CUSTOMER_WITH_IMAGES, idFace: 'data:image/jpeg;base64,' }],
    ['that is gone with all the others', 'idFace', CUSTOMER],
  ])('%s is none', async (_name, key, customer) => {
    sentinel.vendor.will(found(), full(customer));
    expect(await open(key)).toBeNull();
  });

  test.each<[string, string]>([
    ['an address', 'https://s3.test/face.jpg'],
    ['an address on this machine', 'http://127.0.0.1:4000/face.jpg'],
    ['no base64', '(none)'],
    ['a data URI in plain', 'data:image/svg+xml,<svg onload=alert(1)>'],
  ])('that is %s breaks the contract and is not fetched', async (_name, idFace) => {
    sentinel.vendor.will(found(), full({ ...CUSTOMER_WITH_IMAGES, idFace }));
    const failure = await failureOf(open('idFace'));
    expect(failure).toMatchObject({ provider: 'sentinel', fault: 'contract', effect: 'none' });
    expect(failure.message).not.toContain(idFace);
    expect(sentinel.paths).toHaveLength(2);
  });

  test('is given although another one is no image', async () => {
    sentinel.vendor.will(found(), full({ ...CUSTOMER_WITH_IMAGES, isLiveFaces: ['(none)'] }));
    expect(await bytesOf(await open('idFace'))).toEqual(jpeg('c'));
  });

  test('that goes wrong in the middle fails there, without saying what it holds', async () => {
    const idFace = `${dataUri(jpeg('c', 200_000))}?broken`;
    sentinel.vendor.will(found(), full({ ...CUSTOMER_WITH_IMAGES, idFace }));
    const failure = await failureOf(open('idFace').then(bytesOf));
    expect(failure).toMatchObject({ fault: 'contract' });
    expect(failure.message).not.toContain('broken');
  });

  test('of 10 MB comes whole, and the rest of the answer is given up', async () => {
    const size = 10 * 1024 * 1024;
    const rest = new Pouring(
      (function* () {
        yield Buffer.from(
          `{"data":{"uuid":"${CUSTOMER.uuid}","isLiveFaces":["${dataUri(jpeg('a', size))}","`,
        );
        // More than fits into any buffer on the way.
        for (let n = 0; n < 1000; n += 1) yield Buffer.alloc(64 * 1024, 'A');
      })(),
    );
    sentinel.vendor.will(found(), rest.reply);
    expect((await bytesOf(await open('isLiveFaces/0')))?.equals(jpeg('a', size))).toBe(true);
    await eventually(() => {
      expect(rest.closed).toBe(true);
    });
  });

  test('ends with its reader, and the vendor’s connection with it', async () => {
    const answer = new Pouring(
      (function* () {
        yield Buffer.from(`{"data":{"uuid":"${CUSTOMER.uuid}","idFace":"data:image/jpeg;base64,`);
        for (let n = 0; n < 1000; n += 1) yield Buffer.alloc(64 * 1024, 'A');
      })(),
    );
    sentinel.vendor.will(found(), answer.reply);
    const stream = await open('idFace');
    for await (const chunk of stream?.bytes ?? []) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await eventually(() => {
      expect(answer.closed).toBe(true);
    });
  });

  test.each<[string, Reply]>([
    ['before the answer', hang],
    ['within the answer', stall],
  ])('is given up with its request, %s', async (_name, reply) => {
    const abandoned = new AbortController();
    const reason = new Error('The reader went away');
    sentinel.vendor.will(found(), (request, response) => {
      reply(request, response);
      setImmediate(() => {
        abandoned.abort(reason);
      });
    });
    await expect(open('idFace', { signal: abandoned.signal })).rejects.toBe(reason);
  });
});

describe('whose images are given', () => {
  /** Nothing of another person may come out, by either way, and no bytes may be asked for. */
  const refused = async (handle: Partial<SentinelHandle>, ...replies: readonly Reply[]): Promise<void> => {
    sentinel.vendor.will(...replies);
    expect(await list(handle)).toEqual([]);
    sentinel.vendor.will(...replies);
    expect(await open('idFace', { handle })).toBeNull();
    expect(sentinel.paths).not.toContain(FULL);
  };
  const gone = async (handle: Partial<SentinelHandle>, ...replies: readonly Reply[]): Promise<void> => {
    for (const ask of [() => list(handle), () => open('idFace', { handle })]) {
      sentinel.vendor.will(...replies);
      expect(await failureOf(ask())).toMatchObject({ provider: 'sentinel', fault: 'not_found' });
    }
    expect(sentinel.paths).not.toContain(FULL);
  };

  test('not those of whoever has the phone', () => refused({}, found({ email: 'someone@mail.test' })));

  test('not those from before this verification', () =>
    refused({}, found({ updatedAt: '2026-05-20T07:59:59.000Z' })));

  test('those from before, where the tenant says so', async () => {
    sentinel.vendor.will(found({ updatedAt: '2026-05-20T07:59:59.000Z' }), full());
    expect(await list({}, { existingResult: 'accept' })).toHaveLength(5);
  });

  test('those of a record that nobody can date: who has to decide about it has to see them', async () => {
    sentinel.vendor.will(found({ updatedAt: null }), full());
    expect(await list()).toHaveLength(5);
  });

  test('of nobody who is not there', () => gone({}, nobody));

  test('not a stranger’s', () =>
    gone({}, found({ email: 'someone@mail.test', phoneNumber: '+971500000099' })));

  test('not those of another customer with our contacts', () => gone({ uuid: STRANGER }, found()));

  test('those by the contact that leads to the person', async () => {
    sentinel.vendor.will(nobody, found(), full());
    const handle = { latestEmail: 'new@mail.test', uuid: CUSTOMER.uuid };
    expect(await bytesOf(await open('idFace', { handle }))).toEqual(jpeg('c'));
    expect([0, 1, 2].map((n) => sentinel.asked(n))).toEqual([
      { ...CONTACT, email: 'new@mail.test' },
      CONTACT,
      { ...CONTACT, optimizedDownload: false },
    ]);
  });

  test.each<[string, object | string]>([
    ['is another’s', { ...CUSTOMER_WITH_IMAGES, uuid: STRANGER }],
    [
      'is another’s with the same contacts and no time',
      { ...CUSTOMER_WITH_IMAGES, uuid: STRANGER, updatedAt: null },
    ],
    [
      'names its customer after the first image',
      { idFace: CUSTOMER_WITH_IMAGES.idFace, uuid: CUSTOMER.uuid },
    ],
    ['names nobody', { ...CUSTOMER_WITH_IMAGES, uuid: undefined }],
    ['names nobody by a text', { ...CUSTOMER_WITH_IMAGES, uuid: 88 }],
    ['names its customer in a list', { ...CUSTOMER_WITH_IMAGES, uuid: [CUSTOMER.uuid] }],
    [
      'names its customer elsewhere',
      { customer: { uuid: CUSTOMER.uuid }, ...CUSTOMER_WITH_IMAGES, uuid: undefined },
    ],
    ['names nobody and has no image', {}],
    [
      'names two',
      `{"data":{"uuid":"${CUSTOMER.uuid}","uuid":"${STRANGER}","idFace":"${CUSTOMER_WITH_IMAGES.idFace}"}}`,
    ],
    [
      'has images in another place than the name',
      `{"uuid":"${CUSTOMER.uuid}","data":{"idFace":"${CUSTOMER_WITH_IMAGES.idFace}"}}`,
    ],
  ])('none, where the full answer %s', async (_name, customer) => {
    const reply = typeof customer === 'string' ? raw(200, customer) : full(customer);
    for (const ask of [() => list(), () => open('idFace')]) {
      sentinel.vendor.will(found(), reply);
      expect(await failureOf(ask())).toMatchObject({
        provider: 'sentinel',
        fault: 'contract',
        effect: 'none',
      });
    }
  });

  test('those of a customer who is named as late as is possible', async () => {
    const { isLiveFaces, idFace, passport, uuid, ...rest } = CUSTOMER_WITH_IMAGES;
    sentinel.vendor.will(found(), full({ ...rest, uuid, passport, idFace, isLiveFaces }));
    expect((await list()).map(({ key }) => key).toSorted()).toEqual(KEYS.toSorted());
  });
});

describe('asking for images', () => {
  test.each<[string, Reply, string]>([
    ['a record that is gone by now', nobody, 'not_found'],
    ['bad credentials', json(400, BAD_CREDENTIALS), 'credentials'],
    ['a failed validation', json(422, { errors: [{ message: 'optimizedDownload' }] }), 'invalid_request'],
    ['a page', raw(200, '<html>'), 'contract'],
    ['nothing', raw(200, ''), 'contract'],
    ['half an answer', cutShort, 'unavailable'],
    ['half of its JSON', raw(200, `{"data":{"uuid":"${CUSTOMER.uuid}","idFace":"data:image/jpe`), 'contract'],
  ])('fails on %s', async (_name, reply, fault) => {
    for (const ask of [() => list(), () => open('idFace').then(bytesOf)]) {
      sentinel.vendor.will(found(), reply);
      expect(await failureOf(ask())).toMatchObject({ provider: 'sentinel', fault, effect: 'none' });
    }
  });

  test('fails where the person cannot be looked up', async () => {
    sentinel.vendor.will(json(400, BAD_CREDENTIALS));
    expect(await failureOf(list())).toMatchObject({ fault: 'credentials' });
  });

  test('is repeated after a lost answer', async () => {
    sentinel.vendor.will(found(), json(503, {}), full());
    expect(await list()).toHaveLength(5);
  });
});
