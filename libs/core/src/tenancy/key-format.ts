import { fromTypeId, type RandomSource, randomToken, sha256, toTypeId } from '@gatehouse/platform';

import { type Environment } from './tenant-scope.js';

/*
 * gk_test_<tenant, 26><secret, 32><checksum, 6>     gk_live_…     gk_admin_<secret, 40><checksum, 6>
 *
 * The prefix lets secret scanners recognise a leaked key, the checksum tells a typo from an unknown key without a query,
 * and the tenant's id inside makes the lookup one by primary key, with no index across tenants.
 */
const TENANT_KEY = /^gk_(test|live)_([0-9a-z]{26})([0-9a-z]{32})([0-9a-f]{6})$/;
const ADMIN_KEY = /^gk_admin_\S{32,200}$/;

export type ParsedKey =
  | { readonly kind: 'tenant'; readonly tenantId: string; readonly environment: Environment }
  | { readonly kind: 'admin' };

export function newTenantKey(random: RandomSource, tenantId: string, environment: Environment): string {
  const body = `gk_${environment}_${toTypeId('tnt', tenantId).slice('tnt_'.length)}${randomToken(random, 20)}`;
  return body + checksum(body);
}

export function newAdminKey(random: RandomSource): string {
  const body = `gk_admin_${randomToken(random, 25)}`;
  return body + checksum(body);
}

/** What a key claims to be, before any lookup; null for text that cannot be one of ours. */
export function parseKey(text: string): ParsedKey | null {
  const match = TENANT_KEY.exec(text);
  if (match !== null) {
    const [, environment, tenant] = match;
    if (checksum(text.slice(0, -6)) !== match[4]) return null;
    const tenantId = fromTypeId('tnt', `tnt_${tenant ?? ''}`);
    if (tenantId === null) return null;
    return { kind: 'tenant', tenantId, environment: environment === 'live' ? 'live' : 'test' };
  }
  return ADMIN_KEY.test(text) ? { kind: 'admin' } : null;
}

/** The last characters, to recognise a key by in a list. */
export function hintOf(key: string): string {
  return key.slice(-4);
}

/** No secret: guards against typing errors only. */
function checksum(body: string): string {
  return sha256(body).toString('hex', 0, 3);
}
