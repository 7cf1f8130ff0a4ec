import { describe, expect, test } from '@jest/globals';

import { isAllowedImageUrl } from './image-host.js';

const HOSTS = [
  'amazonaws.com',
  'images.vendor.test:8443',
  '127.0.0.1:4000',
  'localhost',
  '[::1]',
  '192.0.2.7',
];

describe('an image may be fetched', () => {
  test.each([
    ['from a host', 'https://amazonaws.com/a?b=c'],
    ['from a subdomain', 'https://bucket.s3.eu-west-1.amazonaws.com/a'],
    ['in any case', 'HTTPS://Bucket.S3.AmazonAWS.com/a'],
    ['from the default port by name', 'https://bucket.amazonaws.com:443/a'],
    ['from a port that is listed', 'https://images.vendor.test:8443/a'],
    ['from a subdomain at that port', 'https://eu.images.vendor.test:8443/a'],
    ['from an address that is listed', 'https://192.0.2.7/a'],
    ['from a twin in plain', 'http://127.0.0.1:4000/a'],
    ['from a twin with any port', 'http://localhost:53211/a'],
    ['from a twin over IPv6', 'http://[::1]:53211/a'],
  ])('%s: %s', (_name, url) => {
    expect(isAllowedImageUrl(url, HOSTS)).toBe(true);
  });
});

describe('no image may be fetched', () => {
  test.each([
    ['in plain', 'http://bucket.amazonaws.com/a'],
    ['by another scheme', 'ftp://bucket.amazonaws.com/a'],
    ['from a file', 'file:///etc/passwd'],
    ['from text', 'data:image/png;base64,AAAA'],
    ['from what is no address', 'bucket.amazonaws.com/a'],
    ['from nothing', ''],
    ['from a host that ends alike', 'https://evilamazonaws.com/a'],
    ['from a host that begins alike', 'https://amazonaws.com.evil.test/a'],
    ['from a host with a dot at its end', 'https://bucket.amazonaws.com./a'],
    ['by a user', 'https://user@bucket.amazonaws.com/a'],
    ['by a password', 'https://:secret@bucket.amazonaws.com/a'],
    ['from what looks like the host but is a user', 'https://amazonaws.com@evil.test/a'],
    ['from what looks like the host but is a path', 'https://evil.test/.amazonaws.com'],
    ['from another port', 'https://bucket.amazonaws.com:8443/a'],
    ['from the default port where another is listed', 'https://images.vendor.test/a'],
    ['from another port of a twin whose port is listed', 'http://127.0.0.1:4001/a'],
    ['from a loopback address that is not listed', 'http://127.0.0.2:4000/a'],
    ['from a private address', 'https://169.254.169.254/latest/meta-data'],
    ['from an address not listed', 'https://192.0.2.8/a'],
    ['from an address that is listed, in plain', 'http://192.0.2.7/a'],
    ['from a number that is an address', 'https://2852039166/a'],
  ])('%s: %s', (_name, url) => {
    expect(isAllowedImageUrl(url, HOSTS)).toBe(false);
  });

  test('from anywhere, if there is no host', () => {
    expect(isAllowedImageUrl('https://bucket.amazonaws.com/a', [])).toBe(false);
    expect(isAllowedImageUrl('https://bucket.amazonaws.com/a', [''])).toBe(false);
    expect(isAllowedImageUrl('https://bucket.amazonaws.com/a', ['.'])).toBe(false);
  });
});
