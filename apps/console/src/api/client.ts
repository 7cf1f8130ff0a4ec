import { type components, type paths } from '@gatehouse/sdk';
import createClient, { type Middleware } from 'openapi-fetch';

import { ProblemError, problemOf, UNREACHABLE } from './problem.js';

/** The shapes of the API by their names in the OpenAPI document. */
export type Schemas = components['schemas'];

/** No form and no other origin can send it, so that a session's cookie is worth nothing to them. */
export const CONSOLE_HEADER = { 'X-Gatehouse-Console': '1' } as const;

const REPEATABLE_METHODS = ['POST', 'PATCH'];

/** Every failure is thrown, so that what a call returns is what was asked for. */
const failing: Middleware = {
  onRequest({ request }) {
    if (REPEATABLE_METHODS.includes(request.method)) request.headers.set('Idempotency-Key', uniqueKey());
    return request;
  },
  async onResponse({ response }) {
    if (!response.ok) throw new ProblemError(await problemOf(response));
    return undefined;
  },
  onError({ error }) {
    if (error instanceof DOMException && error.name === 'AbortError') return error;
    return new ProblemError(UNREACHABLE);
  },
};

const client = createClient<paths>({ baseUrl: location.origin, headers: CONSOLE_HEADER });
client.use(failing);

/**
 * The admin API, typed by its own document. `data` is there whenever a call returns: all else is thrown as ProblemError.
 * Calls that change something carry an idempotency key of their own.
 */
export const api = client;

/** The answer's body. Throws ProblemError. */
export async function dataOf<T>(call: Promise<{ readonly data?: T }>): Promise<T> {
  const { data } = await call;
  if (data === undefined) throw new ProblemError({ ...UNREACHABLE, detail: 'The answer was empty.' });
  return data;
}

/** The answer's body with its version, for `If-Match`. Throws ProblemError. */
export async function versionedOf<T>(
  call: Promise<{ readonly data?: T; readonly response: Response }>,
): Promise<{ readonly data: T; readonly etag: string }> {
  const { data, response } = await call;
  if (data === undefined) throw new ProblemError({ ...UNREACHABLE, detail: 'The answer was empty.' });
  return { data, etag: response.headers.get('etag') ?? '*' };
}

/** For what is not JSON: bytes, and lines as they come. Throws ProblemError. */
export async function send(path: `/admin/v1/${string}`, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers: withConsoleHeader(init.headers) });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ProblemError(UNREACHABLE);
  }
  if (!response.ok) throw new ProblemError(await problemOf(response));
  return response;
}

function withConsoleHeader(headers: HeadersInit | undefined): Headers {
  const all = new Headers(headers);
  for (const [name, value] of Object.entries(CONSOLE_HEADER)) all.set(name, value);
  return all;
}

/** Not `crypto.randomUUID`, which browsers have on https and on this machine only. */
function uniqueKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
