import {
  type Observation,
  type ProviderVerdict,
  type ReasonCode,
  RISK_LEVELS,
  type RiskLevel,
} from '@gatehouse/contract';

import { toIsoDate } from '../kit/dates.js';
import { documentValidity, validityReasons } from '../kit/document-validity.js';
import { type SardineSettings } from './sardine.config.js';
import { consentOf, isNamed, standingOf } from './sardine.consent.js';
import { documentTypeOf } from './sardine.documents.js';
import { type SardineHandle } from './sardine.handle.js';
import { readScopes, type SardineScope } from './sardine.scopes.js';
import { type SardineEntity } from './sardine.wire.js';

/** Grows with every change of what an answer comes to (docs/MAPPING-VERSIONS.md). */
export const SARDINE_MAPPING = 1;

/** What an entity says about one verification; Sardine has no status field, so all of it is derived. */
export type SardineFinding =
  | { readonly kind: 'foreign' }
  | { readonly kind: 'waiting'; readonly rawStatus: string; readonly reasonCodes: readonly ReasonCode[] }
  | { readonly kind: 'revoked'; readonly observation: Observation }
  | { readonly kind: 'decided'; readonly observation: Observation };

/** providers/sardine.md 6 and providers/mapping.md 4.2. */
export function observeEntity(
  entity: SardineEntity,
  handle: SardineHandle,
  settings: SardineSettings,
  now: Date,
): SardineFinding {
  const standing = standingOf(entity.profile, handle, settings);
  if (standing === 'foreign') return { kind: 'foreign' };
  // A consent from before this verification says nothing about whoever is at the widget now: knowing somebody's phone
  // number would be enough to be verified as them. That holds for a shared identity too: who is there consents afresh.
  if (standing === 'earlier')
    return { kind: 'waiting', rawStatus: 'earlier_consent', reasonCodes: ['awaiting_user'] };
  if (standing === 'revoked') return { kind: 'revoked', observation: revoked(entity, now) };
  const present = partsOf(entity);
  const asked = readScopes(handle.scopes);
  const missing = asked.filter((scope) => isObservable(scope) && !present.includes(scope));
  if (missing.length > 0 || standing === 'without_consent')
    return {
      kind: 'waiting',
      rawStatus: present.length === 0 ? 'empty' : 'partial',
      reasonCodes: present.length === 0 ? ['awaiting_user'] : ['awaiting_user', 'consent_missing'],
    };
  const isChecked = settings.ssnResult === 'accept' || !asked.includes('ssn');
  const isProven = standing === 'current' && isNamed(entity, handle.customerId) && isChecked;
  return { kind: 'decided', observation: decided(entity, isProven, settings, now) };
}

function decided(
  entity: SardineEntity,
  /** False where a success cannot be dated or does not say whose it is, or a check was asked for that no read can show. */
  isProven: boolean,
  settings: SardineSettings,
  now: Date,
): Observation {
  const riskLevel = riskLevelOf(entity.level);
  const risk = verdictOf(riskLevel, settings);
  const isForHuman = !isProven && risk.verdict === 'verified';
  const documents = entity.documentData === null ? [] : [entity.documentData];
  const validity = documentValidity(
    documents.map((data) => ({ type: documentTypeOf(data), expiresOn: toIsoDate(data.expiryDate) })),
    now,
    settings.expiringDays,
  );
  return {
    verdict: isForHuman ? 'needs_review' : risk.verdict,
    rawStatus: typeof entity.level === 'string' ? entity.level.slice(0, 64).toWellFormed() : null,
    reasonCodes: [
      ...risk.reasonCodes,
      ...(isForHuman ? (['manual_review_required'] as const) : []),
      ...validityReasons(validity),
    ],
    providerTime: null,
    delivery: [],
    validity,
    riskLevel,
    consent: consentOf(entity),
    evidence: { images: entity.documentKyc, imagesUntil: null, report: false, reportUntil: null },
  };
}

/** What a risk level means under a tenant's policy; one that nobody knows is never a success (providers/sardine.md 10). */
export function verdictOf(
  level: RiskLevel | null,
  settings: Pick<SardineSettings, 'highRisk' | 'mediumRisk'>,
): { readonly verdict: ProviderVerdict; readonly reasonCodes: readonly ReasonCode[] } {
  switch (level) {
    case null:
    case 'low':
      return { verdict: 'verified', reasonCodes: [] };
    case 'medium':
      return {
        verdict: settings.mediumRisk === 'verify' ? 'verified' : 'needs_review',
        reasonCodes: ['risk_medium'],
      };
    case 'high':
    case 'very_high':
      return {
        verdict: settings.highRisk === 'reject' ? 'rejected' : 'needs_review',
        reasonCodes: ['risk_high'],
      };
    case 'unknown':
      return { verdict: 'needs_review', reasonCodes: ['risk_unknown'] };
  }
}

/** Null where the client has no risk enrichment; `unknown` for whatever is not a documented or sighted level. */
export function riskLevelOf(level: unknown): RiskLevel | null {
  if (level === null || level === undefined) return null;
  return RISK_LEVELS.find((known) => known === level) ?? 'unknown';
}

/** A withdrawal whose time cannot be read is one all the same, dated when it was seen. */
function revoked(entity: SardineEntity, now: Date): Observation {
  const consent = consentOf(entity);
  return {
    ...unresolved(entity, 'revoked', ['consent_revoked']),
    consent: consent && { ...consent, revokedAt: consent.revokedAt ?? now.toISOString() },
  };
}

/** What is held and says nothing about whoever is asked for: nothing of it is passed on but why. */
export function unresolved(
  entity: SardineEntity,
  rawStatus: string,
  reasonCodes: readonly ReasonCode[],
): Observation {
  return {
    verdict: 'requires_input',
    rawStatus,
    reasonCodes,
    providerTime: null,
    delivery: [],
    validity: null,
    riskLevel: null,
    consent: consentOf(entity),
    evidence: null,
  };
}

/** Parts that a read can show; liveness and ssn have no result field (providers/sardine.md 6). */
function isObservable(scope: SardineScope): boolean {
  return scope === 'profile' || scope === 'doc_kyc';
}

/** The parts that are there. */
export function partsOf({ profile, documentData }: SardineEntity): readonly SardineScope[] {
  return [
    ...(profile !== null && hasPerson(profile) ? (['profile'] as const) : []),
    ...(documentData === null ? [] : (['doc_kyc'] as const)),
  ];
}

/** A profile with nothing but the consent shows no person. */
function hasPerson(profile: NonNullable<SardineEntity['profile']>): boolean {
  const { fullName, dateOfBirth, emailAddress, phoneNumber, address } = profile;
  return [fullName, dateOfBirth, emailAddress, phoneNumber, address].some((member) => member !== null);
}
