import {
  type Connection,
  type InboundSignal,
  type Provider,
  ProviderError,
  type RawWebhook,
  WebhookRefusal,
} from '@gatehouse/contract';

import { type ProviderCall, wrapCalls } from './wrapped-provider.js';

/**
 * Calls about the connection itself. `check` has to tell the truth about the current credentials, and a vendor that is told where to
 * send its webhooks is told how to prove itself as well (providers/sentinel.md 5.8): by a secret that is not about to end.
 */
const ABOUT_CURRENT: ReadonlySet<ProviderCall['member']> = new Set(['check', 'registerWebhook']);

/**
 * The provider, whose calls are made again with former credentials where the vendor refuses the current ones: it may not know
 * those yet.
 */
export function withFormerCredentials(provider: Provider, former: readonly unknown[]): Provider {
  if (former.length === 0) return provider;
  return wrapCalls(provider, ({ member }, connection, invoke) =>
    firstAccepted(connection, ABOUT_CURRENT.has(member) ? [] : former, invoke),
  );
}

/**
 * Of the versions in their order, the answer of the first that is not refused for its credentials. When all are, the refusal of the
 * current ones; any other failure is thrown at once, since it may have had an effect.
 */
async function firstAccepted<T>(
  connection: Connection<unknown, unknown>,
  former: readonly unknown[],
  invoke: (connection: Connection<unknown, unknown>) => Promise<T>,
): Promise<T> {
  try {
    return await invoke(connection);
  } catch (refusal) {
    if (!isRefusal(refusal)) throw refusal;
    for (const credentials of former) {
      try {
        return await invoke({ ...connection, credentials });
      } catch (error) {
        if (!isRefusal(error)) throw error;
      }
    }
    throw refusal;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof ProviderError && error.fault === 'credentials' && error.effect === 'none';
}

/** A webhook, and whether it took former credentials to authenticate it. */
export interface ReceivedWebhook {
  readonly signal: InboundSignal;
  readonly isByFormer: boolean;
}

/**
 * Authenticates a webhook by the current credentials or else by former ones: a vendor may still sign with the old secret. Throws the
 * WebhookRefusal of the current ones when none accepts it.
 */
export function receiveWithAny(
  provider: Required<Pick<Provider, 'receive'>>,
  connection: Connection<unknown, unknown> & { readonly formerCredentials: readonly unknown[] },
  raw: RawWebhook,
): ReceivedWebhook {
  try {
    return { signal: provider.receive(connection, raw), isByFormer: false };
  } catch (refusal) {
    // What is malformed came from somebody who had proved themselves, or never could.
    if (!(refusal instanceof WebhookRefusal) || refusal.kind === 'malformed') throw refusal;
    for (const credentials of connection.formerCredentials) {
      try {
        return { signal: provider.receive({ ...connection, credentials }, raw), isByFormer: true };
      } catch (error) {
        if (!(error instanceof WebhookRefusal)) throw error;
      }
    }
    throw refusal;
  }
}
