import {
  DELIVERY_STATES,
  DOCUMENT_TYPES,
  type Identity,
  type Observation,
  PROVIDER_VERDICTS,
  REASON_CODES,
  RISK_LEVELS,
} from '@gatehouse/contract';
import countries from 'i18n-iso-countries';
import { z } from 'zod';

/*
 * What adapters must hand out, member by member: all of them there, null where nothing is known, and none besides.
 */

const text = z.string().min(1).nullable();
const date = z.iso.date().nullable();
const instant = z.iso.datetime({ precision: 3 }).nullable();
const country = z
  .string()
  .regex(/^[A-Z]{2}$/u, 'must be two capital letters')
  .refine((code) => countries.isValid(code), 'must be ISO 3166-1 alpha-2')
  .nullable();
const phone = z
  .string()
  .regex(/^\+[1-9]\d{6,14}$/u, 'must be E.164')
  .nullable();
const score = z.number().min(0).max(100).nullable();
const passed = z.boolean().nullable();

const consent = z
  .strictObject({ id: text, grantedAt: instant, revokedAt: instant, sharedFrom: text })
  .nullable();
const riskLevel = z.enum(RISK_LEVELS).nullable();

const address = z
  .strictObject({ street: text, city: text, region: text, postalCode: text, country })
  .nullable();

export const identityShape = z.strictObject({
  person: z.strictObject({
    firstName: text,
    lastName: text,
    fullName: text,
    gender: z.enum(['male', 'female', 'other']).nullable(),
    dateOfBirth: date,
    nationality: country,
    email: text,
    phone,
    address,
  }),
  documents: z.array(
    z.strictObject({
      type: z.enum([...DOCUMENT_TYPES, 'other']),
      number: text,
      subtype: text,
      issuedOn: date,
      expiresOn: date,
      issuingAuthority: text,
      issuingCountry: country,
      placeOfIssue: text,
      checks: z.strictObject({
        faceMatch: z.strictObject({ passed, score }),
        classification: z.strictObject({ passed }),
      }),
      ocr: z.record(z.string(), z.string()),
    }),
  ),
  liveness: z.strictObject({ passed, score }),
  risk: z.strictObject({ level: riskLevel }),
  consent,
}) satisfies z.ZodType<Identity>;

export const observationShape = z.strictObject({
  verdict: z.enum(PROVIDER_VERDICTS).nullable(),
  rawStatus: text,
  reasonCodes: z.array(z.enum(REASON_CODES)),
  providerTime: instant,
  delivery: z.array(
    z.strictObject({ channel: z.enum(['sms', 'email']), state: z.enum(DELIVERY_STATES), at: instant }),
  ),
  validity: z
    .strictObject({
      documentExpiry: date,
      state: z.enum(['valid', 'expiring', 'expired']),
      documents: z.array(z.enum([...DOCUMENT_TYPES, 'other'])),
    })
    .nullable(),
  riskLevel,
  consent,
  evidence: z
    .strictObject({
      images: z.int().min(0),
      imagesUntil: instant,
      report: z.boolean(),
      reportUntil: instant,
    })
    .nullable(),
}) satisfies z.ZodType<Observation>;

/** What is wrong with a value, one line per member; empty when it has the shape. */
export function complaintsAbout(shape: z.ZodType, value: unknown): readonly string[] {
  const { error } = shape.safeParse(value);
  return error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];
}
