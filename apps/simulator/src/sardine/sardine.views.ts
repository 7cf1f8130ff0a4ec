import { jpeg, jpegDataUri } from '../kit/images.js';
import { type SardineSwitches } from './sardine.settings.js';
import { type Consent, type Entity, type SardineAccount } from './sardine.state.js';

/** Reply of `GET /identity/entities/{customerId}`: each part only where its scope was consented to (providers/sardine.md 4.4). */
export function identityView(
  account: SardineAccount,
  entity: Entity,
  consent: Consent,
  origin: string,
): Record<string, unknown> {
  return {
    ...(consent.scopes.has('doc_kyc')
      ? { documentKyc: documentImages(account, entity, origin), documentData: documentData(account, entity) }
      : {}),
    ...(consent.scopes.has('profile') ? { profile: profile(account, entity, consent) } : {}),
    ...riskView(account.switches, entity),
  };
}

function profile(account: SardineAccount, entity: Entity, consent: Consent): Record<string, unknown> {
  return {
    clientId: consent.sharedFrom?.clientId ?? account.id,
    userId: entity.customerId,
    // Null when the identity belongs to the caller directly (4.4, trap 5).
    consentId: consent.sharedFrom === null ? null : consent.id,
    consentedAt: consent.consentedAt.toISOString(),
    revokedAt: consent.revokedAt?.toISOString() ?? null,
    primaryIdentity: consent.sharedFrom === null,
    clientName: consent.sharedFrom?.clientName ?? account.clientName,
    fullName: `${entity.person.firstName} ${entity.person.lastName}`,
    dateOfBirth: entity.person.dateOfBirth,
    emailAddress: entity.email,
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

function documentImages(account: SardineAccount, entity: Entity, origin: string): Record<string, string> {
  const { imageEncoding, imageBytes } = account.switches;
  const picture = (side: string): string => {
    switch (imageEncoding) {
      case 'base64':
        return jpeg(imageBytes).toString('base64');
      case 'data-uri':
        return jpegDataUri(imageBytes);
      case 'url':
        return `${origin}/sardine/images/${entity.customerId}/${side}.jpg`;
    }
  };
  return { front: picture('front'), back: picture('back'), selfie: picture('selfie') };
}

/** The risk object's shape is that of the risk product (providers/sardine.md 10). */
function riskView(switches: SardineSwitches, entity: Entity): Record<string, unknown> {
  if (!switches.riskEnrichment) return {};
  return {
    level: entity.level,
    customer: {
      score: entity.level === 'low' ? 4 : 71,
      level: entity.level,
      reasonCodes: [],
      signals: [{ key: 'emailLevel', value: entity.level }],
    },
  };
}
