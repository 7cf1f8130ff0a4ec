import { type FaultTarget } from '../kit/faults.js';
import { SARDINE_SCOPES } from './sardine.settings.js';
import { type Entity, type EntityRecord, type SardineAccount } from './sardine.state.js';

/** A level that Sardine's page does not list, but its risk engine knows (providers/sardine.md 10). */
export const UNKNOWN_LEVEL = 'unknown';

/** Whose identity a read shows, and as of when. */
export interface SeenIdentity {
  readonly entity: Entity;
  readonly record: EntityRecord;
}

/** What a read of an identity is answered with, unless a fault says otherwise: the one asked for, as it is. */
export function identitySeen(account: SardineAccount, asked: Entity, target: FaultTarget): SeenIdentity {
  const { faults } = account;
  if (faults.takeForAnswer('wrong-person', target) !== undefined) return somebodyElse(account, asked);
  const stale = faults.takeForAnswer('stale', target) !== undefined;
  const record = stale ? (asked.previous ?? NOTHING_YET) : asked;
  return { entity: asked, record: withLevel(account, withRevocation(account, record, target), target) };
}

/** A search lags behind a creation when it is stale, and finds another when the person is wrong. */
export function customerFound(
  account: SardineAccount,
  phoneNumber: string,
  target: FaultTarget,
): Entity | undefined {
  const found = account.entityByPhone(phoneNumber);
  if (account.faults.takeForAnswer('wrong-person', target) !== undefined) {
    return otherThan(account, found) ?? account.stranger();
  }
  const isNew = found !== undefined && found.consent === null;
  return isNew && account.faults.takeForAnswer('stale', target) !== undefined ? undefined : found;
}

const NOTHING_YET: EntityRecord = { email: '', level: 'low', consent: null };

function somebodyElse(account: SardineAccount, asked: Entity): SeenIdentity {
  const other = account.entities.find((entity) => entity !== asked && entity.consent !== null);
  if (other !== undefined) return { entity: other, record: other };
  const stranger = account.stranger();
  const consent = {
    id: account.answerChance.uuid(),
    scopes: new Set(SARDINE_SCOPES),
    consentedAt: stranger.createdAt,
    revokedAt: null,
    availableAt: stranger.createdAt,
    sharedFrom: null,
  };
  return { entity: stranger, record: { ...stranger, consent } };
}

function withRevocation(account: SardineAccount, record: EntityRecord, target: FaultTarget): EntityRecord {
  const { consent } = record;
  if (consent === null || account.faults.takeForAnswer('revoked', target) === undefined) return record;
  return { ...record, consent: { ...consent, revokedAt: consent.revokedAt ?? account.clock.now() } };
}

function withLevel(account: SardineAccount, record: EntityRecord, target: FaultTarget): EntityRecord {
  if (record.consent === null) return record;
  const unknown = account.faults.takeForAnswer('unknown-value', target);
  if (unknown !== undefined) return { ...record, level: String(unknown.value ?? UNKNOWN_LEVEL) };
  return account.switches.level === null ? record : { ...record, level: account.switches.level };
}

function otherThan(account: SardineAccount, found: Entity | undefined): Entity | undefined {
  return account.entities.find((entity) => entity !== found);
}
