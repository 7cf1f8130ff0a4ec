import { LIST_SORTS } from '@gatehouse/contract';

import { EmailAddress, OneOf, PhoneNumber, Text, WholeInQuery } from '../../http/members.js';

const PROVIDER = {
  max: 32,
  pattern: /^[a-z][a-z0-9_]{0,31}$/,
  must: 'the name of a provider',
  description: 'Absent: the provider of the policy in force, if it can, else a connected one that can.',
} as const;

export class LookupBody {
  @EmailAddress({ description: 'This or `phone` is needed. Asked for first.' })
  email?: string | null;

  @PhoneNumber({ example: '+971501234542' })
  phone?: string | null;

  @Text(PROVIDER)
  provider?: string | null;
}

export class ProviderCustomersQuery {
  @WholeInQuery({ min: 1, max: 1_000_000, default: 1, description: 'From 1 on.' })
  page?: string | null;

  @OneOf(['10', '50', '100'], { default: '50' })
  pageSize?: '10' | '50' | '100' | null;

  @OneOf(LIST_SORTS, { default: 'updatedAt' })
  sortBy?: (typeof LIST_SORTS)[number] | null;

  @Text(PROVIDER)
  provider?: string | null;
}
