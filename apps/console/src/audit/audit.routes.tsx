import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../app/signed-in.route.js';
import { ledgerSearchIn, tenantIn } from './ledger-search.js';

export const auditRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/audit',
  component: lazyRouteComponent(() => import('./audit.page.js'), 'AuditPage'),
  validateSearch: ledgerSearchIn,
  staticData: { needs: 'searchAuditLog' },
});

export const viewsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/audit/views',
  component: lazyRouteComponent(() => import('./views.page.js'), 'ViewsPage'),
  validateSearch: ledgerSearchIn,
  staticData: { needs: 'searchAuditLog' },
});

export const verifyRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/audit/verify',
  component: lazyRouteComponent(() => import('./verify.page.js'), 'VerifyPage'),
  validateSearch: tenantIn,
  staticData: { needs: 'verifyAuditLog' },
});

export const checkpointsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/audit/checkpoints',
  component: lazyRouteComponent(() => import('./checkpoints.page.js'), 'CheckpointsPage'),
  validateSearch: tenantIn,
  staticData: { needs: 'listCheckpoints' },
});

export const downloadsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/audit/downloads',
  component: lazyRouteComponent(() => import('./downloads.page.js'), 'DownloadsPage'),
  validateSearch: tenantIn,
  staticData: { needs: 'exportAuditLog' },
});

export const keysRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/audit/keys',
  component: lazyRouteComponent(() => import('./keys.page.js'), 'KeysPage'),
  staticData: { needs: 'listKeyRotations' },
});

/** All pages of the part "Audit". */
export const AUDIT_ROUTES = [
  auditRoute,
  viewsRoute,
  verifyRoute,
  checkpointsRoute,
  downloadsRoute,
  keysRoute,
] as const;
