import { type AdminRole } from './admin-key.service.js';
import { type Environment } from './tenant-scope.js';

/** What a tenant's key may do. */
export const SCOPES = [
  'verifications:read',
  'verifications:write',
  'identity:read',
  'images:read',
  'reviews:write',
  'webhooks:read',
  'webhooks:write',
] as const;
export type Scope = (typeof SCOPES)[number];

/** Who calls. */
export type Principal =
  | {
      readonly kind: 'tenant';
      readonly keyId: string;
      readonly tenantId: string;
      readonly environment: Environment;
      readonly scopes: readonly Scope[];
    }
  | { readonly kind: 'admin'; readonly keyId: string; readonly role: AdminRole };
