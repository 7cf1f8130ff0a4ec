import { z } from 'zod';

import { sharedSwitches, webhookSwitches } from '../kit/shared-switches.js';

export const SENTINEL_DOCUMENTS = ['passport', 'emiratesId', 'egyptNationalId'] as const;
export type SentinelDocument = (typeof SENTINEL_DOCUMENTS)[number];

const documents = z.array(z.enum(SENTINEL_DOCUMENTS));
const code = z.int();

/**
 * What the vendor's pages leave open, or what a tenant of Sentinel can set. Defaults are those of providers/sentinel.md; each
 * description begins with the section that the switch answers to.
 */
export const sentinelSwitches = z
  .strictObject({
    ...sharedSwitches,
    ...webhookSwitches,
    shortSecret: z
      .enum(['credentials', 'validation'])
      .default('credentials')
      .describe('3: whether a secret under 15 characters is a validation error or simply wrong'),
    badRequestBody: z
      .enum(['errors', 'message'])
      .default('errors')
      .describe('4: shape of a 400 that is not about credentials'),
    conflictBody: z.enum(['message', 'errors']).default('message').describe('4: shape of the 409 body'),
    validationExtraKeys: z
      .boolean()
      .default(false)
      .describe('4: whether an entry of errors[] also names its field'),
    missingCredentials: z
      .enum(['validation', 'credentials'])
      .default('validation')
      .describe('5.1: clientSecret missing: 422, or 400 as for wrong ones'),
    callbackUrlUnset: z
      .enum(['null', 'absent'])
      .default('null')
      .describe('5.1: callbackUrl of the client while none is registered'),
    extraSettings: z.boolean().default(true).describe('5.1: settings have more keys than documents'),
    defaultDocuments: documents
      .min(1)
      .default(['passport', 'emiratesId'])
      .describe('5.1, 5.2: documents of a link that names none'),
    contactRequired: z
      .boolean()
      .default(true)
      .describe('5.2: whether a link needs an e-mail or a phone; the page says both'),
    linkLifetimeSeconds: z
      .int()
      .min(1)
      .default(86_400)
      .describe('5.2: short-lived, value unknown; seconds of the account clock'),
    optimizedDownload: z
      .enum(['tiny', 'no-images', 'ignored'])
      .default('tiny')
      .describe('5.3: what optimizedDownload does to images'),
    scoreScale: z
      .enum(['hundred', 'one'])
      .default('hundred')
      .describe('5.3: scale of isLiveScore and idScore'),
    passportKey: z.string().min(1).default('passport').describe('5.3: key of the passport'),
    egyptNationalIdKey: z
      .string()
      .min(1)
      .default('egyptNationalId')
      .describe('5.3: key of the Egyptian document'),
    absentDocuments: z
      .enum(['null', 'absent'])
      .default('null')
      .describe('5.3: key of a passport or Emirates ID that was not submitted'),
    internalKeys: z.boolean().default(true).describe('5.3: undocumented internal keys in results'),
    lookupAnswersWrongPerson: z
      .boolean()
      .default(false)
      .describe('5.3, trap 4: every lookup answers with somebody else'),
    imageBytes: z
      .int()
      .min(0)
      .max(20_000_000)
      .default(0)
      .describe('10: size of each image that is not trimmed'),
    facesWithoutImages: z
      .enum(['null', 'empty'])
      .default('null')
      .describe('5.4: isLiveFaces in an answer without images'),
    listEnvelope: z
      .enum(['rows', 'array', 'customers', 'data'])
      .default('rows')
      .describe('5.5: what the rows of the list are in'),
    listTotal: z.string().min(1).nullable().default('count').describe('5.5: key of the total; null: none'),
    listOrder: z
      .enum(['descending', 'ascending'])
      .default('descending')
      .describe('5.5: direction of updatedAt; the other columns ascend'),
    expiredIdsCase: z.enum(['camel', 'snake']).default('camel').describe('5.5: case of expiredIds'),
    expiredListPath: z
      .string()
      .regex(/^\/[\w/-]+$/)
      .nullable()
      .default(null)
      .describe('5.6: path of the list of customers with expired documents; null: there is none'),
    contactAnswer: z
      .enum(['message', 'with-data'])
      .default('message')
      .describe('5.7: whether the answer to a contact change has data'),
    contactUnknownCode: z
      .union([z.literal(404), z.literal(400)])
      .default(404)
      .describe('5.7: contact change of an unknown customer'),
    allowLoopbackCallback: z
      .boolean()
      .default(false)
      .describe('5.8: webhooks must go to HTTPS; true also takes plain http to this machine'),
    statusCodes: z
      .strictObject({
        pending: code.default(1),
        draft: code.default(2),
        conflict: code.default(3),
        duplicate: code.default(4),
        rejected: code.default(5),
        accepted: code.default(6),
      })
      .prefault({})
      .describe('6.1: only Draft = 2 is documented; 6 = Accepted is inferred; the rest are arbitrary'),
    pendingFirst: z
      .boolean()
      .default(true)
      .describe('6.2: whether a finished journey is Pending before its outcome'),
    decisionDelayMs: z.int().min(0).default(0).describe('6.2: real time from Pending to the outcome'),
    rekycOnExpiry: documents
      .default([])
      .describe('6.2: documents whose expiry moves an Accepted customer to Draft; opt-in'),
    defaultEvent: z.string().min(1).default('status_change').describe('7: name of the default event'),
    customerCreatedEvent: z.boolean().default(false).describe('7: opt-in'),
    webhookPassphrase: z
      .enum(['correct', 'wrong', 'missing'])
      .default('correct')
      .describe("7, trap 10: the passphrase in the webhook's body"),
    expiryWarningFor: documents.default([]).describe('7: documents that are warned about; opt-in'),
    expiryWarningDays: z.int().min(1).max(90).default(15).describe('7: how many days ahead'),
    redirectOn: z
      .enum(['accepted', 'finished', 'always', 'never'])
      .default('accepted')
      .describe(
        '8: redirectUrl is used on success; what happens otherwise is unknown; always: also on leaving',
      ),
    redirectParameters: z
      .record(z.string(), z.string())
      .default({})
      .describe('8: query parameters added to redirectUrl on return'),
    editableIdentifiers: z
      .boolean()
      .default(false)
      .describe('8, 9: the person may change e-mail and phone in the portal'),
    portalShowsEgyptNationalId: z
      .boolean()
      .default(false)
      .describe('1, trap 11: the portal does not show the Egyptian ID yet'),
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
  /** Ids and tokens follow from it; null: they are random. */
  seed: z.string().min(1).nullable().default(null),
  switches: sentinelSwitches,
});

export type SentinelAccountInput = z.input<typeof sentinelAccountInput>;
