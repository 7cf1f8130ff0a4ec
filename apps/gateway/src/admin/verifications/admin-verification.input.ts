import { type DirectoryFilter, type ViewReason } from '@gatehouse/core';
import { fromTypeId } from '@gatehouse/platform';

import { toFilter } from '../../api/verifications/verification.input.js';
import { invalid } from '../../http/validation.js';
import { type AdminVerificationsQuery, type ViewReasonBody } from './admin-verification.dto.js';

/** Throws Problem `validation_failed` for what no index serves. */
export function toDirectoryFilter(query: AdminVerificationsQuery): DirectoryFilter {
  const environment = query.environment ?? null;
  const { status, ...filter } = toFilter(query);
  // The form was checked at the door.
  const tenantId = query.tenantId == null ? null : fromTypeId('tnt', query.tenantId);
  if (tenantId !== null) return { ...filter, ...(status !== undefined && { status }), tenantId, environment };
  const { provider, reference, ...moments } = filter;
  const unserved = [
    ...(provider === undefined ? [] : ['provider']),
    ...(reference === undefined ? [] : ['reference']),
  ];
  const errors = unserved.map((pointer) => ({
    pointer,
    detail: 'can only be asked for together with tenantId',
  }));
  if (status === undefined || status === 'needs_review') {
    if (errors.length > 0) throw invalid(errors);
    return { ...moments, ...(status !== undefined && { status }), tenantId, environment };
  }
  const detail = 'other than needs_review can only be asked for together with tenantId';
  throw invalid([{ pointer: 'status', detail }, ...errors]);
}

/** Throws Problem `validation_failed` for a purpose that says nothing without a ticket. */
export function toViewReason({ purpose, ticket = null }: ViewReasonBody): ViewReason {
  if (purpose === 'other' && ticket === null)
    throw invalid([{ pointer: '/ticket', detail: 'is required where the purpose is other' }]);
  return { purpose, ticket };
}
