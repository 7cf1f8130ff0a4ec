import { describe, expect, test } from '@jest/globals';
import { RISK_LEVELS } from '@gatehouse/contract';
import fc from 'fast-check';

import { DOCUMENT, ENTITY, PROFILE } from '../../test/sardine-bodies.js';
import { type SardineSettings, sardineSettings } from './sardine.config.js';
import { type SardineHandle } from './sardine.handle.js';
import { observeEntity, type SardineFinding } from './sardine.map.js';
import { readScopes, scopesFor, writeScopes } from './sardine.scopes.js';
import { entity, type SardineEntity } from './sardine.wire.js';

const NOW = new Date('2026-05-02T10:00:00.000Z');
const settings = sardineSettings.parse({ baseUrl: 'https://api.sandbox.sardine.ai/v1' });

function entityOf(overrides: object = {}): SardineEntity {
  const parsed = entity.parse({ ...ENTITY, ...overrides });
  if (parsed === null) throw new Error('Not an entity');
  return parsed;
}

const handleOf = (overrides: Partial<SardineHandle> = {}): SardineHandle => ({
  customerId: PROFILE.userId,
  phone: PROFILE.phoneNumber,
  scopes: 'profile doc_kyc',
  startedAt: '2026-05-02T09:15:00.000Z',
  ...overrides,
});

function observe(
  overrides: object = {},
  handle: Partial<SardineHandle> = {},
  policy: Partial<SardineSettings> = {},
): SardineFinding {
  return observeEntity(entityOf(overrides), handleOf(handle), { ...settings, ...policy }, NOW);
}

function told(found: SardineFinding): string {
  if (found.kind === 'foreign') return 'foreign';
  if (found.kind === 'waiting') return ['waiting', ...found.reasonCodes].join(' ');
  return [found.kind, found.observation.verdict, ...found.observation.reasonCodes].join(' ');
}

const profile = (overrides: object): object => ({ profile: { ...PROFILE, ...overrides } });
const document = (overrides: object): object => ({ documentData: { ...DOCUMENT, ...overrides } });

describe('an entity (providers/mapping.md 4.2)', () => {
  test.each<[string, object, Partial<SardineHandle>, string]>([
    ['with everything', {}, {}, 'decided verified'],
    ['without risk enrichment', { level: undefined, customer: undefined }, {}, 'decided verified'],
    [
      'with nothing',
      { profile: null, documentData: null, documentKyc: null, level: null },
      {},
      'waiting awaiting_user',
    ],
    ['with empty parts', { profile: {}, documentData: {} }, {}, 'waiting awaiting_user'],
    [
      'with a document of blanks',
      { documentData: { documentType: ' ', address: {} } },
      {},
      'waiting awaiting_user consent_missing',
    ],
    [
      'with a document of which nothing can be read',
      { documentData: { documentNumber: 99, expiryDate: {} } },
      {},
      'waiting awaiting_user consent_missing',
    ],
    [
      'with a consent and no person in its profile',
      { profile: { consentId: 'c-1', consentedAt: PROFILE.consentedAt, clientName: 'Northwind' } },
      {},
      'waiting awaiting_user consent_missing',
    ],
    ['with a profile only', { documentData: undefined }, {}, 'waiting awaiting_user consent_missing'],
    ['with a document only', { profile: undefined }, {}, 'waiting awaiting_user consent_missing'],
    [
      'with a profile only, where no more was asked',
      { documentData: null },
      { scopes: 'profile' },
      'decided verified',
    ],
    [
      'where ssn, which never shows, was asked too',
      {},
      { scopes: 'profile doc_kyc ssn liveness' },
      'decided needs_review manual_review_required',
    ],
    ['without a consent', profile({ consentedAt: null }), {}, 'waiting awaiting_user consent_missing'],
    [
      'with an unreadable consent',
      profile({ consentedAt: 'yes' }),
      {},
      'waiting awaiting_user consent_missing',
    ],
    ['revoked', profile({ revokedAt: '2026-05-02T09:40:00Z' }), {}, 'revoked requires_input consent_revoked'],
    ['revoked unreadably', profile({ revokedAt: 'true' }), {}, 'revoked requires_input consent_revoked'],
    ['revoked invisibly', profile({ revokedAt: '\u200b' }), {}, 'revoked requires_input consent_revoked'],
    ['with a blank for the time of a revocation', profile({ revokedAt: ' ' }), {}, 'decided verified'],
    [
      'revoked and emptied',
      { documentData: null, ...profile({ consentedAt: null, revokedAt: '2026-05-02T09:40:00Z' }) },
      {},
      'revoked requires_input consent_revoked',
    ],
    [
      'with an expired document',
      document({ expiryDate: '2026-05-01' }),
      {},
      'decided verified document_expired',
    ],
    [
      'with an expiring document',
      document({ expiryDate: '2026-05-31' }),
      {},
      'decided verified document_expiring',
    ],
    ['consented to before', profile({ consentedAt: '2026-05-02T09:14:59Z' }), {}, 'waiting awaiting_user'],
    ['consented to in that second', profile({ consentedAt: '2026-05-02T09:15:00Z' }), {}, 'decided verified'],
    ['of another person', profile({ userId: 'ffffffff-0000-4000-8000-000000000000' }), {}, 'foreign'],
    [
      'of another person, revoked and consented to before',
      profile({ userId: 'other', consentedAt: '2025-01-01T00:00:00Z', revokedAt: '2026-05-02T09:40:00Z' }),
      {},
      'foreign',
    ],
    [
      'that spells the id in capitals',
      profile({ userId: PROFILE.userId.toUpperCase() }),
      {},
      'decided verified',
    ],
    [
      'that does not say whose it is',
      profile({ userId: undefined }),
      {},
      'decided needs_review manual_review_required',
    ],
    [
      // 100 days ahead, where 30 is far enough.
      'with a document that lasts a while',
      document({ expiryDate: '2026-08-10' }),
      {},
      'decided verified',
    ],
    [
      'revoked before this began',
      profile({ consentedAt: '2025-01-01T00:00:00Z', revokedAt: '2025-02-01T00:00:00Z' }),
      {},
      'waiting awaiting_user',
    ],
    ['of another phone than was searched for', {}, { phone: '+14155550177' }, 'foreign'],
    ['of a phone in another form', profile({ phoneNumber: '+1 (415) 555-0188' }), {}, 'decided verified'],
    ['without a phone', profile({ phoneNumber: null }), {}, 'decided verified'],
    ['for a handle from before phones were kept', {}, { phone: null }, 'decided verified'],
    [
      'with no beginning to date it by',
      {},
      { startedAt: null },
      'decided needs_review manual_review_required',
    ],
  ])('%s', (_name, overrides, handle, expected) => {
    expect(told(observe(overrides, handle))).toBe(expected);
  });

  test.each([
    ['DRIVERS_LICENSE', '2026-05-01', 'expired', ['drivers_license']],
    ['PASSPORT', '2026-06-01', 'expiring', ['passport']],
    ['RESIDENCE_PERMIT', '2026-06-01', 'expiring', ['other']],
    ['PASSPORT', '2026-06-02', 'valid', []],
  ])('names its %s of %s as %s', (documentType, expiryDate, state, documents) => {
    expect(observe(document({ documentType, expiryDate }))).toMatchObject({
      observation: { validity: { documentExpiry: expiryDate, state, documents } },
    });
  });

  test('has a document expiring for as long before as the tenant says', () => {
    const soon = document({ expiryDate: '2026-08-10' });
    expect(told(observe(soon, {}, { expiringDays: 99 }))).toBe('decided verified');
    expect(told(observe(soon, {}, { expiringDays: 100 }))).toBe('decided verified document_expiring');
  });

  test.each([
    ['2026-05-02T09:40:00Z', '2026-05-02T09:40:00.000Z'],
    // Without a time of its own it would not count as a withdrawal.
    ['true', NOW.toISOString()],
  ])('revoked at %j is dated %s', (revokedAt, expected) => {
    expect(observe(profile({ revokedAt }))).toMatchObject({
      observation: { consent: { revokedAt: expected }, evidence: null, riskLevel: null },
    });
  });

  test('an ssn that was asked for counts as shown where the tenant says so', () => {
    const scopes = 'profile doc_kyc ssn';
    expect(told(observe({}, { scopes }, { ssnResult: 'accept' }))).toBe('decided verified');
  });

  test('consented to before counts where the tenant says so', () => {
    const old = profile({ consentedAt: '2025-01-01T00:00:00Z' });
    expect(told(observe(old, {}, { existingIdentity: 'accept' }))).toBe('decided verified');
  });

  test.each<[unknown, Partial<SardineSettings>, string]>([
    ['low', {}, 'decided verified'],
    ['medium', {}, 'decided verified risk_medium'],
    ['medium', { mediumRisk: 'review' }, 'decided needs_review risk_medium'],
    ['high', {}, 'decided needs_review risk_high'],
    ['high', { highRisk: 'reject' }, 'decided rejected risk_high'],
    ['very_high', {}, 'decided needs_review risk_high'],
    ['very_high', { highRisk: 'reject' }, 'decided rejected risk_high'],
    ['unknown', {}, 'decided needs_review risk_unknown'],
    ['LOW', {}, 'decided needs_review risk_unknown'],
    ['', {}, 'decided needs_review risk_unknown'],
    ['lower', { highRisk: 'reject', mediumRisk: 'verify' }, 'decided needs_review risk_unknown'],
    [3, {}, 'decided needs_review risk_unknown'],
    [{ level: 'low' }, {}, 'decided needs_review risk_unknown'],
  ])('of risk %j under %j', (level, policy, expected) => {
    expect(told(observe({ level }, {}, policy))).toBe(expected);
  });

  test('of any level that is not low or medium is never a success', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(...RISK_LEVELS), fc.string(), fc.integer(), fc.object()),
        fc.constantFrom('review', 'reject'),
        (level, highRisk) => {
          fc.pre(level !== 'low' && level !== 'medium');
          expect(told(observe({ level }, {}, { highRisk }))).not.toContain('verified');
        },
      ),
    );
  });

  test('counts its images and keeps none', () => {
    const found = observe();
    expect(found).toMatchObject({ observation: { evidence: { images: 3, report: false } } });
    expect(JSON.stringify([found, entityOf()])).not.toContain('aW1hZ2U');
  });

  test('names the partner of a shared identity only', () => {
    expect(observe()).toMatchObject({ observation: { consent: { id: null, sharedFrom: null } } });
    expect(observe(profile({ consentId: 'c-1' }))).toMatchObject({
      observation: { consent: { id: 'c-1', sharedFrom: 'Northwind', grantedAt: '2026-05-02T09:21:44.000Z' } },
    });
  });
});

describe('scopes', () => {
  test.each([
    [[], ['profile', 'doc_kyc']],
    [['profile'], ['profile']],
    [['document'], ['profile', 'doc_kyc']],
    [['liveness'], ['profile', 'doc_kyc', 'liveness']],
    [['ssn'], ['profile', 'ssn']],
    [
      ['ssn', 'document', 'profile'],
      ['profile', 'doc_kyc', 'ssn'],
    ],
  ] as const)('for %j are %j', (checks, scopes) => {
    expect(scopesFor([...checks])).toEqual(scopes);
    expect(readScopes(writeScopes(scopes))).toEqual(scopes);
  });
});
