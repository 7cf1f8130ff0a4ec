import { type z } from 'zod';

import { type Broken } from './provider-failures.js';

/** A vendor's answer as its schema knows it. Throws what `broken` makes of one that does not fit. */
export function fitted<T>(schema: z.ZodType<T>, value: unknown, broken: Broken): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw broken(`does not have the documented shape at ${places(parsed.error)}`);
  return parsed.data;
}

/** Where a body did not fit, by our own schema's names; never its values. */
function places(error: z.ZodError): string {
  const paths = error.issues.map(
    ({ path }) => `/${path.filter((part) => typeof part === 'string').join('/')}`,
  );
  return [...new Set(paths)].slice(0, 5).join(', ');
}
