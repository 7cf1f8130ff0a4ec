import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isPublicAddress, OutboundPost } from '@gatehouse/platform';

import { type GatewayHarness, required, startGateway } from '../support/gateway-harness.js';
import { startDnsServer } from '../support/dns-server.js';
import { startWebhookReceiver } from '../support/webhook-receiver.js';

/** Of every closed network: its first address and its last, and the open ones beside it; null: what is beside is closed too. */
const EDGES: readonly (readonly [
  first: string,
  last: string,
  before: string | null,
  after: string | null,
])[] = [
  ['0.0.0.0', '0.255.255.255', null, '1.0.0.0'],
  ['10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0'],
  ['100.64.0.0', '100.127.255.255', '100.63.255.255', '100.128.0.0'],
  ['127.0.0.0', '127.255.255.255', '126.255.255.255', '128.0.0.0'],
  ['168.63.129.16', '168.63.129.16', '168.63.129.15', '168.63.129.17'],
  ['169.254.0.0', '169.254.255.255', '169.253.255.255', '169.255.0.0'],
  ['172.16.0.0', '172.31.255.255', '172.15.255.255', '172.32.0.0'],
  ['192.0.0.0', '192.0.0.255', '191.255.255.255', '192.0.1.0'],
  ['192.0.2.0', '192.0.2.255', '192.0.1.255', '192.0.3.0'],
  ['192.88.99.0', '192.88.99.255', '192.88.98.255', '192.88.100.0'],
  ['192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
  ['198.18.0.0', '198.19.255.255', '198.17.255.255', '198.20.0.0'],
  ['198.51.100.0', '198.51.100.255', '198.51.99.255', '198.51.101.0'],
  ['203.0.113.0', '203.0.113.255', '203.0.112.255', '203.0.114.0'],
  ['224.0.0.0', '239.255.255.255', '223.255.255.255', null],
  ['240.0.0.0', '255.255.255.255', null, null],
  ['::', '1fff:ffff::ffff', null, '2000::'],
  ['2001::', '2001:1ff:ffff:ffff::', '2000:ffff::', '2001:200::'],
  ['2001:db8::', '2001:db8:ffff::1', '2001:db7:ffff::', '2001:db9::'],
  ['2002::', '2002:ffff::1', '2001:ffff::', '2003::'],
  ['3fff::', '3fff:fff:ffff::', '3ffe:ffff::', '3fff:1000::'],
  ['4000::', 'ffff:ffff::', '3fff:ffff::', null],
  ['fc00::', 'fdff:ffff::', null, null],
  ['fe80::', 'febf:ffff::', null, null],
  ['ff00::', 'ffff::', null, null],
];

it.each(EDGES)('the network from %s to %s is closed, and nothing beside it', (first, last, before, after) => {
  expect([first, last].filter(isPublicAddress)).toEqual([]);
  expect([before, after].filter((address) => address !== null && !isPublicAddress(address))).toEqual([]);
});

describe('a name', () => {
  it.each([
    ['turns to this machine after it was looked up', [['1.1.1.1'], ['127.0.0.1']]],
    ['has a private address among public ones', [['1.1.1.1', '10.0.0.1', '8.8.8.8']]],
    ['is at the metadata service of a cloud', [['169.254.169.254']]],
    ['has no address', [[]]],
  ])('that %s is not called', async (_what, rounds) => {
    const dns = await startDnsServer(rounds);
    const receiver = await startWebhookReceiver();
    const post = new OutboundPost({ allowPrivateNetworks: false, resolve: dns.resolve });
    try {
      const url = `http://rebound.test:${new URL(receiver.origin).port}/`;
      // Before the last round it is as it should be, whether or not anybody answers there.
      for (let n = 1; n < rounds.length; n += 1) {
        const { failure } = await post.send(url, {}, '{}', 200);
        expect(failure).not.toBe('address_refused');
      }
      const last = await post.send(url, {}, '{}', 5_000);
      expect(last.failure).toBe(rounds.at(-1)?.length === 0 ? 'ENODATA' : 'address_refused');
      expect(dns.asked()).toBe(rounds.length);
      expect(receiver.received).toEqual([]);
    } finally {
      await post.close();
      await receiver.close();
      await dns.close();
    }
  });
});

describe('where private networks are closed', () => {
  let harness: GatewayHarness;
  beforeAll(async () => {
    harness = await startGateway({ allowPrivateNetworks: false });
  });
  afterAll(() => harness.close());

  const FORMS = [
    'http://vendor.example/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://0x7f.1/',
    'https://017700000001/',
    'https://2130706433/',
    'https://①②⑦.⓪.⓪.①/',
    'https://0/',
    'https://[::1]/',
    'https://[::ffff:7f00:1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://169.254.169.254/',
    'https://user@127.0.0.1/#@vendor.example/',
    'https://vendor.example:22/',
    'https://localhost./',
    'https://metadata.google.internal/',
    'https://intranet/',
    'file:///etc/passwd',
    'gopher://vendor.example/',
  ];

  it.each(FORMS)('neither a webhook nor a vendor may be at %s', async (url) => {
    const tenant = await harness.tenant();
    const endpoint = await tenant.call('POST', '/webhook-endpoints', { url });
    expect([endpoint.status, endpoint.json['errors']]).toEqual([
      422,
      [expect.objectContaining({ pointer: '/url' })],
    ]);
    const connection = await harness.admin(
      'PUT',
      `/tenants/${tenant.id}/connections/dentity?environment=test`,
      { credentials: { apiKey: 'a'.repeat(32), secretKey: 's'.repeat(32) }, settings: { baseUrl: url } },
    );
    expect([connection.status, JSON.stringify(connection.json['errors'])]).toEqual([
      422,
      expect.stringContaining('/settings/baseUrl'),
    ]);
  });

  it('a webhook may be at a public name', async () => {
    const tenant = await harness.tenant();
    required(await tenant.call('POST', '/webhook-endpoints', { url: 'https://vendor.example/hooks' }), 201);
  });
});
