import { type Schemas } from '../../api/client.js';

export type Tenant = Schemas['Tenant'];
/** What can be changed of a tenant. */
export type TenantSettings = Pick<
  Tenant,
  | 'name'
  | 'retentionDays'
  | 'retentionDaysByOutcome'
  | 'erasureContact'
  | 'identityStorage'
  | 'reportArchive'
  | 'trustFramework'
  | 'assuranceLevel'
  | 'twoPersonApproval'
>;

/** As the form calls them. */
export const SETTING_TITLES = {
  name: 'Name',
  retentionDays: 'Days kept',
  retentionDaysByOutcome: 'Days kept, by outcome',
  erasureContact: 'Contact for erasures',
  identityStorage: 'Identities',
  reportArchive: 'Reports',
  trustFramework: 'Trust framework',
  assuranceLevel: 'Assurance level',
  twoPersonApproval: 'Two people for a switch',
} as const satisfies Record<keyof TenantSettings, string>;

/** The titles of what differs between two readings of a tenant. */
export function differences(before: Tenant, after: Tenant): readonly string[] {
  const titles: readonly string[] = Object.entries(SETTING_TITLES)
    .filter(([name]) => !isSame(member(before, name), member(after, name)))
    .map(([, title]) => title);
  return before.status === after.status ? titles : ['Status', ...titles];
}

/** Without what is as it was: what is typed and taken back is no change. */
export function changesOnly(tenant: Tenant, draft: Partial<TenantSettings>): Partial<TenantSettings> {
  return Object.fromEntries(
    Object.entries(draft).filter(([name, value]) => !isSame(value, member(tenant, name))),
  );
}

function member(tenant: Tenant, name: string): unknown {
  return Object.entries(tenant).find(([known]) => known === name)?.[1];
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
