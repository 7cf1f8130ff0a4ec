import { VERIFICATION_STATUSES } from '@gatehouse/contract';
import { ENVIRONMENTS, type Environment, VIEW_PURPOSES, type ViewPurpose } from '@gatehouse/core';

import { EmailAddress, IdOf, OneOf, PhoneNumber, ProviderName, Text, Timestamp } from '../../http/members.js';
import { PageQuery } from '../../http/paging.js';

export class AdminVerificationsQuery extends PageQuery {
  @IdOf('tnt', { description: 'Of this tenant only.' })
  tenantId?: string | null;

  @OneOf(ENVIRONMENTS, { description: 'Absent: both.' })
  environment?: Environment | null;

  @OneOf(VERIFICATION_STATUSES, {
    description: 'In this status now. Without `tenantId`, `needs_review` only.',
  })
  status?: (typeof VERIFICATION_STATUSES)[number] | null;

  @ProviderName({
    example: 'sentinel',
    description: 'At this provider now. Only together with `tenantId`.',
  })
  provider?: string | null;

  @Text({
    max: 200,
    example: 'user-42',
    description: 'With this reference of the tenant’s. Only together with `tenantId`.',
  })
  reference?: string | null;

  @Timestamp({ example: '2026-01-01T00:00:00.000Z', description: 'Made later than this.' })
  createdAfter?: string | null;

  @Timestamp({ example: '2026-02-01T00:00:00.000Z', description: 'Made earlier than this.' })
  createdBefore?: string | null;
}

export class AdminSearchVerificationsBody {
  @IdOf('tnt', { required: true, description: 'Whose. Contacts are hashed with a key of the tenant’s.' })
  tenantId!: string;

  @OneOf(ENVIRONMENTS, { description: 'Absent: both.' })
  environment?: Environment | null;

  @EmailAddress({ description: 'This or `phone` is needed.' })
  email?: string | null;

  @PhoneNumber({ example: '+971501234542' })
  phone?: string | null;
}

/** Why an operator looks at a person. */
export class ViewReasonBody {
  @OneOf(VIEW_PURPOSES, { required: true, description: 'Kept in the ledger.' })
  purpose!: ViewPurpose;

  @Text({
    max: 40,
    pattern: /^[A-Za-z0-9#._-]{1,40}$/,
    must: '1 to 40 letters, digits and #._-',
    example: 'OPS-1204',
    description: 'Of your own tickets; kept in the ledger. Needed where the purpose is `other`.',
  })
  ticket?: string | null;
}
