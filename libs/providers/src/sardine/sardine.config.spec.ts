import { describe, expect, test } from '@jest/globals';

import { complaintsOf } from '../../test/failures.js';
import { VendorHttp } from '../../test/vendor-http.js';
import { SardineProvider } from './sardine.provider.js';

const provider = new SardineProvider(new VendorHttp().http);
const { settings, credentials } = provider;
const baseUrl = 'https://api.sardine.ai/v1';

describe('settings', () => {
  test('have safe defaults', () => {
    expect(settings.parse({ baseUrl })).toEqual({
      baseUrl,
      callsPerMinute: 600,
      highRisk: 'review',
      mediumRisk: 'verify',
      existingIdentity: 'wait',
      ssnResult: 'review',
      autoRedirect: true,
      sharingDeadEnd: 'input',
      recheckHours: 24,
      expiringDays: 30,
      imageHosts: [],
    });
  });

  test.each([
    [{ highRisk: 'verify' }, { '/highRisk': 'must be one of review, reject' }],
    [{ sharingDeadEnd: 'stop' }, { '/sharingDeadEnd': 'must be one of input, review' }],
    [{ autoRedirect: 'yes' }, { '/autoRedirect': 'must be of type boolean' }],
    [{ recheckHours: 0.5 }, { '/recheckHours': 'must have at least 1' }],
    [{ recheckHours: 8761 }, { '/recheckHours': 'must have at most 8760' }],
    [{ expiringDays: 0 }, { '/expiringDays': 'must have at least 1' }],
    [{ expiringDays: 366 }, { '/expiringDays': 'must have at most 365' }],
    [{ expiringDays: 1.5 }, { '/expiringDays': 'must be of type int' }],
  ])('are not %j', (wrong, complaints) => {
    expect(complaintsOf(() => settings.parse({ baseUrl, ...wrong }))).toEqual(complaints);
  });

  test.each([
    'images.sardine.test',
    'images.sardine.test:8443',
    'Images.Sardine.Test',
    '192.0.2.7',
    '[::1]:4000',
  ])('may name the image host %s', (host) => {
    const parsed = settings.parse({ baseUrl, imageHosts: [host] });
    expect(provider.endpoints(parsed)).toEqual([baseUrl, `https://${host}`]);
  });

  test.each([
    '',
    '.',
    '.test',
    'sardine.test.',
    'https://sardine.test',
    'sardine.test/a',
    'a@sardine.test',
    '*.test',
    '2130706433',
  ])('do not take %j for an image host', (host) => {
    expect(complaintsOf(() => settings.parse({ baseUrl, imageHosts: [host] }))).toEqual({
      '/imageHosts/0': 'must be a host, with a port or without, and nothing else',
    });
  });

  test.each([
    [24, 86_400],
    [1, 3600],
    [1.0001, 3600],
    [null, null],
  ])('of %j hours between checks of a consent are %j seconds', (recheckHours, seconds) => {
    expect(provider.recheckSeconds(settings.parse({ baseUrl, recheckHours }))).toBe(seconds);
  });

  test('explain themselves in the form that is drawn from them', () => {
    const properties = Object.entries(settings.jsonSchema['properties'] ?? {}) as [string, object][];
    expect(properties.map(([name]) => name)).toContain('imageHosts');
    for (const [name, property] of properties.filter(([name]) => name !== 'baseUrl'))
      expect([name, property]).toEqual([
        name,
        expect.objectContaining({ title: expect.any(String), description: expect.any(String) }),
      ]);
  });
});

test('credentials are what HTTP Basic can carry', () => {
  expect(complaintsOf(() => credentials.parse({ clientId: 'a:b', clientSecret: '' }))).toEqual({
    '/clientId': 'must not contain a colon',
    '/clientSecret': 'must have at least 1 characters',
  });
});
