/** A tenant's two worlds. */
export const ENVIRONMENTS = ['test', 'live'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

export const TENANT_TABS = ['settings', 'keys', 'connections'] as const;
export type TenantTab = (typeof TENANT_TABS)[number];
