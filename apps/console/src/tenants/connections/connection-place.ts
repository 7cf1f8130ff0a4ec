import { type Environment } from '../tenant-place.js';

/** Where a tenant's connections are. */
export interface ConnectionPlace {
  readonly tenantId: string;
  readonly environment: Environment;
}

/** The parameters of a call on one connection. */
export function paramsOf({ tenantId, environment }: ConnectionPlace, provider: string) {
  return { path: { id: tenantId, provider }, query: { environment } };
}

/** The `ETag` of a version, which a list does not carry. */
export function etagOf({ version }: { readonly version: number }): string {
  return `"${version}"`;
}
