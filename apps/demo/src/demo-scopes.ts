/** What the demo's backend may do: everything that there is. */
export const DEMO_SCOPES: readonly string[] = [
  'verifications:read',
  'verifications:write',
  'identity:read',
  'images:read',
  'reviews:write',
  'webhooks:read',
  'webhooks:write',
];
