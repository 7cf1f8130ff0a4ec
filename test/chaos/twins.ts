import { type VendorAccount } from '../support/vendor-accounts.js';

/** What a vendor holds about somebody, in the vendor's own words; null: it knows nobody by that name. */
export interface Held {
  readonly state: string;
  /** How often the person was asked: text messages sent at Dentity, records elsewhere. */
  readonly records: number;
  /** When the person agreed, where that is what is waited for. */
  readonly consentedAt: Date | null;
}

/** A person as a twin tells of them. */
interface Known {
  readonly name: string;
  readonly state: string;
  readonly consentedAt?: string | null;
}

/** What every twin holds, read from its control API: by e-mail at Sentinel, by phone at the others. */
export interface Holdings {
  at(provider: string, person: { readonly email: string; readonly phone: string }): Held | null;
}

export async function readHoldings(accounts: ReadonlyMap<string, VendorAccount>): Promise<Holdings> {
  const held = new Map<string, Map<string, Held>>();
  for (const [provider, account] of accounts) {
    const byName = new Map<string, Held>();
    for (const { name, state, consentedAt = null } of await statesAt(account)) {
      const records = (byName.get(name)?.records ?? 0) + 1;
      byName.set(name, { state, records, consentedAt: consentedAt === null ? null : new Date(consentedAt) });
    }
    held.set(provider, byName);
  }
  return {
    at: (provider, { email, phone }) =>
      held.get(provider)?.get(provider === 'sentinel' ? email : phone) ?? null,
  };
}

async function statesAt(account: VendorAccount): Promise<readonly Known[]> {
  switch (account.provider) {
    case 'sentinel': {
      const { data } = (await account.control('GET', '/customers')) as {
        data: readonly { email: string; status: number }[];
      };
      return data.map(({ email, status }) => ({ name: email, state: String(status) }));
    }
    case 'sardine': {
      const { data } = (await account.control('GET', '/people')) as { data: readonly Entity[] };
      return data.map((entity) => ({
        name: entity.phone,
        state: sardineState(entity),
        consentedAt: entity.consentedAt,
      }));
    }
    case 'dentity': {
      const { data } = (await account.control('GET', '/people')) as {
        data: readonly { phone: string; state: string }[];
      };
      return data.map(({ phone, state }) => ({ name: phone, state }));
    }
  }
}

interface Entity {
  readonly phone: string;
  readonly state: string;
  readonly level: string;
  readonly consentedAt: string | null;
  readonly revokedAt: string | null;
}

/** Sardine has no word for it (providers/sardine.md 6): a consent that holds, and a level; else how the widget ended. */
function sardineState({ state, level, consentedAt, revokedAt }: Entity): string {
  if (consentedAt === null) return `widget ${state}`;
  return revokedAt === null ? `consented, level ${level}` : 'revoked';
}

/** Statuses that providers/mapping.md section 4 allows for what a vendor holds. Written here anew, not taken from the adapters. */
export function statusesFor(provider: string, held: Held | null): readonly string[] {
  if (held === null) return ['requires_input'];
  const statuses = MAPPING[provider]?.[held.state];
  if (statuses === undefined) throw new Error(`${provider} holds "${held.state}", of which we know nothing`);
  return statuses;
}

const MAPPING: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  sentinel: {
    // The codes of the account's table.
    '1': ['processing'],
    '2': ['requires_input'],
    '3': ['needs_review'],
    '4': ['needs_review'],
    '5': ['rejected'],
    '6': ['verified'],
  },
  sardine: {
    'consented, level low': ['verified'],
    'consented, level medium': ['verified'],
    'consented, level high': ['needs_review'],
    'consented, level very_high': ['needs_review'],
    revoked: ['revoked'],
    'widget open': ['requires_input'],
    'widget no-widget': ['requires_input'],
    'widget declined': ['requires_input'],
    'widget abandoned': ['requires_input'],
    // No read shows it: the browser's return may tell, where it arrives (mapping.md 4.2).
    'widget manual-review': ['needs_review', 'requires_input'],
  },
  dentity: {
    pending: ['requires_input'],
    'walked-away': ['requires_input'],
    verified: ['verified'],
    failed: ['rejected'],
  },
};
