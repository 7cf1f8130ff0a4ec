import { z } from 'zod';

const text = z.string().nullish();
/** Short enough for an index. */
const MAX_ID = 200;

/** providers/sardine.md 4.1. */
export const createdCustomer = z.object({ customerId: z.string().min(1).max(MAX_ID) });

/** A search is a success even when it finds nobody: null, empty, or without an id (providers/sardine.md 4.2). */
export const foundCustomer = z
  .object({ customerId: z.string().max(MAX_ID).nullish() })
  .nullable()
  .transform((found) => (found?.customerId ?? '') || null);

/** providers/sardine.md 4.3. */
export const widget = z.object({ widgetUrl: z.url({ protocol: /^https?$/u }) });

const address = z.object({ street: text, city: text, region: text, postalCode: text }).nullish();

/**
 * Images come inline, with no way to ask without them (trap 9). They are counted and let go of right here, so that nothing
 * behind this line can keep one.
 */
const images = z
  .object({ front: text, back: text, selfie: text })
  .nullish()
  .transform((kyc) => [kyc?.front, kyc?.back, kyc?.selfie].filter((image) => (image ?? '') !== '').length);

/** providers/sardine.md 4.4; every part may be missing, and an empty body means the same as an empty object. */
export const entity = z
  .object({
    documentKyc: images,
    documentData: z
      .object({
        documentType: text,
        documentNumber: text,
        dateOfBirth: text,
        expiryDate: text,
        issuingCountry: text,
        firstName: text,
        lastName: text,
        gender: text,
        address,
      })
      .nullish(),
    profile: z
      .object({
        consentId: text,
        consentedAt: text,
        revokedAt: text,
        clientName: text,
        fullName: text,
        dateOfBirth: text,
        emailAddress: text,
        phoneNumber: text,
        address,
      })
      .nullish(),
    // Any value: what is not a level we know must count as an unknown risk, not as a broken answer.
    level: z.unknown().optional(),
  })
  .nullable();
export type SardineEntity = NonNullable<z.output<typeof entity>>;
export type SardineAddress = NonNullable<z.output<typeof address>>;
