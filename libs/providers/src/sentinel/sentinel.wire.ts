import { z } from 'zod';

import { identifier, score, text } from '../kit/wire-members.js';

/** The result of a check. Of another type it breaks the answer: a failure that cannot be read must not be overlooked. */
const checkResult = z.boolean().nullish();

/** Names of documents: a list, or one by itself. What cannot be read as a name within a list still says that there is one. */
const documentNames = z
  .union([z.array(z.string().catch('')), z.string().transform((name) => [name])])
  .nullable()
  .catch(null);

/** Every success is `{message, data}` (seed 001). */
const envelope = <T extends z.ZodType>(data: T): z.ZodObject<{ data: T }> => z.object({ data });

/** `data` is the link itself, a plain string (providers/sentinel.md 5.2). */
export const mintedLink = envelope(z.url({ protocol: /^https?$/u }));

/** Where nothing but the success is told: `data` may be missing (providers/sentinel.md 5.8). */
export const success = z.object({});

/** The client's own details; the callback URL is null or missing while none is registered (providers/sentinel.md 5.1). */
const client = z.object({ uuid: z.string(), callbackUrl: text });
export type SentinelOwnClient = z.output<typeof client>;
export const ownClient = envelope(client);

/** Document fields vary by type (seed 000); images are null here and not even named. */
const document = z
  .object({
    passportNumber: text,
    emiratesIdNumber: text,
    // The Egyptian ID's keys are not documented (providers/sentinel.md 5.3); inferred from the other two.
    egyptNationalIdNumber: text,
    passportType: text,
    dateOfIssue: text,
    dateOfExpiry: text,
    authority: text,
    placeOfIssue: text,
    countryOfIssue: text,
    idMatch: checkResult,
    idScore: score,
    idClassificationPassed: checkResult,
    ocrPassport: z.unknown().optional(),
    ocrEmiratesId: z.unknown().optional(),
    ocrEgyptNationalId: z.unknown().optional(),
  })
  .nullish();
export type SentinelDocument = NonNullable<z.output<typeof document>>;

/** A customer as `statusWithoutImages` returns it (providers/sentinel.md 5.3, 5.4). */
const customer = z.object({
  uuid: identifier,
  status: z.number(),
  name: text,
  surname: text,
  gender: text,
  dateOfBirth: text,
  nationality: text,
  // Without them nobody is recognised by them, and without the time nothing counts as new.
  email: text,
  phoneNumber: text,
  createdAt: text,
  updatedAt: text,
  isLive: checkResult,
  isLiveScore: score,
  passport: document,
  emiratesId: document,
  egyptNationalId: document,
  expiredIds: documentNames,
});
export type SentinelCustomer = z.output<typeof customer>;
export const customerAnswer = envelope(customer);

export interface SentinelPage {
  readonly rows: readonly SentinelCustomer[];
  /** How many there are on all pages; null where that is not told. */
  readonly total: number | null;
}

/**
 * A page of customers. How the vendor wraps it is not documented (providers/sentinel.md 5.5), so all likely ways are read.
 * More than were asked for break the answer: who cuts pages otherwise than we do would make us skip people.
 */
export function customerPage(pageSize: number): z.ZodType<{ readonly data: SentinelPage }> {
  const total = z.int().min(0).nullable().catch(null);
  const page = z.object({ rows: z.array(customer).max(pageSize), total });
  return envelope(z.unknown().transform(unwrapped).pipe(page));
}

function unwrapped(data: unknown): unknown {
  if (Array.isArray(data)) return { rows: data, total: null };
  if (typeof data !== 'object' || data === null) return data;
  const { rows, customers, data: inner, count, total }: Readonly<Record<string, unknown>> = { ...data };
  return {
    rows: [rows, customers, inner].find(Array.isArray),
    total: [count, total].find((told) => typeof told === 'number'),
  };
}

/** A webhook's body (providers/sentinel.md 7); note `phone` and `newStatus` where the API says `phoneNumber` and `status`. */
export const webhookBody = z.object({
  uuid: identifier,
  email: text,
  phone: text,
  newStatus: z.number().nullish(),
  updatedAt: text,
  event: text,
  expiryWarningFor: documentNames,
});
export type SentinelWebhook = z.output<typeof webhookBody>;
