import { may, type OperationId, type Session } from '../session/session.js';

export interface NavigationEntry {
  readonly to:
    | '/'
    | '/tenants'
    | '/verifications'
    | '/reviews'
    | '/switching'
    | '/providers'
    | '/webhooks'
    | '/audit'
    | '/erasures'
    | '/operators';
  readonly label: string;
  /** Shown to whoever may call it. */
  readonly needs: OperationId;
}

export const NAVIGATION: readonly NavigationEntry[] = [
  { to: '/', label: 'Overview', needs: 'getOverview' },
  { to: '/tenants', label: 'Tenants', needs: 'listConnections' },
  { to: '/switching', label: 'Switching', needs: 'getRoutingPolicy' },
  { to: '/verifications', label: 'Verifications', needs: 'listAllVerifications' },
  { to: '/reviews', label: 'Reviews', needs: 'decideAnyVerification' },
  { to: '/providers', label: 'Providers', needs: 'listProviders' },
  { to: '/webhooks', label: 'Webhooks', needs: 'listAllWebhookDeliveries' },
  { to: '/audit', label: 'Audit', needs: 'searchAuditLog' },
  { to: '/erasures', label: 'Erasures', needs: 'listErasures' },
  { to: '/operators', label: 'Operators', needs: 'listAdminKeys' },
];

/** Where somebody begins: at the first page that is for them. */
export function homeOf(session: Session): NavigationEntry['to'] {
  return NAVIGATION.find(({ needs }) => may(session, needs))?.to ?? '/';
}
