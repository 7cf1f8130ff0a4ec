import { type Schemas } from '../../api/client.js';

type Scope = Schemas['Scope'];

/** What each scope lets a key do. */
export const SCOPES = {
  'verifications:read': 'Read verifications, their events and what explains them',
  'verifications:write': 'Begin, renew and cancel verifications',
  'identity:read': 'See who the person is',
  'images:read': 'See images of documents and faces',
  'reviews:write': 'Decide verifications that need a review',
  'webhooks:read': 'Read webhook endpoints and deliveries',
  'webhooks:write': 'Set up webhook endpoints, send again',
} as const satisfies Record<Scope, string>;

export const ALL_SCOPES = Object.keys(SCOPES) as Scope[];
/** Enough for a product backend that wants a status. */
export const USUAL_SCOPES: readonly Scope[] = ['verifications:read', 'verifications:write'];
