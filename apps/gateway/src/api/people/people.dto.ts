import { LIST_SORTS } from '@gatehouse/contract';

import { type BodyExamples } from '../../http/body.js';
import {
  EmailAddress,
  OneOf,
  PhoneNumber,
  PROVIDER_WHERE_ABSENT,
  ProviderName,
  WholeInQuery,
} from '../../http/members.js';

export class LookupBody {
  @EmailAddress({ description: 'This or `phone` is needed. Asked for first.' })
  email?: string | null;

  @PhoneNumber({ example: '+971501234542' })
  phone?: string | null;

  @ProviderName({ description: PROVIDER_WHERE_ABSENT })
  provider?: string | null;
}

export const LOOKUP_EXAMPLES: BodyExamples<LookupBody> = {
  email: { email: 'jane@mail.test' },
  phoneAtNamedProvider: { phone: '+971501234542', provider: 'sardine' },
};

export class ProviderCustomersQuery {
  @WholeInQuery({ min: 1, max: 1_000_000, default: 1, description: 'From 1 on.' })
  page?: string | null;

  @OneOf(['10', '50', '100'], { default: '50', description: 'How many to a page.' })
  pageSize?: '10' | '50' | '100' | null;

  @OneOf(LIST_SORTS, { default: 'updatedAt', description: 'In the order of this, as the provider keeps it.' })
  sortBy?: (typeof LIST_SORTS)[number] | null;

  @ProviderName({ description: PROVIDER_WHERE_ABSENT })
  provider?: string | null;
}
