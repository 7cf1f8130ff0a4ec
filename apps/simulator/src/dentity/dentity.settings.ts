import { z } from 'zod';

import { sharedSwitches } from '../kit/shared-switches.js';

const errorCode = z.int().min(400).max(499);

/**
 * What Dentity's pages leave open (providers/dentity.md 11), or what depends on the account's IDV agent. The section each
 * switch answers to is named beside it.
 */
export const dentitySwitches = z
  .strictObject({
    ...sharedSwitches,
    /** 4.1: the success code is not shown. */
    createCode: z.union([z.literal(200), z.literal(201)]).default(200),
    /** 3, 4: error codes are unknown. */
    badKeyCode: errorCode.default(401),
    invalidCode: errorCode.default(400),
    mismatchCode: errorCode.default(400),
    unknownIdCode: errorCode.default(404),
    /** 4.2: `dateOfBirth` of `user`. */
    dateOfBirthFormat: z.enum(['YYYY-MM-DD', 'MM/DD/YYYY']).default('YYYY-MM-DD'),
    /** 4.2: the published sample has `user` twice; true sends it so. */
    duplicateUserKey: z.boolean().default(false),
    /** 4.3: some agents have no PDF. */
    pdf: z.boolean().default(true),
    pdfWindowHours: z.int().min(1).default(24),
    pdfGoneCode: errorCode.default(404),
    /** Size that the PDF is padded to. */
    pdfBytes: z.int().min(0).max(20_000_000).default(0),
    /** 4.4 */
    bulkLimit: z.int().min(1).default(50),
    bulkOverLimitCode: errorCode.default(400),
    bulkShuffled: z.boolean().default(true),
    bulkStrays: z.boolean().default(false),
    bulkGaps: z.boolean().default(false),
    /** 5: whether a failed verification can be tried again in the same link. */
    failedMayRetry: z.boolean().default(false),
    /** 6: delivery events after create, and how long after (real time). */
    deliveryEvents: z.boolean().default(true),
    deliveryDelayMs: z.int().min(0).default(50),
    /** 6: one object in the sample, although the name is plural. */
    smsEventShape: z.enum(['object', 'array']).default('object'),
    /** 6: older webhooks had `_id` and `status` only. */
    webhookForm: z.enum(['full', 'minimal']).default('full'),
    /** 6.1 */
    signature: z.enum(['correct', 'wrong', 'short', 'missing', 'empty']).default('correct'),
    /** 6.1, trap 3: the signature is always over the compact form; `pretty` and `escaped` send other bytes. */
    webhookBytes: z.enum(['compact', 'pretty', 'escaped']).default('compact'),
    /** 7: some agents have no images. */
    images: z.boolean().default(true),
    imageLifetimeSeconds: z.int().min(1).default(60),
    imageBytes: z.int().min(0).max(20_000_000).default(0),
    imageCategory: z.string().min(1).default('drivers_license'),
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
  switches: dentitySwitches,
});

export type DentityAccountInput = z.input<typeof dentityAccountInput>;
