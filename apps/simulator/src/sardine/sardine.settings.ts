import { z } from 'zod';

import { sharedSwitches } from '../kit/shared-switches.js';

export const SARDINE_SCOPES = ['profile', 'doc_kyc', 'liveness', 'ssn'] as const;
export type SardineScope = (typeof SARDINE_SCOPES)[number];

/**
 * What Sardine's pages leave open (providers/sardine.md 11), or what is agreed with a client. The section each switch answers
 * to is named beside it.
 */
export const sardineSwitches = z
  .strictObject({
    ...sharedSwitches,
    /** 4.1: the success code is not shown. */
    createCode: z.union([z.literal(200), z.literal(201)]).default(201),
    /** 4.1: the phone is already known. */
    duplicateCode: z.union([z.literal(409), z.literal(400)]).default(409),
    /** 4.2: how "nobody" looks. */
    emptySearch: z.enum(['nulls', 'object', 'no-body', 'not-found']).default('nulls'),
    /** 4.3, 4.4: a customer that does not exist. */
    unknownCustomerCode: z.union([z.literal(404), z.literal(400)]).default(404),
    /** 4.4: the entity before its person has finished. */
    notYet: z.enum(['not-found', 'empty']).default('not-found'),
    /** 4.4: our own identity after the consent was revoked; `readable` shows `revokedAt`. */
    revokedOwn: z.enum(['readable', 'forbidden', 'not-found', 'empty']).default('readable'),
    /** 4.4: a shared identity after the consent was revoked. */
    revokedShared: z.enum(['readable', 'forbidden', 'not-found', 'empty']).default('forbidden'),
    /** 4.4: `level` and `customer` are there when risk enrichment is on. */
    riskEnrichment: z.boolean().default(true),
    /** 4.4: what the strings of `documentKyc` are. */
    imageEncoding: z.enum(['base64', 'data-uri', 'url']).default('base64'),
    imageBytes: z.int().min(0).max(20_000_000).default(0),
    /** 4.4: only DRIVERS_LICENSE has been seen. */
    documentType: z.string().min(1).default('DRIVERS_LICENSE'),
    documentExpiry: z.iso.date().nullable().default(null),
    /** 12: seconds of the account's clock between finishing and data. */
    availabilityDelaySeconds: z.int().min(0).default(0),
    /** 4.3: one-time URL, lifetime unknown; seconds of the account's clock. */
    widgetLifetimeSeconds: z.int().min(1).default(3600),
    /** 4.3: when the one-time URL counts as used. */
    widgetUsed: z.enum(['on-open', 'on-finish']).default('on-open'),
    /** Magic people have no browser: whether the twin opens the return address in their stead. */
    magicPeopleReturn: z.boolean().default(true),
  })
  .prefault({});

export type SardineSwitches = z.infer<typeof sardineSwitches>;

/** Body of `PUT /control/accounts/sardine`. */
export const sardineAccountInput = z.strictObject({
  /** No colon: the client id is the user name of HTTP Basic. */
  clientId: z.string().regex(/^[^:\s/]+$/),
  clientSecret: z.string().min(1),
  clientName: z.string().min(1).default('Northwind'),
  switches: sardineSwitches,
});

export type SardineAccountInput = z.input<typeof sardineAccountInput>;
