import { z } from 'zod';

import { errorBodies } from '../kit/error-body.js';
import { sharedSwitches } from '../kit/shared-switches.js';

export const SARDINE_SCOPES = ['profile', 'doc_kyc', 'liveness', 'ssn'] as const;
export type SardineScope = (typeof SARDINE_SCOPES)[number];

const encoding = z.enum(['base64', 'data-uri', 'url']);
const whenRevoked = z.enum(['readable', 'forbidden', 'not-found', 'empty']);

/**
 * What Sardine's pages leave open (providers/sardine.md 11), or what is agreed with a client. Each description begins with the
 * section that the switch answers to.
 */
export const sardineSwitches = z
  .strictObject({
    ...sharedSwitches,
    unauthorizedCode: z
      .union([z.literal(401), z.literal(403)])
      .default(401)
      .describe('4.3, 5: wrong credentials'),
    errorBody: errorBodies.default('message').describe('5: shape of every error body'),
    invalidCode: z
      .union([z.literal(400), z.literal(422)])
      .default(400)
      .describe('5: a request that is not as documented'),
    createCode: z
      .union([z.literal(200), z.literal(201)])
      .default(201)
      .describe('4.1: the success code is not shown'),
    duplicateCode: z
      .union([z.literal(409), z.literal(400)])
      .default(409)
      .describe('4.1: the phone is already known'),
    emptySearch: z
      .enum(['nulls', 'object', 'no-body', 'not-found'])
      .default('nulls')
      .describe('4.2: how "nobody" looks'),
    unknownCustomerCode: z
      .union([z.literal(404), z.literal(400)])
      .default(404)
      .describe('4.3, 4.4: a customer that does not exist'),
    unshareable: z
      .enum(['page', 'manual', 'refused'])
      .default('page')
      .describe(
        '11: whom no partner has verified, in kyc_sharing: a page without a way on, manualKycUrl, or no widget at all',
      ),
    unshareableCode: z.int().min(400).max(499).default(400).describe('11: code where unshareable is refused'),
    consentIdMatches: z
      .boolean()
      .default(true)
      .describe("4.3: whether consent_id of the widget is the later profile's consentId"),
    widgetLifetimeSeconds: z
      .int()
      .min(1)
      .default(3600)
      .describe('4.3: one-time URL, lifetime unknown; seconds of the account clock'),
    widgetUsed: z
      .enum(['on-open', 'on-finish'])
      .default('on-open')
      .describe('4.3: when the one-time URL counts as used'),
    notYet: z
      .enum(['not-found', 'empty'])
      .default('not-found')
      .describe('4.4: the entity before its person has finished'),
    revokedOwn: whenRevoked
      .default('readable')
      .describe('4.4: our own identity after the consent was revoked; readable shows revokedAt'),
    revokedShared: whenRevoked
      .default('forbidden')
      .describe('4.4: a shared identity after the consent was revoked'),
    primaryIdentity: z
      .boolean()
      .nullable()
      .default(null)
      .describe('4.4: meaning unknown; null: true for our own identities'),
    riskEnrichment: z.boolean().default(true).describe('4.4: level and customer are there when it is on'),
    level: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe("10: everybody's level, for values that are not listed; null: as the person was"),
    riskObject: z
      .enum(['customer', 'whole'])
      .default('customer')
      .describe('10: customer alone, or as the risk product answers it'),
    imageEncoding: z
      .union([encoding, z.strictObject({ front: encoding, back: encoding, selfie: encoding })])
      .default('base64')
      .describe('4.4: what the strings of documentKyc are; one for all or one for each'),
    imageBytes: z.int().min(0).max(20_000_000).default(0).describe('4.4: size of each image'),
    documentType: z.string().min(1).default('DRIVERS_LICENSE').describe('4.4: no other value has been seen'),
    documentExpiry: z.iso
      .date()
      .nullable()
      .default(null)
      .describe('4.4: expiryDate; null: five years from now'),
    availabilityDelaySeconds: z
      .int()
      .min(0)
      .default(0)
      .describe('12: seconds of the account clock between finishing and data'),
    documentDelaySeconds: z
      .int()
      .min(0)
      .default(0)
      .describe('6: by how much the document comes after the profile'),
    returnParameters: z
      .record(z.string(), z.string())
      .default({})
      .describe('8: query parameters added to successUrl and manualKycUrl'),
    magicPeopleReturn: z
      .boolean()
      .default(true)
      .describe('magic people have no browser: whether the twin opens the return address in their stead'),
  })
  .prefault({});

export type SardineSwitches = z.infer<typeof sardineSwitches>;
export type ImageEncoding = z.infer<typeof encoding>;

/** Body of `PUT /control/accounts/sardine`. */
export const sardineAccountInput = z.strictObject({
  /** No colon: the client id is the user name of HTTP Basic. */
  clientId: z.string().regex(/^[^:\s/]+$/),
  clientSecret: z.string().min(1),
  clientName: z.string().min(1).default('Northwind'),
  /** Ids and tokens follow from it; null: they are random. */
  seed: z.string().min(1).nullable().default(null),
  switches: sardineSwitches,
});

export type SardineAccountInput = z.input<typeof sardineAccountInput>;
