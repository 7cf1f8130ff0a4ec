import { fromTypeId, toTypeId } from '@gatehouse/platform';

const LOG = 'gatehouse/';

/** Which log a tenant's checkpoints are of; also the name under which the key signs them. */
export function originOf(tenantId: string): string {
  return `${LOG}${toTypeId('tnt', tenantId)}`;
}

/** The tenant of such a name; null for another name. */
export function tenantOf(origin: string): string | null {
  return origin.startsWith(LOG) ? fromTypeId('tnt', origin.slice(LOG.length)) : null;
}
