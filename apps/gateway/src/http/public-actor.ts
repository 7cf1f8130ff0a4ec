import { fromTypeId, toTypeId } from '@gatehouse/platform';

const KEY_PREFIXES: Readonly<Record<string, string>> = { key: 'key', admin: 'adk' };

/** Who acts, as the API tells and takes it: `key:key_…`, `admin:adk_…`, `provider:sentinel`, `auditor:<login>`, `system` … */
export const PUBLIC_ACTOR =
  /^(?:key:key_[0-9a-z]{26}|admin:adk_[0-9a-z]{26}|(?:provider|auditor|database):[a-z0-9_-]{1,63}|system(?::guardrail)?|browser|unknown)$/;

/** Keys are named by their public ids. */
export function toPublicActor(actor: string): string {
  const [kind = '', id] = actor.split(':', 2);
  const prefix = KEY_PREFIXES[kind];
  return prefix !== undefined && id !== undefined ? `${kind}:${toTypeId(prefix, id)}` : actor;
}

/** The reverse; null for what names nobody. */
export function fromPublicActor(actor: string): string | null {
  const [kind = '', id = ''] = actor.split(':', 2);
  const prefix = KEY_PREFIXES[kind];
  if (prefix === undefined) return actor;
  const uuid = fromTypeId(prefix, id);
  return uuid === null ? null : `${kind}:${uuid}`;
}
