import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { type LookupFunction } from 'node:net';

import { buildConnector } from 'undici';

import { addressLiteral, isPublicAddress } from './safe-address.js';

export interface ConnectorOptions {
  /** Whether loopback, private and link-local addresses may be called. Only for machines of developers and tests. */
  readonly allowPrivateNetworks: boolean;
  /** Names to addresses; the system's resolver unless given. */
  readonly resolve?: Resolve;
}

/** `dns.lookup` asked for all addresses. */
export type Resolve = (
  hostname: string,
  answer: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void;

/** The code of an error that a connect ends with when the address is one that must not be called. */
export const ADDRESS_REFUSED = 'ADDRESS_REFUSED';

/** Raised inside a connect, so that undici reports it like any failed connect. */
class AddressRefused extends Error {
  readonly code = ADDRESS_REFUSED;
}

/**
 * How every socket to somebody else's server is opened: always verifies TLS, and refuses private addresses at the moment of
 * connecting, whatever the name stood for when it was written down (RELIABILITY.md D.6).
 */
export function publicConnector(options: ConnectorOptions): buildConnector.connector {
  if (options.allowPrivateNetworks) return buildConnector({ rejectUnauthorized: true });
  const connect = buildConnector({
    rejectUnauthorized: true,
    lookup: publicLookup(options.resolve ?? resolveAll),
  });
  return (target, callback) => {
    // Lookup hooks are not called for IP literals (RELIABILITY.md D.6).
    const literal = addressLiteral(target.hostname);
    if (literal !== null && !isPublicAddress(literal)) callback(new AddressRefused(), null);
    else connect(target, callback);
  };
}

const resolveAll: Resolve = (hostname, answer) => {
  systemLookup(hostname, { all: true }, answer);
};

/** Hands the socket only addresses that were checked, all of them, so what was checked is what is connected to. */
function publicLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, (error, addresses) => {
      const [first] = addresses;
      if (error !== null) callback(error, '');
      else if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address)))
        callback(new AddressRefused(), '');
      else if (options.all === true) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    });
  };
}
