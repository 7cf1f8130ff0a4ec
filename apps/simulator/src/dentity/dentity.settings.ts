import { z } from 'zod';

import { errorBodies } from '../kit/error-body.js';
import { sharedSwitches, webhookSwitches } from '../kit/shared-switches.js';

const errorCode = z.int().min(400).max(499);

export const DENTITY_IMAGES = [
  'cropped_back',
  'cropped_front',
  'face',
  'original_back',
  'original_front',
] as const;
export type DentityImage = (typeof DENTITY_IMAGES)[number];

/**
 * What Dentity's pages leave open (providers/dentity.md 11), or what depends on the account's IDV agent. Each description
 * begins with the section that the switch answers to.
 */
export const dentitySwitches = z
  .strictObject({
    ...sharedSwitches,
    ...webhookSwitches,
    badKeyCode: errorCode.default(401).describe('3: a wrong API key'),
    errorBody: errorBodies.default('message').describe('4: shape of every error body but the documented one'),
    invalidCode: errorCode.default(400).describe('4.1, 4.4: a request that is not as documented'),
    createCode: z
      .union([z.literal(200), z.literal(201)])
      .default(200)
      .describe('4.1: the success code is not shown'),
    mismatchCode: errorCode.default(400).describe('4.1: phone and e-mail do not match'),
    missingLink: z.enum(['refused', 'appended']).default('refused').describe('4.1: a text without {{link}}'),
    unknownIdCode: errorCode.default(404).describe('4.2: an id that does not exist'),
    userWhilePending: z
      .enum(['full', 'null', 'absent'])
      .default('full')
      .describe('4.2: user before the person has finished'),
    dateOfBirthFormat: z
      .enum(['YYYY-MM-DD', 'MM/DD/YYYY'])
      .default('YYYY-MM-DD')
      .describe('4.2: dateOfBirth of user'),
    userPhone: z
      .enum(['national', 'e164'])
      .default('national')
      .describe('4.2: phoneNumber of user; the sample has no dial code'),
    duplicateUserKey: z
      .boolean()
      .default(false)
      .describe('4.2, 10: the published sample has user twice; true sends it so'),
    pdf: z.boolean().default(true).describe('4.3: some agents have no PDF'),
    pdfWindowHours: z.int().min(1).default(24).describe('4.3: how long the PDF is there'),
    pdfGone: z
      .enum(['error', 'empty', 'null'])
      .default('error')
      .describe('4.3: after that: an error, or success with an empty or no pdf'),
    pdfGoneCode: errorCode.default(404).describe('4.3: code of that error'),
    pdfBytes: z.int().min(0).max(20_000_000).default(0).describe('4.3: size that the PDF is padded to'),
    bulkNeedsKey: z
      .boolean()
      .default(true)
      .describe('3, 4.4: whether the bulk read needs x-api-key; the page names no header'),
    bulkLimit: z.int().min(1).default(50).describe('4.4: ids in one request'),
    bulkOverLimit: z
      .enum(['refused', 'cut'])
      .default('refused')
      .describe('4.4: more ids than that: an error, or only the first ones answered'),
    bulkOverLimitCode: errorCode.default(400).describe('4.4: code of that error'),
    bulkShuffled: z.boolean().default(true).describe('4.4: rows in any order'),
    bulkStrays: z.boolean().default(false).describe('4.4: a row that was not asked for'),
    bulkGaps: z.boolean().default(false).describe('4.4: without the first row that was asked for'),
    failedMayRetry: z
      .boolean()
      .default(false)
      .describe('5: whether a failed verification can be tried again in the same link'),
    linkLifetimeSeconds: z
      .int()
      .min(1)
      .nullable()
      .default(null)
      .describe('11: link lifetime unknown; seconds of the account clock; null: for ever'),
    deliveryEvents: z.boolean().default(true).describe('6: delivery events after create'),
    deliveryDelayMs: z.int().min(0).default(50).describe('6: how long after, in real time'),
    deliveryMetadata: z.boolean().default(false).describe('6: metadata in delivery bodies'),
    smsEventShape: z
      .enum(['object', 'array'])
      .default('object')
      .describe('6: one object in the sample, although the name is plural'),
    smsStatuses: z
      .array(z.string().min(1))
      .min(1)
      .default(['accepted', 'sending', 'sent', 'delivered'])
      .describe('6: what an SMS goes through; Twilio also has queued and undelivered'),
    emailStatuses: z
      .array(z.string().min(1))
      .min(1)
      .default(['processed', 'delivered'])
      .describe('6: what an e-mail goes through; also deferred, dropped, blocked, bounce'),
    emailHistory: z
      .enum(['newest-first', 'oldest-first'])
      .default('newest-first')
      .describe('6: order of emailDeliveryEvents'),
    webhookForm: z
      .enum(['full', 'minimal'])
      .default('full')
      .describe('6: older webhooks had _id and status only'),
    signature: z
      .enum(['correct', 'wrong', 'short', 'missing', 'empty'])
      .default('correct')
      .describe('6.1: Dentity-Signature'),
    webhookBytes: z
      .enum(['compact', 'pretty', 'escaped'])
      .default('compact')
      .describe('6.1, trap 3: bytes that are sent'),
    signedBytes: z
      .enum(['compact', 'sent'])
      .default('compact')
      .describe('6.1, 11: bytes that are signed: the compact form, or those that are sent'),
    images: z.boolean().default(true).describe('7: some agents have no images'),
    imageNames: z
      .array(z.enum(DENTITY_IMAGES))
      .default(['cropped_front', 'face', 'original_front'])
      .describe('7: which of the five images there are; the others are null'),
    imageCategory: z.string().min(1).default('drivers_license').describe('7: other categories are inferred'),
    imageLifetimeSeconds: z.int().min(1).default(60).describe('7: X-Amz-Expires'),
    imageBytes: z.int().min(0).max(20_000_000).default(0).describe('7: size of each image'),
  })
  .prefault({});

export type DentitySwitches = z.infer<typeof dentitySwitches>;

/** Body of `PUT /control/accounts/dentity`. */
export const dentityAccountInput = z.strictObject({
  apiKey: z.string().regex(/^[\w.~-]+$/),
  secretKey: z.string().min(1),
  siteName: z.string().min(1).default('Northwind'),
  /** Account-wide automatic webhook, for requests that give no `callbackUrl` (6). */
  callbackUrl: z.url().nullable().default(null),
  /** Ids and tokens follow from it; null: they are random. */
  seed: z.string().min(1).nullable().default(null),
  switches: dentitySwitches,
});

export type DentityAccountInput = z.input<typeof dentityAccountInput>;
