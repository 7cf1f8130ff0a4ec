import { type EncodedFile } from '../kit/encoded-files.js';
import { imageBase64, imageDataUri } from '../kit/images.js';
import { type SeenIdentity } from './sardine.lookup.js';
import { type ImageEncoding, type SardineSwitches } from './sardine.settings.js';
import { type Consent, type Entity, type SardineAccount } from './sardine.state.js';

export const SARDINE_IMAGES = ['front', 'back', 'selfie'] as const;
type SardineImage = (typeof SARDINE_IMAGES)[number];

/** Reply of `GET /identity/entities/{customerId}`: each part only where its scope was consented to (providers/sardine.md 4.4). */
export function identityView(
  account: SardineAccount,
  { entity, record }: SeenIdentity,
  consent: Consent,
  origin: string,
): Record<string, unknown> {
  const documentAt = consent.availableAt.getTime() + account.switches.documentDelaySeconds * 1000;
  const hasDocument = documentAt <= account.clock.now().getTime();
  return {
    ...(consent.scopes.has('doc_kyc') && hasDocument
      ? { documentKyc: documentImages(account, entity, origin), documentData: documentData(account, entity) }
      : {}),
    ...(consent.scopes.has('profile') ? { profile: profile(account, entity, record.email, consent) } : {}),
    ...riskView(account.switches, record.level),
  };
}

function profile(
  account: SardineAccount,
  entity: Entity,
  email: string,
  consent: Consent,
): Record<string, unknown> {
  return {
    clientId: consent.sharedFrom?.clientId ?? account.id,
    userId: entity.customerId,
    // Null when the identity belongs to the caller directly (4.4, trap 5).
    consentId: consent.sharedFrom === null ? null : consent.id,
    consentedAt: consent.consentedAt.toISOString(),
    revokedAt: consent.revokedAt?.toISOString() ?? null,
    primaryIdentity: account.switches.primaryIdentity ?? consent.sharedFrom === null,
    clientName: consent.sharedFrom?.clientName ?? account.clientName,
    fullName: `${entity.person.firstName} ${entity.person.lastName}`,
    dateOfBirth: entity.person.dateOfBirth,
    emailAddress: email,
    phoneNumber: entity.phoneNumber,
    address: entity.person.address,
  };
}

function documentData(account: SardineAccount, entity: Entity): Record<string, unknown> {
  const { person } = entity;
  return {
    documentType: account.switches.documentType,
    documentNumber: `D${person.number}`,
    dateOfBirth: person.dateOfBirth,
    expiryDate: account.switches.documentExpiry ?? `${account.clock.now().getUTCFullYear() + 5}-02-11`,
    issuingCountry: 'US',
    firstName: person.firstName,
    lastName: person.lastName,
    gender: person.gender === 'female' ? 'F' : 'M',
    address: person.address,
  };
}

function documentImages(
  account: SardineAccount,
  entity: Entity,
  origin: string,
): Record<string, EncodedFile | string> {
  const { imageEncoding, imageBytes } = account.switches;
  const picture = (side: SardineImage): EncodedFile | string => {
    const encoding: ImageEncoding = typeof imageEncoding === 'string' ? imageEncoding : imageEncoding[side];
    switch (encoding) {
      case 'base64':
        return imageBase64(side, imageBytes);
      case 'data-uri':
        return imageDataUri(side, imageBytes);
      case 'url':
        return `${origin}/sardine/images/${entity.customerId}/${side}.jpg`;
    }
  };
  return { front: picture('front'), back: picture('back'), selfie: picture('selfie') };
}

/** The risk object's shape is that of the risk product (providers/sardine.md 10). */
function riskView(switches: SardineSwitches, level: string): Record<string, unknown> {
  if (!switches.riskEnrichment) return {};
  const customer = {
    score: level === 'low' ? 4 : 71,
    level,
    reasonCodes: [],
    signals: [{ key: 'emailLevel', value: level }],
  };
  if (switches.riskObject === 'customer') return { level, customer };
  return { level, customer: { sessionKey: 'session-of-the-twin', level, status: 'Success', customer } };
}
