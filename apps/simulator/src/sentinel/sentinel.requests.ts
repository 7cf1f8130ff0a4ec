import { createHash, timingSafeEqual } from 'node:crypto';

import { z } from 'zod';

import { VendorError } from '../kit/vendor-scope.js';
import { SENTINEL_DOCUMENTS } from './sentinel.settings.js';
import { type SentinelAccount } from './sentinel.state.js';

const credentials = { clientUuid: z.guid(), clientSecret: z.string().min(1) };
const CONTACT_REQUIRED = 'email or phoneNumber is required';
const email = z.email().min(10).max(254);
const phoneNumber = z.string().regex(/^\+?[1-9]\d{7,14}$/, 'phoneNumber must be a valid mobile number');

/** Bodies as documented; members we do not know are ignored, since the vendor says nothing about them. */
export const credentialsRequest = z.object(credentials);

const link = z.object({
  email: email.optional(),
  phoneNumber: phoneNumber.optional(),
  documents: z.array(z.enum(SENTINEL_DOCUMENTS)).optional(),
});
const linkWithContact = link.refine(hasContact, CONTACT_REQUIRED);

/** The field table wants a contact, the prose does not (providers/sentinel.md 5.2). */
export function linkRequest(account: SentinelAccount): z.ZodType<z.output<typeof link>> {
  return account.switches.contactRequired ? linkWithContact : link;
}

export const lookupRequest = z
  .object({
    email: z.string().min(1).optional(),
    phoneNumber: z.string().min(1).optional(),
    optimizedDownload: z.boolean().default(false),
  })
  .refine(hasContact, CONTACT_REQUIRED);

export const listRequest = z.object({
  page: z.int().min(1).default(1),
  entriesPerPage: z.union([z.literal(10), z.literal(50), z.literal(100)]).default(50),
  sortBy: z
    .enum(['name', 'phoneNumber', 'nationality', 'gender', 'status', 'updatedAt'])
    .default('updatedAt'),
});

export const expiredListRequest = listRequest.extend({
  documents: z.array(z.enum(SENTINEL_DOCUMENTS)).min(1).optional(),
});

export const contactRequest = z
  .object({ customerUuid: z.guid(), email: email.optional(), phoneNumber: phoneNumber.optional() })
  .refine(hasContact, CONTACT_REQUIRED);

export const webhookRequest = z.object({ callbackUrl: z.url(), callbackPassphrase: z.string().min(6) });

function hasContact(body: { email?: string | undefined; phoneNumber?: string | undefined }): boolean {
  return body.email !== undefined || body.phoneNumber !== undefined;
}

/** 422 with one message per problem (providers/sentinel.md 4; the texts are ours). */
export function validated<T>(schema: z.ZodType<T>, body: unknown, account?: SentinelAccount): T {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  const extra = account?.switches.validationExtraKeys ?? false;
  throw new VendorError(422, {
    errors: result.error.issues.map((issue) => ({
      message: issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`,
      ...(extra ? { field: issue.path.join('.'), code: issue.code, location: 'body' } : {}),
    })),
  });
}

/** The one 400 whose exact body is documented (providers/sentinel.md 4). */
export function invalidCredentials(): VendorError {
  return new VendorError(400, { errors: [{ message: 'Invalid user credentials' }] });
}

export function rowNotFound(status = 404): VendorError {
  return new VendorError(status, { message: 'Row not found' });
}

/** Whose request this claims to be; nothing is checked. */
export function claimedAccount(
  find: (id: string) => SentinelAccount | undefined,
  body: unknown,
): SentinelAccount | undefined {
  const claim = z.object({ clientUuid: z.string() }).safeParse(body);
  return claim.success ? find(claim.data.clientUuid) : undefined;
}

/** Credentials travel in the body (providers/sentinel.md 3). */
export function authenticate(
  find: (id: string) => SentinelAccount | undefined,
  body: unknown,
): SentinelAccount {
  const claimed = claimedAccount(find, body);
  if (claimed?.switches.missingCredentials === 'credentials' && !credentialsRequest.safeParse(body).success)
    throw invalidCredentials();
  const { clientUuid, clientSecret } = validated(credentialsRequest, body, claimed);
  const account = find(clientUuid);
  if (account?.switches.shortSecret === 'validation' && clientSecret.length < 15) {
    throw new VendorError(422, { errors: [{ message: 'clientSecret: must be at least 15 characters' }] });
  }
  if (account === undefined || !sameSecret(clientSecret, account.secret)) throw invalidCredentials();
  return account;
}

function sameSecret(one: string, other: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}
