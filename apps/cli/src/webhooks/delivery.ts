import { type GatehouseEvent } from '@gatehouse/sdk';

import { signedHeaders } from './signing.js';

/** What became of a webhook: the status of the answer, or why there was none. */
export interface Delivered {
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
}

/** As Gatehouse itself gives a receiver (API: webhooks out). */
const TIMEOUT_MS = 15_000;

/** Sends an event as a webhook, as Gatehouse does: thin, signed, and with no regard for redirects. Never rejects. */
export async function deliver(
  { id, type, timestamp, data }: GatehouseEvent,
  {
    url,
    secret,
    now,
    signal,
  }: { readonly url: string; readonly secret: string; readonly now: Date; readonly signal: AbortSignal },
): Promise<Delivered> {
  const body = JSON.stringify({ type, timestamp, data });
  const since = performance.now();
  const took = (): number => Math.round(performance.now() - since);
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signedHeaders(secret, { id, at: now, body }) },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), signal]),
    });
    await answer.body?.cancel();
    return { status: answer.status, error: null, durationMs: took() };
  } catch (error) {
    return { status: null, error: reasonOf(error), durationMs: took() };
  }
}

function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'failed';
  if ('name' in error && error.name === 'TimeoutError') return 'no answer in time';
  const cause = 'cause' in error ? error.cause : null;
  if (typeof cause === 'object' && cause !== null && 'code' in cause) {
    return cause.code === 'ECONNREFUSED' ? 'nothing listens there' : String(cause.code);
  }
  return 'failed';
}
