import { randomBytes } from 'node:crypto';

import { z } from 'zod';

import { isHttpUrl } from '../kit/addresses.js';
import { magicWord } from '../kit/magic.js';
import { inventPerson } from '../kit/people.js';
import { VendorError } from '../kit/vendor-scope.js';
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
  smsMessage: z
    .string()
    .refine((message) => message.includes('{{link}}'), 'smsMessage must contain {{link}}')
    .nullish(),
});

type CreateRequest = z.output<typeof createRequest>;

const DEFAULT_SMS = '{{siteName}} has requested that you verify your information: {{link}}';

/** Checks the body and adds the verification; the header's key was checked before. Throws a VendorError. */
export function createVerification(account: DentityAccount, body: unknown, origin: string): Verification {
  const key = z.object({ key: z.string() }).safeParse(body);
  if (key.data?.key !== account.id) throw badKey(account.switches.badKeyCode);
  const parsed = createRequest.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const message = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`;
    throw new VendorError(account.switches.invalidCode, { message });
  }
  const request = parsed.data;
  const phone = request.phoneNumber.dialCode + request.phoneNumber.phone;
  const email = request.email ?? null;
  if (magicWord({ email, phone }) === 'mismatch') {
    throw new VendorError(account.switches.mismatchCode, {
      message: 'The phone or email you entered does not match your account',
    });
  }
  const now = account.clock.now();
  const token = randomBytes(9).toString('base64url');
  const verification: Verification = {
    id: objectId(now),
    token,
    phone,
    email,
    user: userFrom(request, phone),
    metadata: request.metadata,
    callbackUrl: request.callbackUrl ?? null,
    origin,
    sms: (request.smsMessage ?? DEFAULT_SMS)
      .replaceAll('{{siteName}}', () => account.siteName)
      .replaceAll('{{link}}', () => `${origin}/dentity/idv/${token}`),
    createdAt: now,
    status: 'pending',
    completedAt: null,
    walkedAway: false,
    smsStatus: 'accepted',
    emailEvents: [],
  };
  account.verifications.unshift(verification);
  return verification;
}

export function badKey(status: number): VendorError {
  return new VendorError(status, { message: 'Invalid API key' });
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
