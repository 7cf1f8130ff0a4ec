import { z } from 'zod';

/*
 * How strictly a vendor's answer is read: strict on what a verdict rests on, silent on the rest. What names or decides (ids,
 * statuses, check results, consent times) is declared with plain zod, and in another type it fails the answer as broken
 * (`contract`), so that it can never be taken for a pass. The rest is declared with the readers below: absent, null, blank
 * and of another type all mean that nothing was given, for one odd member must not cost us the whole answer. Members that
 * nobody named here are not looked at.
 */

/** A vendor's name for something: not blank, and short enough for an index. */
export const identifier = z.string().max(200).regex(/\S/u);

/** A text to show, or a time or date that only ever makes a verdict more careful. */
export const text = z
  .string()
  .transform((written) => (written.trim() === '' ? null : written))
  .nullable()
  .catch(null);

/** A score on 0–100, as a number or in digits. Off that scale it is none, and 0.97 is not taken for a share of one. */
export const score = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\s*\d{1,3}(?:\.\d+)?\s*$/u)
      .transform(Number),
  ])
  .pipe(z.number().min(0).max(100))
  .nullable()
  .catch(null);

/** An object of such members. */
export function part<S extends z.ZodObject>(schema: S): z.ZodCatch<z.ZodNullable<S>> {
  return schema.nullable().catch(null);
}

/** The entries of a list that can be read; none where there is no list. */
export function listOf<S extends z.ZodType>(schema: S): z.ZodType<readonly z.output<S>[]> {
  return z
    .unknown()
    .optional()
    .transform((value) =>
      (Array.isArray(value) ? value : []).flatMap((entry: unknown) => {
        const read = schema.safeParse(entry);
        return read.success ? [read.data] : [];
      }),
    );
}

/** Null instead of an object in which nothing is known: it is there, but it says nothing. */
export function orAbsent<T extends object>(value: T | null | undefined): T | null {
  return value == null || Object.values(value).every((member) => member == null) ? null : value;
}
