import { describe, expect, test } from '@jest/globals';
import { type InboundSignal } from '@gatehouse/contract';

import {
  CREDENTIALS,
  EMAIL_WEBHOOK,
  imageUrl,
  signedPut,
  STATUS_WEBHOOK,
} from '../../test/dentity-bodies.js';
import { dentitySettings } from './dentity.config.js';
import { receiveDentityWebhook } from './dentity.webhook.js';

const HOSTS = ['images.test', 'storage.test:8443'];

function received(
  idvImages: unknown,
  imageHosts: readonly string[] = HOSTS,
  body: object = STATUS_WEBHOOK,
): InboundSignal {
  const settings = dentitySettings.parse({ baseUrl: 'https://api.dentity.com/core/api/v1', imageHosts });
  return receiveDentityWebhook({ credentials: CREDENTIALS, settings }, signedPut({ ...body, idvImages }));
}

const face = (url: unknown): unknown => [{ category: 'drivers_license', images: { face: url } }];
const at = (name: string): string => imageUrl(`https://images.test/${name}.jpeg`);

describe('the images of a webhook', () => {
  test('are links with their kind, in a key that says nothing of the person', () => {
    const images = {
      cropped_back: at('cb'),
      cropped_front: at('cf'),
      face: at('f'),
      original_back: null,
      original_front: at('of'),
      hologram: at('h'),
    };
    const { imageLinks, observation } = received([{ category: 'drivers_license', images }]);
    const link = { document: null, mediaType: null, lifetimeSeconds: 60 };
    expect(imageLinks).toEqual([
      { ...link, key: 'drivers_license/cropped_back', kind: 'document_back_cropped', url: at('cb') },
      { ...link, key: 'drivers_license/cropped_front', kind: 'document_front_cropped', url: at('cf') },
      { ...link, key: 'drivers_license/face', kind: 'document_portrait', url: at('f') },
      { ...link, key: 'drivers_license/original_front', kind: 'document_front', url: at('of') },
      { ...link, key: 'drivers_license/hologram', kind: 'other', url: at('h') },
    ]);
    expect(observation.evidence).toEqual({
      images: 5,
      imagesUntil: '2026-11-24T10:01:00.000Z',
      report: false,
      reportUntil: null,
    });
  });

  test('have keys of their own where several sets are of one category or of none', () => {
    const set = (category: unknown, name: string): unknown => ({ category, images: { face: at(name) } });
    const sets = [set('passport', 'a'), set('passport', 'b'), set(null, 'c'), set(7, 'd'), set('visa', 'e')];
    expect(received(sets).imageLinks.map(({ key, url }) => [key, url])).toEqual([
      ['passport/face', at('a')],
      ['passport/face/2', at('b')],
      ['unknown/face', at('c')],
      ['unknown/face/2', at('d')],
      ['visa/face', at('e')],
    ]);
  });

  test('keep their keys whatever hosts are allowed', () => {
    const sets = [
      { category: 'passport', images: { face: imageUrl('https://storage.test:8443/a') } },
      { category: 'passport', images: { face: at('b') } },
    ];
    expect(received(sets, ['images.test']).imageLinks.map(({ key }) => key)).toEqual(['passport/face/2']);
  });

  test('come with any type of webhook', () => {
    const { imageLinks, observation } = received(face(at('f')), HOSTS, EMAIL_WEBHOOK);
    expect(imageLinks).toHaveLength(1);
    expect(observation).toMatchObject({ verdict: null, evidence: { images: 1 } });
  });

  test('are in no other part of the signal', () => {
    const { imageLinks, ...rest } = received(face(at('f')));
    expect(imageLinks).toHaveLength(1);
    expect(JSON.stringify(rest)).not.toMatch(/X-Amz|images\.test/u);
    expect(rest.evidence).toMatchObject({ idvImages: [{ category: 'drivers_license', images: ['face'] }] });
  });

  test.each([
    ['where no host is configured', face(at('f')), []],
    ['as a text', at('f'), HOSTS],
    ['as an object', { category: 'passport', images: { face: at('f') } }, HOSTS],
    ['as a list of links', [at('f')], HOSTS],
    ['as lists within', [{ category: 'passport', images: [[at('f')]] }], HOSTS],
    ['as nulls', face(null), HOSTS],
    ['as numbers', face(7), HOSTS],
    ['as nothing', undefined, HOSTS],
    ['as no sets', [], HOSTS],
  ])('%s are none, and the verdict counts all the same', (_name, idvImages, hosts) => {
    const signal = received(idvImages, hosts);
    expect(signal).toMatchObject({ imageLinks: [], observation: { verdict: 'verified', evidence: null } });
    expect(JSON.stringify(signal)).not.toMatch(/X-Amz|images\.test/u);
  });
});

describe('only', () => {
  test.each([
    'https://images.test/f',
    'https://eu.images.test/f?X-Amz-Expires=60',
    'https://IMAGES.test:443/f',
    'https://storage.test:8443/f',
  ])('%s is a link that may be followed', (url) => {
    expect(received(face(url)).imageLinks.map((link) => link.url)).toEqual([url]);
  });

  test.each([
    'http://images.test/f',
    'https://evil.test/f',
    'https://evilimages.test/f',
    'https://images.test.evil.test/f',
    'https://evil.test/images.test',
    'https://evil.test/?images.test',
    'https://evil.test#images.test',
    'https://images.test@evil.test/f',
    'https://user@images.test/f',
    'https://user:pass@images.test/f',
    'https://images.test:8443/f',
    'https://storage.test/f',
    'https://127.0.0.1/f',
    'http://127.0.0.1/f',
    'http://localhost:5432/f',
    'https://169.254.169.254/latest/meta-data',
    'https://2852039166/latest/meta-data',
    'https://[::1]/f',
    'https://[::ffff:169.254.169.254]/f',
    'https://10.0.0.1/f',
    '//images.test/f',
    '/f',
    'images.test/f',
    'ftp://images.test/f',
    'file:///etc/passwd',
    'data:image/jpeg;base64,/9j/',
    'javascript:alert(1)',
    'https://',
    '',
  ])('never %s', (url) => {
    expect(received(face(url))).toMatchObject({ imageLinks: [], observation: { evidence: null } });
  });
});

describe('a link', () => {
  test.each([
    ['60', 60],
    ['1', 1],
    ['300', 300],
    ['604800', 600],
    ['0', 1],
    ['-5', 60],
    ['6e1', 60],
    ['9'.repeat(400), 60],
    ['', 60],
    [undefined, 60],
  ])('that is signed for %j seconds is kept for %d', (expires, seconds) => {
    const url = imageUrl('https://images.test/f', { 'X-Amz-Expires': expires });
    expect(received(face(url)).imageLinks[0]?.lifetimeSeconds).toBe(seconds);
  });

  test.each([
    [{}, '2026-11-24T10:01:00.000Z'],
    [{ 'X-Amz-Expires': '300' }, '2026-11-24T10:05:00.000Z'],
    [{ 'X-Amz-Expires': undefined }, '2026-11-24T10:01:00.000Z'],
    [{ 'X-Amz-Expires': '604800' }, '2026-11-24T10:10:00.000Z'],
    [{ 'X-Amz-Date': undefined }, null],
    [{ 'X-Amz-Date': '' }, null],
    [{ 'X-Amz-Date': '20260230T100000Z' }, null],
    [{ 'X-Amz-Date': '20261124T250000Z' }, null],
    [{ 'X-Amz-Date': 'soon' }, null],
  ])('with %j works until %j, counted from when it was signed', (parameters, until) => {
    const url = imageUrl('https://images.test/f', parameters);
    expect(received(face(url)).observation.evidence).toMatchObject({ images: 1, imagesUntil: until });
  });

  test('that ends first ends them all, and one that does not say is not asked', () => {
    const images = {
      face: imageUrl('https://images.test/f', { 'X-Amz-Expires': '120' }),
      original_front: imageUrl('https://images.test/o', { 'X-Amz-Expires': '30' }),
      original_back: imageUrl('https://images.test/b', { 'X-Amz-Date': undefined }),
    };
    expect(received([{ category: 'passport', images }]).observation.evidence).toMatchObject({
      images: 3,
      imagesUntil: '2026-11-24T10:00:30.000Z',
    });
  });
});
