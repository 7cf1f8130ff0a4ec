import { z } from 'zod';

import { identifier, orAbsent, part, text } from '../kit/wire-members.js';

/** providers/sardine.md 4.1. */
export const createdCustomer = z.object({ customerId: identifier });

/** A search is a success even when it finds nobody: null, empty, or without an id (providers/sardine.md 4.2). */
export const foundCustomer = z
  .object({
    customerId: z
      .union([
        identifier,
        z
          .string()
          .regex(/^\s*$/u)
          .transform(() => null),
      ])
      .nullish(),
  })
  .nullable()
  .transform((found) => found?.customerId ?? null);

/** providers/sardine.md 4.3. */
export const widget = z.object({ widgetUrl: z.url({ protocol: /^https?$/u }) });

/**
 * Whose an identity is, and when its consent was given or withdrawn. Of another type, or too long, it breaks the answer: read
 * as nothing, a `revokedAt: true` would pass for a consent in force.
 */
const decisive = z
  .string()
  .max(100)
  .nullish()
  .transform((written) => (written ?? '').trim() || null);

const address = part(z.object({ street: text, city: text, region: text, postalCode: text }));

/**
 * Images come inline, with no way to ask without them (trap 9). `EntityReader` puts a word in the place of each, and here they
 * become a number, so that nothing behind this line can keep one.
 */
const images = part(z.object({ front: text, back: text, selfie: text })).transform(
  (kyc) => [kyc?.front, kyc?.back, kyc?.selfie].filter((image) => image != null).length,
);

const documentData = z.object({
  documentType: text,
  documentNumber: text,
  dateOfBirth: text,
  expiryDate: text,
  issuingCountry: text,
  firstName: text,
  lastName: text,
  gender: text,
  address: address.transform(orAbsent),
});

const profile = z.object({
  userId: decisive,
  consentId: text,
  consentedAt: decisive,
  revokedAt: decisive,
  clientName: text,
  fullName: text,
  dateOfBirth: text,
  emailAddress: text,
  phoneNumber: text,
  address: address.transform(orAbsent),
});

/**
 * providers/sardine.md 4.4; every part may be missing, and an empty body means the same as an empty object. A part that is
 * there and empty is missing as well: its presence is all that tells that a check was passed.
 */
export const entity = z
  .object({
    documentKyc: images,
    documentData: documentData.nullish().transform(orAbsent),
    profile: profile.nullish().transform(orAbsent),
    // Any value: what is not a level we know must count as an unknown risk, not as a broken answer.
    level: z.unknown().optional(),
  })
  .nullable();
export type SardineEntity = NonNullable<z.output<typeof entity>>;
export type SardineDocument = NonNullable<SardineEntity['documentData']>;
export type SardineProfile = NonNullable<SardineEntity['profile']>;
export type SardineAddress = NonNullable<SardineProfile['address']>;
