import { strangeCursor } from '../paging.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';

const CURSOR = /^(\d{1,15})\.(test|live)\.([0-9a-f-]{36})$/;

/**
 * How far a tenant has read one environment's feed. It names both, because a position of another feed would be taken for one of this,
 * and events between the two be lost.
 */
export function encodeFeedCursor(scope: TenantScope, position: number): string {
  return Buffer.from(`${position}.${scope.environment}.${scope.tenantId}`).toString('base64url');
}

/** The position; 0 without a cursor. Throws Problem `validation_failed` for a cursor that is not of this feed. */
export function decodeFeedCursor(scope: TenantScope, cursor: string | null): number {
  if (cursor === null) return 0;
  const match = CURSOR.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (match?.[2] !== scope.environment || match[3] !== scope.tenantId) throw strangeCursor();
  return Number(match[1]);
}
