import { LEDGER_KINDS } from '../generated/ledger-kinds.js';
import { TENANT_ID } from '../kit/tenant-field.js';

export type LedgerKind = (typeof LEDGER_KINDS)[number];

/** What is asked of the ledger, as it stands in the page's address: ids and codes only, so that nobody's name gets into one. */
export interface LedgerSearch {
  readonly tenant?: string;
  readonly kind?: LedgerKind;
  readonly actor?: string;
  readonly verification?: string;
  /** RFC 3339, in UTC. */
  readonly since?: string;
  readonly until?: string;
}

export const VERIFICATION_ID = /^ver_[0-9a-z]{26}$/u;
/** As the API has it. */
export const ACTOR =
  /^(?:key:key_[0-9a-z]{26}|admin:adk_[0-9a-z]{26}|(?:provider|auditor|database):[a-z0-9_-]{1,63}|system(?::guardrail)?|browser|unknown)$/u;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z$/u;

/** What of an address is a search; the rest is left out. */
export function ledgerSearchIn(address: Readonly<Record<string, unknown>>): LedgerSearch {
  const { kind } = address;
  const tenant = textIn(address['tenant'], TENANT_ID);
  const actor = textIn(address['actor'], ACTOR);
  const verification = textIn(address['verification'], VERIFICATION_ID);
  const since = textIn(address['since'], MOMENT);
  const until = textIn(address['until'], MOMENT);
  return {
    ...(tenant !== null && { tenant }),
    ...(isKind(kind) && { kind }),
    ...(actor !== null && { actor }),
    ...(verification !== null && { verification }),
    ...(since !== null && { since }),
    ...(until !== null && { until }),
  };
}

/** A tenant in an address. */
export function tenantIn(address: Readonly<Record<string, unknown>>): { readonly tenant?: string } {
  const tenant = textIn(address['tenant'], TENANT_ID);
  return tenant === null ? {} : { tenant };
}

function textIn(value: unknown, pattern: RegExp): string | null {
  return typeof value === 'string' && pattern.test(value) ? value : null;
}

function isKind(value: unknown): value is LedgerKind {
  return LEDGER_KINDS.some((kind) => kind === value);
}

/** A kind in words: `identity.viewed` is "identity viewed". */
export function kindInWords(kind: string): string {
  const words = kind.replaceAll(/[._]/gu, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
