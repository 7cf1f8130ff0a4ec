import { z } from 'zod';

import { isHttpUrl } from '../kit/addresses.js';
import { errorBody } from '../kit/error-body.js';
import { magicWord } from '../kit/magic.js';
import { inventPerson } from '../kit/people.js';
import { VendorError } from '../kit/vendor-scope.js';
import { failure } from './dentity.lookup.js';
import { type DentityAccount, type DentityUser, objectId, type Verification } from './dentity.state.js';

const text = z.string().nullish();

/** Body of a create; `name` and `address` are objects although documented as String (providers/dentity.md 4.1). */
const createRequest = z.object({
  key: z.string(),
  phoneNumber: z.object({
    dialCode: z.string().regex(/^\+\d{1,4}$/, 'dialCode must look like +1'),
    phone: z.string().regex(/^\d{4,14}$/, 'phone must be digits'),
  }),
  metadata: z.record(z.string(), z.unknown()).default({}),
  callbackUrl: z.string().refine(isHttpUrl, 'callbackUrl must be a URL').nullish(),
  email: z.email().nullish(),
  dateOfBirth: z
    .string()
    .regex(/^(0[1-9]|1[0-2])\/(0[1-9]|[12]\d|3[01])\/\d{4}$/, 'dateOfBirth must be MM/DD/YYYY')
    .nullish(),
  name: z.object({ firstName: text, lastName: text }).nullish(),
  address: z.object({ street: text, city: text, state: text, zip: text, country: text }).nullish(),
  smsMessage: text,
});

type CreateRequest = z.output<typeof createRequest>;

const DEFAULT_SMS = '{{siteName}} has requested that you verify your information: {{link}}';

/** Checks the body and adds the verification; the header's key was checked before. Throws a VendorError. */
export function createVerification(account: DentityAccount, body: unknown, origin: string): Verification {
  const key = z.object({ key: z.string() }).safeParse(body);
  if (key.data?.key !== account.id) throw badKey(account);
  const parsed = createRequest.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const message = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`;
    throw failure(account, account.switches.invalidCode, message);
  }
  const request = parsed.data;
  const message = smsText(account, request.smsMessage ?? DEFAULT_SMS);
  const phone = request.phoneNumber.dialCode + request.phoneNumber.phone;
  const email = request.email ?? null;
  if (magicWord({ email, phone }) === 'mismatch') {
    throw new VendorError(account.switches.mismatchCode, {
      message: 'The phone or email you entered does not match your account',
    });
  }
  const now = account.clock.now();
  const token = account.chance.bytes(9).toString('base64url');
  const verification: Verification = {
    id: objectId(now, account.chance),
    token,
    phone,
    email,
    user: userFrom(request, phone),
    metadata: request.metadata,
    callbackUrl: request.callbackUrl ?? null,
    origin,
    sms: message
      .replaceAll('{{siteName}}', () => account.siteName)
      .replaceAll('{{link}}', () => `${origin}/dentity/idv/${token}`),
    createdAt: now,
    status: 'pending',
    completedAt: null,
    walkedAway: false,
    smsStatus: 'accepted',
    emailEvents: [],
    previous: null,
  };
  account.verifications.unshift(verification);
  return verification;
}

/** The code and the body are ours (providers/dentity.md 3). */
export function badKey(account: DentityAccount | undefined): VendorError {
  const { badKeyCode: code, errorBody: shape } = account?.switches ?? UNKNOWN_ACCOUNT;
  return new VendorError(code, errorBody(shape, code, 'Invalid API key'));
}

const UNKNOWN_ACCOUNT = { badKeyCode: 401, errorBody: 'message' } as const;

/** A text must have the place for the link (providers/dentity.md 4.1); what happens otherwise is a switch. */
function smsText(account: DentityAccount, wanted: string): string {
  if (wanted.includes('{{link}}')) return wanted;
  if (account.switches.missingLink === 'appended') return `${wanted} {{link}}`;
  throw failure(account, account.switches.invalidCode, 'smsMessage: smsMessage must contain {{link}}');
}

/** What was given at create counts; the rest is invented, as if read from the document. */
function userFrom(request: CreateRequest, phone: string): DentityUser {
  const person = inventPerson(phone);
  const firstName = request.name?.firstName ?? person.firstName;
  const lastName = request.name?.lastName ?? person.lastName;
  const [month, day, year] = request.dateOfBirth?.split('/') ?? [];
  return {
    firstName,
    lastName,
    fullName: `${firstName} ${lastName}`,
    email: request.email ?? null,
    phoneNumber: request.phoneNumber.phone,
    dateOfBirth: year === undefined ? person.dateOfBirth : `${year}-${month ?? ''}-${day ?? ''}`,
    addressDetail: {
      street: request.address?.street ?? person.address.street,
      country: request.address?.country ?? 'US',
      city: request.address?.city ?? person.address.city,
      state: request.address?.state ?? person.address.region,
      zip: request.address?.zip ?? person.address.postalCode,
    },
  };
}
