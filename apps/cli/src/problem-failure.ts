import { GatehouseProblem, GatehouseUnreachable } from '@gatehouse/sdk';

import { EXIT, type ExitCode } from './exit-code.js';
import { Failure } from './failure.js';

/** The gateway as a command spoke to it. */
export interface Correspondent {
  readonly url: string;
  /** Where the key came from that was sent; null where none was. */
  readonly keySource: string | null;
}

const WRONG_USE = new Set([400, 405, 413, 415, 422, 431]);
const PASSING = new Set([429, 500, 503, 504]);
/** What the statuses say otherwise. */
const BY_CODE: Readonly<Record<string, ExitCode>> = {
  provider_rejected_request: EXIT.notSo,
  webhook_not_configured: EXIT.notSo,
  idempotency_in_progress: EXIT.unavailable,
  unreadable_answer: EXIT.unavailable,
};
const GUIDE_TIMEOUT_MS = 2000;

/** What the SDK threw, for a person: what is wrong, where, what helps, and what to quote. Whatever else was thrown stays as it is. */
export async function failureOf(error: unknown, correspondent: Correspondent): Promise<unknown> {
  if (error instanceof GatehouseProblem) return ofProblem(error, correspondent);
  if (error instanceof GatehouseUnreachable) return ofSilence(error, correspondent);
  return error;
}

export function exitCodeOf(status: number, code: string): ExitCode {
  const exception = BY_CODE[code];
  if (exception !== undefined) return exception;
  if (status === 401 || status === 403) return EXIT.denied;
  if (WRONG_USE.has(status)) return EXIT.usage;
  return PASSING.has(status) ? EXIT.unavailable : EXIT.notSo;
}

async function ofProblem(error: GatehouseProblem, correspondent: Correspondent): Promise<Failure> {
  const { status, code, problem, requestId, retryAfter } = error;
  if (problem === null) return ofStranger(error, correspondent);
  const { title, detail, errors = [], provider, verificationId } = problem;
  const width = Math.max(0, ...errors.map(({ pointer }) => pointer.length));
  return new Failure(exitCodeOf(status, code), title, {
    lines: [
      ...(detail === `${title}.` ? [] : [detail]),
      ...errors.map((one) => `  ${one.pointer.padEnd(width)}  ${one.detail}`),
      ...(provider === undefined ? [] : [`provider      ${provider}`]),
      ...(verificationId === undefined ? [] : [`verification  ${verificationId}`]),
      ...(retryAfter === null ? [] : [`try again in  ${retryAfter} s`]),
      `code          ${code} (HTTP ${status})`,
      `request       ${requestId ?? 'unknown'}`,
    ],
    hint: ownHint(code, correspondent) ?? (await guideTo(code, correspondent)),
    json: { ...problem },
    cause: error,
  });
}

/** What the gateway cannot know: how this command line could have been another. */
function ownHint(code: string, { url, keySource }: Correspondent): string | null {
  switch (code) {
    case 'unauthenticated':
      return `The key from ${keySource ?? 'nowhere'} is not in force at ${url}: it may be mistyped, revoked, or of another gateway.`;
    case 'insufficient_scope':
      return `The key from ${keySource ?? 'nowhere'} may not do this; it takes another key, or one with more scopes.`;
    case 'stale_version':
      return 'Somebody else changed it meanwhile. Look at what is there now, then run the command again.';
    default:
      return null;
  }
}

/** What the gateway's own page about the problem says that helps; null where it cannot be had. */
async function guideTo(code: string, { url }: Correspondent): Promise<string | null> {
  try {
    const page = await fetch(new URL(`/problems/${encodeURIComponent(code)}`, url), {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(GUIDE_TIMEOUT_MS),
      redirect: 'error',
    });
    const { cure } = (await page.json()) as { readonly cure?: unknown };
    return typeof cure === 'string' ? cure : null;
  } catch {
    // The problem itself is what matters.
    return null;
  }
}

function ofStranger({ status, code }: GatehouseProblem, { url }: Correspondent): Failure {
  return new Failure(
    exitCodeOf(status, code),
    `What answers at ${url} is not a Gatehouse gateway (HTTP ${status}).`,
    {
      hint: 'Set GATEHOUSE_URL, or --url, to the gateway’s address. A proxy in between may also answer in its place.',
      json: { code, status },
    },
  );
}

function ofSilence(error: GatehouseUnreachable, { url }: Correspondent): Failure {
  const tries = error.attempts > 1 ? `, ${error.attempts} times` : '';
  return new Failure(EXIT.unavailable, `No answer from ${url}${tries}: ${reasonOf(error.cause)}.`, {
    hint: 'Is the gateway running there? GATEHOUSE_URL, or --url, says where it is.',
    json: { code: 'unreachable' },
    cause: error,
  });
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its name cannot be looked up at the moment',
  ECONNRESET: 'the connection broke',
  ETIMEDOUT: 'it took too long',
  CERT_HAS_EXPIRED: 'its certificate has expired',
};

/** The innermost reason that is known: `fetch` wraps the network's own failure. */
function reasonOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return 'the connection failed';
  if ('code' in cause && typeof cause.code === 'string') return REASONS[cause.code] ?? cause.code;
  if ('name' in cause && cause.name === 'TimeoutError') return 'it took too long';
  return 'cause' in cause ? reasonOf(cause.cause) : 'the connection failed';
}
