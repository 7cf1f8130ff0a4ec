import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../app/signed-in.route.js';

export const STATUSES = [
  'requires_input',
  'processing',
  'needs_review',
  'verified',
  'rejected',
  'expired',
  'canceled',
  'revoked',
  'error',
] as const;
export type Status = (typeof STATUSES)[number];

export const ENVIRONMENTS = ['test', 'live'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** The filters of the list. Neither e-mail addresses nor phone numbers: those are never in an address. */
export interface VerificationsSearch {
  readonly tenantId?: string;
  readonly environment?: Environment;
  readonly status?: Status;
  readonly provider?: string;
  readonly reference?: string;
  /** Days of the reader's own zone, YYYY-MM-DD; both are in it. */
  readonly from?: string;
  readonly to?: string;
}

export const verificationsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/verifications',
  component: lazyRouteComponent(() => import('./verifications.page.js'), 'VerificationsPage'),
  validateSearch: toSearch,
  staticData: { needs: 'listAllVerifications' },
});

export const verificationRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/verifications/$verificationId',
  component: lazyRouteComponent(() => import('./verification.page.js'), 'VerificationPage'),
  staticData: { needs: 'getAnyVerification' },
});

const TENANT_ID = /^tnt_[0-9a-z]{26}$/u;
const PROVIDER = /^[a-z][a-z0-9_]{0,31}$/u;
const DAY = /^\d{4}-\d{2}-\d{2}$/u;

/** What an address asks for, as far as it can be asked for: some filters need a tenant. */
function toSearch(search: Record<string, unknown>): VerificationsSearch {
  const text = (name: string, form: RegExp): string | undefined => {
    const value = search[name];
    return typeof value === 'string' && form.test(value) ? value : undefined;
  };
  const tenantId = text('tenantId', TENANT_ID);
  const isOfTenant = tenantId !== undefined;
  const environment = ENVIRONMENTS.find((known) => known === search['environment']);
  const status = STATUSES.find((known) => known === search['status']);
  const provider = text('provider', PROVIDER);
  const reference = referenceIn(search['reference']);
  const day = (name: string): string | undefined => {
    const value = text(name, DAY);
    return value === undefined || Number.isNaN(Date.parse(value)) ? undefined : value;
  };
  const from = day('from');
  const to = day('to');
  return {
    ...(isOfTenant && { tenantId }),
    ...(environment !== undefined && { environment }),
    ...(status !== undefined && (isOfTenant || status === 'needs_review') && { status }),
    ...(isOfTenant && provider !== undefined && { provider }),
    ...(isOfTenant && reference !== undefined && { reference }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
}

/** The router reads numbers as numbers. */
function referenceIn(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' && value.length <= 200 ? value : undefined;
}
