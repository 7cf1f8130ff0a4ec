import { type SubjectKey } from '../privacy/subject-key.js';
import { context, type TenantVault } from '../privacy/tenant-vault.js';
import { type Environment, tenantScope, type TenantScope } from '../tenancy/tenant-scope.js';
import { type Correlated } from './signal-correlator.js';
import { type KeptSignal } from './signal.rows.js';

/** What a provider says, acts as this one. */
export function signalScope(tenantId: string, environment: Environment, provider: string): TenantScope {
  return tenantScope(tenantId, environment, `provider:${provider}`);
}

/** Under the person's key where we know whom it is about, so that it goes with them when they are erased. */
export async function sealSignal(
  vault: TenantVault,
  tenantId: string,
  id: string,
  kept: KeptSignal,
  match: Correlated | null,
): Promise<Buffer> {
  if (match === null) return vault.sealForTenant(tenantId, kept, placeOf(id));
  const key = await vault.openSubjectKey(tenantId, match.subjectKey);
  return key.sealJson(kept, context(tenantId, placeOf(id)));
}

/** Of somebody who is known. */
export function openSignal(
  key: SubjectKey,
  {
    tenant_id,
    id,
    body_sealed,
  }: { readonly tenant_id: string; readonly id: string; readonly body_sealed: Buffer },
): KeptSignal {
  return key.openJson(body_sealed, context(tenant_id, placeOf(id))) as KeptSignal;
}

/** Of somebody who is not known. */
export async function openOrphan(
  vault: TenantVault,
  {
    tenant_id,
    id,
    body_sealed,
  }: { readonly tenant_id: string; readonly id: string; readonly body_sealed: Buffer },
): Promise<KeptSignal> {
  return (await vault.openForTenant(tenant_id, body_sealed, placeOf(id))) as KeptSignal;
}

function placeOf(signalId: string): { table: string; row: string; column: string } {
  return { table: 'signals', row: signalId, column: 'body_sealed' };
}
