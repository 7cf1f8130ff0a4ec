import { expect, test } from '@jest/globals';

import { complaintsOf } from '../../test/failures.js';
import { checked } from '../kit/checked.js';
import { dentityCredentials, dentitySettings } from './dentity.config.js';

const credentials = checked(dentityCredentials);
const settings = checked(dentitySettings);

test('settings and credentials are checked', () => {
  const baseUrl = 'https://api.dentity.com/core/api/v1';
  expect(settings.parse({ baseUrl })).toEqual({
    baseUrl,
    callsPerMinute: 600,
    imageHosts: [],
    report: 'ask',
  });
  expect(complaintsOf(() => settings.parse({ baseUrl, report: 'maybe' }))).toEqual({
    '/report': 'must be one of ask, none',
  });
  expect(complaintsOf(() => credentials.parse({ apiKey: 'two\r\nlines', secretKey: '' }))).toEqual({
    '/apiKey': 'must be printable ASCII without spaces',
    '/secretKey': 'must have at least 1 characters',
  });
});

test.each(['images.test', 'EU.images.test:8443', 'localhost', '127.0.0.1:4000', '[::1]', 'a_b.images.test'])(
  'images may be at %s',
  (host) => {
    expect(settings.parse({ baseUrl: 'https://api.test', imageHosts: [host] }).imageHosts).toEqual([host]);
  },
);

test.each([
  '',
  'https://images.test',
  'images.test/bucket',
  '.images.test',
  '*.images.test',
  'a@images.test',
  'a b',
])('images may not be at %j', (host) => {
  const parse = (): unknown => settings.parse({ baseUrl: 'https://api.test', imageHosts: [host] });
  expect(complaintsOf(parse)).toEqual({
    '/imageHosts/0': 'must be a host, with a port or without, and nothing else',
  });
});
