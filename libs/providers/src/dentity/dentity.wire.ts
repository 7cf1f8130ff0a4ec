import { z } from 'zod';

import { identifier, listOf, part, text } from '../kit/wire-members.js';

/** providers/dentity.md 4.1. The person has been texted by now, so no more is asked for than is needed to go on: the id. */
export const created = z.object({ data: z.object({ _id: identifier, status: text }) });

const user = part(
  z.object({
    firstName: text,
    lastName: text,
    fullName: text,
    email: text,
    phoneNumber: text,
    dateOfBirth: text,
    addressDetail: part(z.object({ street: text, country: text, city: text, state: text, zip: text })),
  }),
);
export type DentityUser = NonNullable<z.output<typeof user>>;

/** providers/dentity.md 4.2. */
export const verificationStatus = z.object({
  data: z.object({ _id: identifier, status: z.string(), user }),
});
export type DentityStatus = z.output<typeof verificationStatus>;

/** Of a row that can be told apart but not read, the status is null. */
const bulkRow = z.object({ _id: identifier, status: z.string().nullable().catch(null) });

/** providers/dentity.md 4.4. A row that cannot be read must not cost us the others. */
export const bulkAnswer = z.object({
  data: z.object({
    data: z.array(z.unknown()).transform((rows) => rows.flatMap((row) => bulkRow.safeParse(row).data ?? [])),
  }),
});

/** The year 2100: milliseconds are past it, and taken for no time. */
const LATEST = 4_102_444_800;

/** Unix seconds, in a number or, to be lenient, in digits. */
const unixSeconds = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,12}$/u)
      .transform(Number),
  ])
  .pipe(z.number().min(1).max(LATEST))
  .nullable()
  .catch(null);

/** A history or a single event: the e-mail field is an array and the SMS field an object, plural names or not. */
const events = z
  .unknown()
  .optional()
  .transform((value) => (Array.isArray(value) ? value : [value]).flatMap(readEvent));

function readEvent(value: unknown): z.output<typeof deliveryEvent> | [] {
  return deliveryEvent.safeParse(value).data ?? [];
}

const deliveryEvent = z.object({ status: z.string(), timestamp: unixSeconds.optional() });

const idvImages = listOf(
  z.object({ category: text, images: z.record(z.string(), z.unknown()).nullable().catch(null) }),
);

/**
 * A webhook's body in all its three types (providers/dentity.md 6). Strict on what names and judges the verification; an
 * event or an image list that cannot be read must not cost us the rest.
 */
export const webhookBody = z.object({
  // Of another type it must not pass for a missing one, which means a change of status.
  type: z.string().nullish(),
  _id: identifier,
  status: z.string().nullish(),
  metadata: z.unknown().optional(),
  emailDeliveryEvents: events,
  smsDeliveryEvents: events,
  idvImages,
});
export type DentityWebhook = z.output<typeof webhookBody>;

/** Our verification id, where it was echoed. */
export const echoedMetadata = z.object({ verificationId: z.string() });
