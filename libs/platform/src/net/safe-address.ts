import { BlockList, isIP } from 'node:net';

/** Networks that nothing of ours may call (RELIABILITY.md D.6). */
const CLOSED_V4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // carrier NAT; Alibaba's metadata service is in it
  ['127.0.0.0', 8],
  ['168.63.129.16', 32], // Azure's host service: looks public, is not
  ['169.254.0.0', 16], // link-local: the clouds' metadata services
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** Of IPv6 only global unicast is open; what is outside it (mapped, NAT64, local, multicast) needs no rule of its own. */
const OPEN_V6 = ['2000::', 3] as const;
/** Closed parts of global unicast: Teredo and other protocol assignments, documentation, 6to4. */
const CLOSED_V6: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const closed = new BlockList();
for (const [network, prefix] of CLOSED_V4) closed.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of CLOSED_V6) closed.addSubnet(network, prefix, 'ipv6');
const open = new BlockList();
open.addSubnet(...OPEN_V6, 'ipv6');

/** Whether an IP address (no brackets) belongs to the public internet. Anything that is no address is not public. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !closed.check(address, 'ipv4');
    case 6:
      // A scope id (`fe80::1%eth0`) only has a meaning on a local link.
      return !address.includes('%') && open.check(address, 'ipv6') && !closed.check(address, 'ipv6');
    default:
      return false;
  }
}

/** The host of a URL as an address, without the brackets of IPv6; null when it is a name. */
export function addressLiteral(hostname: string): string | null {
  const bare = hostname.startsWith('[') && hostname.endsWith(']') ? hostname.slice(1, -1) : hostname;
  return isIP(bare) === 0 ? null : bare;
}

const PUBLIC_PORTS: readonly string[] = ['', '443', '8443'];
const LOCAL_NAME = /(^|\.)(localhost|local|internal|localdomain|home\.arpa)$/u;

/**
 * Why a URL must not be called by us, in words for the person who configured it; null when it may. It is the check at
 * the time of writing; the addresses behind a name are checked again at each connect, because they change.
 *
 * WHATWG parsing comes first: it turns `2130706433`, `0x7f.1` and `①②⑦.⓪.⓪.①` into the address that would be called.
 */
export function checkOutboundUrl(text: string, options: { readonly allowPrivate: boolean }): string | null {
  const url = URL.parse(text);
  if (url === null) return 'It is not an absolute URL.';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'It must begin with https://.';
  if (url.username !== '' || url.password !== '') return 'It must not hold a user name or a password.';
  if (url.hash !== '') return 'It must not hold a fragment.';
  const host = url.hostname.replace(/\.$/u, '');
  if (host === '' || host.length > 253) return 'It has no valid host name.';
  return options.allowPrivate ? null : refusalInPublic(url, host);
}

function refusalInPublic(url: URL, host: string): string | null {
  if (url.protocol !== 'https:') return 'It must begin with https://.';
  if (!PUBLIC_PORTS.includes(url.port)) return 'Its port must be 443 or 8443.';
  if (addressLiteral(host) !== null) return 'It must name a host, not an IP address.';
  if (!host.includes('.') || LOCAL_NAME.test(host)) return 'Its host is a name of a private network.';
  return null;
}
