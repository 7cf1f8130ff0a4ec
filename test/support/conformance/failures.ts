import { inspect } from 'node:util';

import { ProviderError, WebhookRefusal } from '@gatehouse/contract';

/** The {@link ProviderError} that a call ends with; anything else, a success too, fails. */
export async function failureOf(call: Promise<unknown>): Promise<ProviderError> {
  const outcome = await call.then(
    (answer) => ({ answer }),
    (thrown: unknown) => thrown,
  );
  if (outcome instanceof ProviderError) return outcome;
  throw new Error(`Expected a ProviderError, got ${inspect(outcome)}`);
}

/** The {@link WebhookRefusal} that a webhook meets; anything else, an acceptance too, fails. */
export function refusalOf(receive: () => unknown): WebhookRefusal {
  let outcome: unknown;
  try {
    outcome = receive();
  } catch (error) {
    if (error instanceof WebhookRefusal) return error;
    outcome = error;
  }
  throw new Error(`Expected a WebhookRefusal, got ${inspect(outcome)}`);
}

/** Everything of an error, and of what caused it, that a log or an answer could show. */
export function everythingIn(error: Error): string {
  const shown = inspect(error, {
    depth: Infinity,
    showHidden: true,
    getters: true,
    maxStringLength: Infinity,
    maxArrayLength: Infinity,
  });
  return [shown, error.message, error.stack, JSON.stringify(error), String(error)].join('\n');
}
