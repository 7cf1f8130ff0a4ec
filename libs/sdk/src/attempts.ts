import { GatehouseUnreachable, type GatehouseProblem, problemOf } from './problem.js';
import { type Failure, isRepeatable, type Patience, pauseBefore } from './retry.js';

/** What the client needs of the computer, so that tests can be exact. */
export interface Runtime {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Milliseconds since 1970. */
  now(): number;
  /** 0 to 1. */
  random(): number;
  newIdempotencyKey(): string;
  /** Rejects with the signal's reason when it is aborted. */
  pause(ms: number, signal: AbortSignal | undefined): Promise<void>;
}

type Outcome =
  | { readonly response: Response }
  | { readonly failure: Failure; readonly problem: GatehouseProblem }
  | { readonly failure: Failure; readonly cause: unknown };

const NO_ANSWER: Failure = { status: null, code: null, retryAfter: null, isKept: false };

/**
 * Sends a request until it succeeds or there is no point in going on. Throws GatehouseProblem, GatehouseUnreachable, or the
 * reason of the caller's signal.
 */
export async function send(
  request: Request,
  patience: Patience,
  runtime: Runtime,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const copy = await templateOf(request);
  const mayRepeat = isRepeatable(request.method, request.headers);
  const deadline = runtime.now() + patience.deadlineMs;
  for (let attempts = 1; ; attempts += 1) {
    const timeoutMs = Math.min(patience.timeoutMs, deadline - runtime.now());
    const timeout = AbortSignal.timeout(Math.max(0, timeoutMs));
    const outcome = await attempt(copy(either(timeout, signal)), runtime);
    if ('response' in outcome) return outcome.response;
    signal?.throwIfAborted();
    const leftMs = deadline - runtime.now();
    const pause = mayRepeat
      ? pauseBefore(outcome.failure, attempts, leftMs, patience, runtime.random())
      : null;
    if (pause === null) {
      throw 'problem' in outcome ? outcome.problem : unreachable(outcome.cause, attempts, timeout.aborted);
    }
    await runtime.pause(pause, signal);
  }
}

/** Makes the same request again and again: a body can be sent once. */
async function templateOf(request: Request): Promise<(signal: AbortSignal) => Request> {
  const { url, method, headers } = request;
  const body = request.body === null ? null : await request.arrayBuffer();
  // A gateway never redirects a client, and a key must not be carried elsewhere.
  return (signal) => new Request(url, { method, headers, body, signal, redirect: 'manual' });
}

async function attempt(request: Request, runtime: Runtime): Promise<Outcome> {
  try {
    const response = await runtime.fetch(request);
    if (response.ok && !isJson(response)) return { response };
    // Read here, so that a connection that breaks halfway counts as one that broke.
    const text = await response.text();
    return response.ok
      ? { response: withText(response, text) }
      : failed(response, problemOf(response, text, runtime.now()));
  } catch (cause) {
    return { failure: NO_ANSWER, cause };
  }
}

function failed({ headers, status }: Response, problem: GatehouseProblem): Outcome {
  const isKept =
    headers.get('idempotent-replayed') === 'true' || problem.problem?.verificationId !== undefined;
  return { failure: { status, code: problem.code, retryAfter: problem.retryAfter, isKept }, problem };
}

function isJson({ headers }: Response): boolean {
  return /^application\/(?:[\w.-]+\+)?json\b/iu.test(headers.get('content-type') ?? '');
}

function withText({ status, headers }: Response, text: string): Response {
  return new Response(text, { status, headers });
}

function unreachable(cause: unknown, attempts: number, isTimeout: boolean): GatehouseUnreachable {
  const times = attempts === 1 ? 'one attempt' : `${attempts} attempts`;
  const why = isTimeout ? 'it took too long' : (codeOf(cause) ?? 'the connection failed');
  return new GatehouseUnreachable(`No answer from Gatehouse after ${times}: ${why}`, attempts, cause);
}

/** `ECONNREFUSED` and the like, which fetch puts into the cause of its error. */
function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null) return null;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? codeOf(error.cause) : null;
}

function either(timeout: AbortSignal, signal: AbortSignal | undefined): AbortSignal {
  return signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
}
