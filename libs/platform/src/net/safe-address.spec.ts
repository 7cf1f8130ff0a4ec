import { describe, expect, test } from '@jest/globals';

import { addressLiteral, checkOutboundUrl, isPublicAddress } from './safe-address.js';

describe('isPublicAddress', () => {
  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '127.255.255.254',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.7',
    '203.0.113.9',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '3fff::1',
    '5f00::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    'localhost',
    '',
    '2130706433',
  ])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each([
    '8.8.8.8',
    '1.1.1.1',
    '172.15.255.255',
    '172.32.0.1',
    '168.63.129.17',
    '2606:4700:4700::1111',
    '2a00:1450::1',
  ])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe('addressLiteral', () => {
  test.each([
    ['[::1]', '::1'],
    ['127.0.0.1', '127.0.0.1'],
    ['vendor.test', null],
  ])('of %s is %s', (host, expected) => {
    expect(addressLiteral(host)).toBe(expected);
  });
});

describe('checkOutboundUrl', () => {
  const inPublic = (url: string): string | null => checkOutboundUrl(url, { allowPrivate: false });

  test.each([
    'https://api.vendor.example/v1',
    'https://api.vendor.example:443/v1',
    'https://api.vendor.example:8443/v1',
    'https://api.vendor.example./v1',
  ])('allows %s', (url) => {
    expect(inPublic(url)).toBeNull();
  });

  test.each([
    ['', 'absolute'],
    ['/v1', 'absolute'],
    ['vendor.example', 'absolute'],
    ['http://api.vendor.example', 'https'],
    ['file:///etc/passwd', 'https'],
    ['ftp://api.vendor.example', 'https'],
    ['https://api.vendor.example:22', 'port'],
    ['https://user@api.vendor.example', 'user name'],
    ['https://user:pass@api.vendor.example', 'user name'],
    ['https://user@127.0.0.1#@api.vendor.example', 'user name'],
    ['https://api.vendor.example/#part', 'fragment'],
    ['https://127.0.0.1', 'IP address'],
    ['https://8.8.8.8', 'IP address'],
    ['https://2130706433', 'IP address'],
    ['https://0x7f.1', 'IP address'],
    ['https://017700000001', 'IP address'],
    ['https://127.1', 'IP address'],
    ['https://①②⑦.⓪.⓪.①', 'IP address'],
    ['https://0/', 'IP address'],
    ['https://127.0.0.1.', 'IP address'],
    ['https://[::1]', 'IP address'],
    ['https://[::ffff:127.0.0.1]', 'IP address'],
    ['https://localhost', 'private network'],
    ['https://localhost.', 'private network'],
    ['https://LOCALHOST', 'private network'],
    ['https://api.localhost', 'private network'],
    ['https://metadata.google.internal', 'private network'],
    ['https://printer.local', 'private network'],
    ['https://intranet', 'private network'],
    [`https://${'a.'.repeat(127)}example`, 'host name'],
  ])('refuses %s', (url, why) => {
    expect(inPublic(url)).toContain(why);
  });

  test.each([
    'http://127.0.0.1:4010/core/api/v1',
    'http://localhost:3000',
    'https://[::1]:9',
    'https://10.0.0.1',
  ])('allows %s where private networks are allowed', (url) => {
    expect(checkOutboundUrl(url, { allowPrivate: true })).toBeNull();
  });

  test.each(['ftp://127.0.0.1', 'http://user@127.0.0.1', 'http://127.0.0.1/#a', 'nonsense'])(
    'refuses %s everywhere',
    (url) => {
      expect(checkOutboundUrl(url, { allowPrivate: true })).not.toBeNull();
    },
  );
});
