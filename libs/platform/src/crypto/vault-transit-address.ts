import { isIPv4 } from 'node:net';

/** A key of Vault's Transit engine, and where that Vault is. */
export interface VaultTransitAddress {
  /** `https://vault.internal:8200` */
  readonly origin: string;
  /** Null: the root namespace, the only one where there are no others. */
  readonly namespace: string | null;
  /** Where the engine is mounted: `transit`, `team/transit`. */
  readonly mount: string;
  readonly key: string;
}

const SCHEME = /^vault-transit(\+http)?:\/\/([^/].*)$/;
/** What Vault takes as a name, and nothing that would have to be escaped in a path. */
const NAME = /^\w(?:[\w.-]*\w)?$/;
const MAX_NAMES_LENGTH = 200;

/**
 * Reads `vault-transit://HOST:PORT/MOUNT/KEY`, with `?namespace=NAME` where there are namespaces; without a port it is 443. Null when
 * it is not of that form, or of the form without TLS (`vault-transit+http://`) and not on this machine.
 */
export function parseVaultTransit(text: string): VaultTransitAddress | null {
  const [, plain, rest] = SCHEME.exec(text) ?? [];
  if (rest === undefined) return null;
  const url = URL.parse(`${plain === undefined ? 'https' : 'http'}://${rest}`);
  if (url === null || url.username !== '' || url.password !== '' || url.hash !== '') return null;
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) return null;
  const { namespace = null, ...unknown } = Object.fromEntries(url.searchParams);
  const mount = url.pathname.slice(1).split('/');
  const key = mount.pop() ?? '';
  const names = [...mount, key, ...(namespace === null ? [] : namespace.split('/'))];
  if (mount.length === 0 || Object.keys(unknown).length > 0) return null;
  if (!names.every((name) => NAME.test(name)) || names.join('/').length > MAX_NAMES_LENGTH) return null;
  return { origin: url.origin, namespace, mount: mount.join('/'), key };
}

/** By its URL, so already in normal form. Names other than `localhost` may come to mean another machine. */
function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'))
  );
}
