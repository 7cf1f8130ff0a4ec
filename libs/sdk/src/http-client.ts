import createClient, { type Client } from 'openapi-fetch';

import { type Runtime, send } from './attempts.js';
import { type Answer, type CallOptions, type Calls, type ParseAs } from './calls.js';
import { problemOf } from './problem.js';
import { type Patience } from './retry.js';

export interface Destination {
  readonly baseUrl: string;
  readonly apiKey: string;
}

/** What every typed call comes to. */
export interface AnyInit extends CallOptions {
  readonly params?: Readonly<Partial<Record<'header' | 'path' | 'query', Readonly<Record<string, unknown>>>>>;
  readonly body?: unknown;
  readonly parseAs?: ParseAs;
}

type Verb = keyof Calls;
/** A call of which only the path says what it gives. */
export type AnyCall = (path: string, init?: AnyInit) => Promise<Answer<never>>;

/** Every path of every method: what a path takes and gives say the types of {@link Calls}. */
interface AnyOperation {
  requestBody?: { content: { 'application/json': unknown } };
  responses: Record<number, never>;
}
type AnyPaths = Record<string, Record<Lowercase<Verb>, AnyOperation>>;

/** Paths, parameters and bodies are put together by openapi-fetch; sending, repeating and reading is ours. */
export function httpClient(
  { baseUrl, apiKey }: Destination,
  patience: Patience,
  runtime: Runtime,
): Readonly<Record<Verb, AnyCall>> {
  const client: Client<AnyPaths> = createClient({ baseUrl, headers: { authorization: `Bearer ${apiKey}` } });
  const caller =
    (verb: Verb) =>
    async (path: string, init: AnyInit = {}): Promise<Answer<never>> => {
      const { signal, timeoutMs, deadlineMs, parseAs = 'json', params, body } = init;
      const own = {
        retries: patience.retries,
        timeoutMs: timeoutMs ?? patience.timeoutMs,
        deadlineMs: deadlineMs ?? patience.deadlineMs,
      };
      const { response } = await client.request(verb.toLowerCase() as Lowercase<Verb>, path, {
        params: { ...params },
        headers: keyFor(verb, init, runtime),
        body,
        parseAs: 'stream',
        fetch: (request: Request) => send(request, own, runtime, signal),
      });
      // What a path gives is known from the document that the types were made of.
      return { data: (await read(response, parseAs, runtime)) as never, response };
    };
  return {
    GET: caller('GET'),
    POST: caller('POST'),
    PUT: caller('PUT'),
    PATCH: caller('PATCH'),
    DELETE: caller('DELETE'),
  };
}

/** The header that makes a repetition safe. A caller's own, in `params.header`, wins. */
function keyFor(verb: Verb, { idempotencyKey }: CallOptions, runtime: Runtime): Record<string, string> {
  if (verb !== 'POST' && verb !== 'PATCH') return {};
  return { 'idempotency-key': idempotencyKey ?? runtime.newIdempotencyKey() };
}

async function read(response: Response, parseAs: ParseAs, runtime: Runtime): Promise<unknown> {
  switch (parseAs) {
    case 'stream':
      return response.body;
    case 'arrayBuffer':
    case 'blob':
    case 'text':
      return response[parseAs]();
    case 'json':
      return json(response, await response.text(), runtime);
  }
}

/** No parser's message, which would show a piece of the answer. */
function json(response: Response, text: string, runtime: Runtime): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw problemOf(response, '', runtime.now());
  }
}
