/**
 * On every answer. `no-store`: answers hold facts about people and keys. No HSTS: TLS ends in front of us, and on plain
 * http the header means nothing. Pages that need more than nothing set their own content-security-policy.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
};
