import { inspect } from 'node:util';

import { InvalidShape, ProviderError } from '@gatehouse/contract';

/** The {@link ProviderError} that a call ends with; fails if it ends otherwise. */
export async function failureOf(call: Promise<unknown>): Promise<ProviderError> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ProviderError) return error;
  throw new Error(`Expected a ProviderError, got ${inspect(error)}`);
}

/** The complaints of a {@link Checked}, by pointer. */
export function complaintsOf(parse: () => unknown): Readonly<Record<string, string>> {
  try {
    parse();
  } catch (error) {
    if (error instanceof InvalidShape)
      return Object.fromEntries(error.errors.map(({ pointer, detail }) => [pointer, detail]));
    throw error;
  }
  throw new Error('Expected an InvalidShape');
}

/** Everything of an error that a log or an answer could show. */
export function everythingIn(error: Error): string {
  const shown = inspect(error, {
    depth: Infinity,
    showHidden: true,
    getters: true,
    maxStringLength: Infinity,
  });
  return [shown, error.message, error.stack, JSON.stringify(error), String(error)].join('\n');
}
