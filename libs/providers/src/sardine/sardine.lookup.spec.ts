import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Contact, type LookupHit } from '@gatehouse/contract';

import { failureOf } from '../../test/failures.js';
import { CUSTOMER_ID, DOCUMENT, ENTITY, PROFILE } from '../../test/sardine-bodies.js';
import { entityReply, nobody, NOW, READ, SardineRig, SEARCH, somebody } from '../../test/sardine-rig.js';
import { json, raw } from '../../test/scripted-vendor.js';

const PHONE = '+14155550188';

let rig: SardineRig;
beforeEach(async () => {
  rig = await SardineRig.open();
});
afterEach(async () => {
  await rig.close();
});

function lookup(
  contact: Partial<Contact> = { phone: PHONE },
  settings: object = {},
): Promise<LookupHit | null> {
  return rig.provider.lookup(rig.connection({ ...settings }), { email: null, phone: null, ...contact }, NOW);
}

const holding = (members: object): void => {
  rig.will(somebody, entityReply({ ...ENTITY, ...members }));
};
const profile = (members: object): object => ({ profile: { ...PROFILE, ...members } });

describe('a lookup', () => {
  test('finds by phone what is held now, however old the consent', async () => {
    holding(profile({ consentedAt: '2024-01-01T00:00:00Z' }));
    const hit = await lookup({ email: 'someone.else@mail.test', phone: '+1 (415) 555-0188' });
    expect(rig.calls).toEqual([SEARCH, READ]);
    expect(rig.vendor.sent()).toEqual({ phoneNumber: PHONE });
    expect(hit).toMatchObject({
      matchedBy: 'phone',
      record: {
        reference: CUSTOMER_ID,
        contact: { email: 'ana@mail.test', phone: PHONE },
        observation: {
          verdict: 'verified',
          rawStatus: 'low',
          consent: { grantedAt: '2024-01-01T00:00:00.000Z', revokedAt: null },
          evidence: { images: 3 },
        },
        identity: { person: { fullName: 'Ana Ruiz' }, documents: [{ type: 'drivers_license' }] },
        handle: {
          customerId: CUSTOMER_ID,
          phone: PHONE,
          scopes: 'profile doc_kyc',
          startedAt: '2024-01-01T00:00:00.000Z',
        },
      },
    });
  });

  test('finds nobody in what is held of somebody with another phone', async () => {
    holding(profile({ phoneNumber: '+14155550177' }));
    expect(await lookup()).toBeNull();
  });

  test('finds whom the search found where the record has no phone to compare', async () => {
    holding(profile({ phoneNumber: null }));
    expect(await lookup()).toMatchObject({ matchedBy: 'phone', record: { contact: { phone: PHONE } } });
  });

  test('leaves a handle with which the record reads the same again', async () => {
    holding(profile({ consentedAt: '2024-01-01T00:00:00Z' }));
    const record = (await lookup())?.record;
    rig.will(entityReply({ ...ENTITY, ...profile({ consentedAt: '2024-01-01T00:00:00Z' }) }));
    const reading = await rig.provider.read(rig.connection(), record?.handle ?? {}, NOW);
    expect(reading).toMatchObject({
      kind: 'present',
      observation: record?.observation,
      identity: record?.identity,
      reference: CUSTOMER_ID,
    });
  });

  test('takes a profile for a record, and asks no more of it later', async () => {
    holding({ documentData: undefined, documentKyc: undefined });
    expect(await lookup()).toMatchObject({
      record: {
        observation: { verdict: 'verified' },
        identity: { documents: [] },
        handle: { scopes: 'profile' },
      },
    });
  });

  test.each([
    ['medium', {}, 'verified', 'risk_medium'],
    ['high', {}, 'needs_review', 'risk_high'],
    ['high', { highRisk: 'reject' }, 'rejected', 'risk_high'],
    ['purple', {}, 'needs_review', 'risk_unknown'],
  ])('judges a risk level of %s as a read does', async (level, settings, verdict, reason) => {
    holding({ level });
    expect(await lookup({ phone: PHONE }, settings)).toMatchObject({
      record: { observation: { verdict, reasonCodes: [reason] } },
    });
  });

  test('tells of a consent that was withdrawn, and nothing of the person', async () => {
    holding(profile({ revokedAt: '2026-05-02T09:50:00Z' }));
    const record = (await lookup())?.record;
    expect(record).toMatchObject({
      contact: { email: null, phone: PHONE },
      observation: {
        verdict: 'requires_input',
        reasonCodes: ['consent_revoked'],
        consent: { revokedAt: '2026-05-02T09:50:00.000Z' },
      },
      identity: null,
    });
    expect(JSON.stringify(record)).not.toMatch(/Ana|X99|mail\.test/u);
  });

  test('tells of a record without a consent, and nothing of the person', async () => {
    holding(profile({ consentedAt: null }));
    const record = (await lookup())?.record;
    expect(record).toMatchObject({
      observation: { verdict: 'requires_input', reasonCodes: ['awaiting_user', 'consent_missing'] },
      identity: null,
    });
    expect(JSON.stringify(record)).not.toMatch(/Ana|X99|mail\.test/u);
  });

  test.each([
    ['a phone', { email: 'ana@mail.test' }],
    ['a phone that is one', { phone: '12' }],
  ])('needs %s', async (_name, contact) => {
    expect(await lookup(contact)).toBeNull();
    expect(rig.calls).toEqual([]);
  });

  test('finds nobody where Sardine knows nobody', async () => {
    rig.will(nobody);
    expect(await lookup()).toBeNull();
    expect(rig.calls).toEqual([SEARCH]);
  });

  test.each([
    ['a 403', json(403, {})],
    ['a 404', json(404, {})],
    ['nothing', raw(200, '')],
    ['an empty object', json(200, {})],
    [
      'a consent without a person',
      json(200, { profile: { userId: CUSTOMER_ID, consentedAt: PROFILE.consentedAt } }),
    ],
    ['another person', json(200, { ...ENTITY, ...profile({ userId: 'somebody-else' }) })],
    ['a person who has no name', json(200, { ...ENTITY, ...profile({ userId: null }) })],
    ['a document of nobody', json(200, { documentData: DOCUMENT })],
  ])('finds nobody in %s', async (_name, reply) => {
    rig.will(somebody, reply);
    expect(await lookup()).toBeNull();
  });

  test('fails as a read does', async () => {
    rig.will(somebody, json(200, { profile: 'Ana' }));
    expect(await failureOf(lookup())).toMatchObject({ fault: 'contract', effect: 'none' });
  });
});
