import { type BodyExamples } from '../../http/body.js';
import { PROVIDER_WHERE_ABSENT, ProviderName } from '../../http/members.js';

export class BeginImportBody {
  @ProviderName({ description: PROVIDER_WHERE_ABSENT })
  provider?: string | null;
}

export const BEGIN_EXAMPLES: BodyExamples<BeginImportBody> = {
  providerInUse: {},
  namedProvider: { provider: 'sentinel' },
};
