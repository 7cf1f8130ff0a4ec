import { type ReturnWay } from '@gatehouse/contract';
import { constantTimeEqual } from '@gatehouse/platform';

import { NoTenantKey, type TenantVault } from '../privacy/tenant-vault.js';
import { type Environment } from '../tenancy/tenant-scope.js';

export interface ReturnAddress {
  readonly tenantId: string;
  readonly environment: Environment;
  readonly verificationId: string;
  readonly way: ReturnWay;
  /** The account whose page sends the browser back; null in a link from before links named it. */
  readonly connectionId: string | null;
}

/*
 * tenant (16 bytes) ‖ verification (16) ‖ flags (1) ‖ connection (16, or nothing) ‖ MAC (16), base64url. Names the tenant, so that
 * no lookup crosses tenants, and proves that we made it. It authorises nothing but a read of the provider.
 */
const ID_BYTES = 16;
const MAC_BYTES = 16;
const FLAGS_AT = 2 * ID_BYTES;
const CONNECTION_AT = FLAGS_AT + 1;
const BODY_BYTES: readonly number[] = [CONNECTION_AT, CONNECTION_AT + ID_BYTES];
const LIVE = 1;
const WAY_BITS = { success: 0, review: 2, unshared: 4 } as const satisfies Record<ReturnWay, number>;

/** Makes and reads the tokens of `/return/{token}`. */
export class ReturnTokens {
  constructor(private readonly vault: TenantVault) {}

  /** For each of the ways one, when it is asked for. */
  async maker(address: Omit<ReturnAddress, 'way'>): Promise<(way: ReturnWay) => string> {
    const mac = await this.#macs(address.tenantId);
    return (way) => {
      const flags = (address.environment === 'live' ? LIVE : 0) | WAY_BITS[way];
      const body = Buffer.concat([
        uuidBytes(address.tenantId),
        uuidBytes(address.verificationId),
        Buffer.of(flags),
        address.connectionId === null ? Buffer.alloc(0) : uuidBytes(address.connectionId),
      ]);
      return Buffer.concat([body, mac(body)]).toString('base64url');
    };
  }

  /** Null for anything that we did not make. */
  async read(token: string): Promise<ReturnAddress | null> {
    const bytes = Buffer.from(token, 'base64url');
    if (!BODY_BYTES.includes(bytes.length - MAC_BYTES) || bytes.toString('base64url') !== token) return null;
    const body = bytes.subarray(0, -MAC_BYTES);
    const tenantId = uuidText(body.subarray(0, ID_BYTES));
    const mac = await this.#macs(tenantId).catch((error: unknown) => {
      // A tenant that does not exist: the same answer as for a token that is wrong.
      if (error instanceof NoTenantKey) return null;
      throw error;
    });
    if (mac === null || !constantTimeEqual(mac(body), bytes.subarray(-MAC_BYTES))) return null;
    const flags = body[FLAGS_AT] ?? 0;
    const connection = body.subarray(CONNECTION_AT);
    return {
      tenantId,
      environment: (flags & LIVE) === 0 ? 'test' : 'live',
      verificationId: uuidText(body.subarray(ID_BYTES, FLAGS_AT)),
      way: wayOf(flags),
      connectionId: connection.length === 0 ? null : uuidText(connection),
    };
  }

  async #macs(tenantId: string): Promise<(body: Buffer) => Buffer> {
    const macOf = await this.vault.tokenMacs(tenantId);
    return (body) => macOf('return', body.toString('hex')).subarray(0, MAC_BYTES);
  }
}

function wayOf(flags: number): ReturnWay {
  if ((flags & WAY_BITS.unshared) !== 0) return 'unshared';
  return (flags & WAY_BITS.review) === 0 ? 'success' : 'review';
}

function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

function uuidText(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
