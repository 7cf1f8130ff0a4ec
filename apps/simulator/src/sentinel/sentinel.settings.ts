import { z } from 'zod';

import { sharedSwitches } from '../kit/shared-switches.js';

export const SENTINEL_DOCUMENTS = ['passport', 'emiratesId', 'egyptNationalId'] as const;
export type SentinelDocument = (typeof SENTINEL_DOCUMENTS)[number];

const documents = z.array(z.enum(SENTINEL_DOCUMENTS));
const code = z.int();

/**
 * What the vendor's pages leave open, or what a tenant of Sentinel can set. Defaults are those of providers/sentinel.md; the
 * section each switch answers to is named beside it.
 */
export const sentinelSwitches = z
  .strictObject({
    ...sharedSwitches,
    /** 6.1: only Draft = 2 is documented; 6 = Accepted is inferred; the rest are arbitrary. */
    statusCodes: z
      .strictObject({
        pending: code.default(1),
        draft: code.default(2),
        conflict: code.default(3),
        duplicate: code.default(4),
        rejected: code.default(5),
        accepted: code.default(6),
      })
      .prefault({}),
    /** 7: the name of the default event is unknown. */
    defaultEvent: z.string().min(1).default('status_change'),
    /** 7: opt-in. */
    customerCreatedEvent: z.boolean().default(false),
    /** 6.2: a finished journey is Pending first; real time from there to the outcome. */
    decisionDelayMs: z.int().min(0).default(0),
    /** 7, trap 10: what the body's passphrase is. */
    webhookPassphrase: z.enum(['correct', 'wrong', 'missing']).default('correct'),
    /** 5.8: callback URLs must be HTTPS; true also takes plain http to this machine. */
    allowLoopbackCallback: z.boolean().default(false),
    /** 3: whether a secret under 15 characters is a validation error or simply wrong. */
    shortSecret: z.enum(['credentials', 'validation']).default('credentials'),
    /** 5.1: default document scope. */
    defaultDocuments: documents.min(1).default(['passport', 'emiratesId']),
    /** 1: the portal does not show the Egyptian ID yet. */
    portalShowsEgyptNationalId: z.boolean().default(false),
    /** 8, 9: tenant setting; the person may change e-mail and phone in the portal. */
    editableIdentifiers: z.boolean().default(false),
    /** 8: `redirectUrl` is used on success; what happens otherwise is unknown. */
    redirectOn: z.enum(['accepted', 'finished', 'never']).default('accepted'),
    /** 5.2: short-lived, value unknown; seconds of the account's clock. */
    linkLifetimeSeconds: z.int().min(1).default(86_400),
    /** 5.3: undocumented internal keys in results. */
    internalKeys: z.boolean().default(true),
    /** 5.3: size of each full image; `optimizedDownload` always gives tiny ones. */
    imageBytes: z.int().min(0).max(20_000_000).default(0),
    /** 5.4: `isLiveFaces` without images. */
    facesWithoutImages: z.enum(['null', 'empty']).default('null'),
    /** 5.5: list wrapper. */
    listEnvelope: z.enum(['rows', 'array', 'customers', 'data']).default('rows'),
    /** 5.5: direction of `updatedAt`; the other columns ascend. */
    listOrder: z.enum(['descending', 'ascending']).default('descending'),
    /** 5.5: case of `expiredIds`. */
    expiredIdsCase: z.enum(['camel', 'snake']).default('camel'),
    /** 4: shape of the 409 body. */
    conflictBody: z.enum(['message', 'errors']).default('message'),
    /** 5.3 trap 4: a lookup answers with somebody else. */
    lookupAnswersWrongPerson: z.boolean().default(false),
    /** 6.2: documents whose expiry moves an Accepted customer to Draft; opt-in. */
    rekycOnExpiry: documents.default([]),
    /** 7: documents that are warned about, and how many days ahead. */
    expiryWarningFor: documents.default([]),
    expiryWarningDays: z.int().min(1).max(90).default(15),
  })
  .prefault({});

export type SentinelSwitches = z.infer<typeof sentinelSwitches>;
export type SentinelStatus = keyof SentinelSwitches['statusCodes'];

/** Body of `PUT /control/accounts/sentinel`. A `callbackUrl` left out keeps the one in force. */
export const sentinelAccountInput = z.strictObject({
  clientUuid: z.guid(),
  clientSecret: z.string().min(15),
  name: z.string().min(1).default('Northwind Bank'),
  callbackUrl: z.url().nullable().optional(),
  callbackPassphrase: z.string().min(6).nullable().optional(),
  switches: sentinelSwitches,
});

export type SentinelAccountInput = z.input<typeof sentinelAccountInput>;
