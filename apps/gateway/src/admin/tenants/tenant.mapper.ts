import { type Tenant } from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';

import { type TenantView } from './tenant.dto.js';
import { type Plain } from '../../http/plain.js';

export function toTenantView(tenant: Tenant): Plain<TenantView> {
  return {
    object: 'tenant',
    id: toTypeId('tnt', tenant.id),
    name: tenant.name,
    status: tenant.status,
    retentionDays: tenant.settings.retentionDays,
    retentionDaysByOutcome: tenant.settings.retentionDaysByOutcome,
    erasureContact: tenant.settings.erasureContact,
    identityStorage: tenant.settings.identityStorage,
    reportArchive: tenant.settings.reportArchive,
    trustFramework: tenant.settings.trustFramework,
    assuranceLevel: tenant.settings.assuranceLevel,
    twoPersonApproval: tenant.settings.twoPersonApproval,
    version: tenant.version,
    createdAt: tenant.createdAt.toISOString(),
    updatedAt: tenant.updatedAt.toISOString(),
  };
}
