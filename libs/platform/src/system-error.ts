import { types } from 'node:util';

/** Whether it is an error, also one of another realm, as those of Node are inside a test runner. */
export function isError(value: unknown): value is Error {
  // Its successor, Error.isError, is not in Node 22, which package.json allows.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  return types.isNativeError(value) || value instanceof Error;
}

/** Whether it is an error of Node, of the system or of PostgreSQL with one of these codes (`ENOENT`). */
export function hasCode(error: unknown, ...codes: string[]): error is Error & { readonly code: string } {
  return isError(error) && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}
