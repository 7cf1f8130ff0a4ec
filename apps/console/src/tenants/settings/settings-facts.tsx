import { type ReactElement } from 'react';

import { Facts } from '../../kit/facts.js';
import { Moment } from '../../kit/moment.js';
import { SETTING_TITLES, type Tenant } from './tenant-changes.js';

/** A tenant's settings for whoever may only read them. */
export function SettingsFacts({ tenant }: { readonly tenant: Tenant }): ReactElement {
  const { verified, rejected, other } = tenant.retentionDaysByOutcome;
  return (
    <Facts
      facts={[
        [SETTING_TITLES.twoPersonApproval, tenant.twoPersonApproval ? 'yes' : 'no'],
        [SETTING_TITLES.retentionDays, tenant.retentionDays ?? 'until erased'],
        ['Days kept, verified', verified],
        ['Days kept, rejected', rejected],
        ['Days kept, everything else', other],
        [SETTING_TITLES.identityStorage, tenant.identityStorage],
        [SETTING_TITLES.reportArchive, tenant.reportArchive],
        [SETTING_TITLES.erasureContact, tenant.erasureContact],
        [SETTING_TITLES.trustFramework, tenant.trustFramework],
        [SETTING_TITLES.assuranceLevel, tenant.assuranceLevel],
        ['Created', <Moment key="created" at={tenant.createdAt} />],
        ['Changed', <Moment key="changed" at={tenant.updatedAt} />],
      ]}
    />
  );
}
