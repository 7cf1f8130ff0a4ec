import { addressLiteral } from '@gatehouse/platform';
import { z } from 'zod';

/** An entry of `hosts` as {@link isAllowedImageUrl} takes it; what else it could be would allow nothing, in silence. */
export const imageHost = z
  .string()
  .max(255)
  .refine(isHost, 'must be a host, with a port or without, and nothing else');

/**
 * Whether an image may be fetched from there. A vendor's answer names the address, so it is only followed to `hosts`:
 * names whose subdomains count too (`amazonaws.com`), or addresses; each may have a port (`127.0.0.1:4000`), and means
 * only the default one otherwise, on a loopback host any. HTTPS, but for loopback.
 */
export function isAllowedImageUrl(url: string, hosts: readonly string[]): boolean {
  const target = URL.parse(url);
  if (target === null || target.username !== '' || target.password !== '') return false;
  const loopback = isLoopback(target.hostname);
  if (target.protocol !== 'https:' && !(target.protocol === 'http:' && loopback)) return false;
  return hosts.some((entry) => {
    // Read by the same rules as the address, so that both are written alike.
    const allowed = URL.parse(`${target.protocol}//${entry}`);
    if (allowed === null) return false;
    const anyPort = loopback && allowed.port === '';
    return isWithin(target.hostname, allowed.hostname) && (anyPort || target.port === allowed.port);
  });
}

function isWithin(host: string, allowed: string): boolean {
  if (host === allowed) return true;
  return addressLiteral(host) === null && host.endsWith(`.${allowed}`);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/u.test(host);
}

function isHost(text: string): boolean {
  const url = URL.parse(`https://${text}`);
  if (url === null) return false;
  // Written as a URL writes it, and neither a wildcard nor all of something.
  return text.toLowerCase().replace(/:443$/u, '') === url.host && !/\*|^\.|\.(?:$|:)/u.test(text);
}
