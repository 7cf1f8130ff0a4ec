import { type FieldError, type Problem, type ProblemCode } from './schemas.js';

/**
 * Gatehouse answered, and not with what was asked for. Switch on `code`; a newer gateway may send codes that these types do
 * not know. `unreadable_answer` is ours: what answered was not a gateway, such as a proxy's page. Holds no key and nothing of
 * what was sent.
 */
export class GatehouseProblem extends Error {
  override readonly name = 'GatehouseProblem';
  readonly code: ProblemCode | 'unreadable_answer' | (string & {});
  /** The HTTP status. */
  readonly status: number;
  /** Quote it to whoever runs the gateway. */
  readonly requestId: string | null;
  /** What is wrong where, for `validation_failed`; else empty. */
  readonly errors: readonly FieldError[];
  /** Seconds after which another try makes sense; null where the gateway did not say. */
  readonly retryAfter: number | null;
  /** The whole document (RFC 9457); null where the answer could not be read. */
  readonly problem: Problem | null;

  constructor(status: number, requestId: string | null, retryAfter: number | null, problem: Problem | null) {
    super(messageOf(status, requestId, problem));
    this.code = problem?.code ?? 'unreadable_answer';
    this.status = status;
    this.requestId = problem?.requestId ?? requestId;
    this.errors = problem?.errors ?? [];
    this.retryAfter = retryAfter;
    this.problem = problem;
  }
}

/** No answer: the network failed, or it took longer than allowed. `cause` is the last failure. */
export class GatehouseUnreachable extends Error {
  override readonly name = 'GatehouseUnreachable';

  constructor(
    message: string,
    /** How often it was tried. */
    readonly attempts: number,
    cause: unknown,
  ) {
    super(message, { cause });
  }
}

/** The problem that an answer is. Its text is what was read of the body. */
export function problemOf({ status, headers }: Response, text: string, now: number): GatehouseProblem {
  const retryAfter = secondsIn(headers.get('retry-after'), now);
  const isProblem = /^application\/problem\+json\b/iu.test(headers.get('content-type') ?? '');
  return new GatehouseProblem(
    status,
    headers.get('x-request-id'),
    retryAfter,
    isProblem ? parsed(text) : null,
  );
}

/** `Retry-After` in seconds or as a date (RFC 9110, 10.2.3), in seconds from `now`. */
export function secondsIn(retryAfter: string | null, now: number): number | null {
  if (retryAfter === null) return null;
  if (/^\d{1,9}$/u.test(retryAfter)) return Number(retryAfter);
  // Date.parse takes more for dates than HTTP does.
  const at = retryAfter.endsWith('GMT') ? Date.parse(retryAfter) : NaN;
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now) / 1000));
}

function parsed(text: string): Problem | null {
  try {
    const problem: unknown = JSON.parse(text);
    // Where it says that it is a problem and has a code, it is one of a gateway's.
    return isCoded(problem) ? (problem as Problem) : null;
  } catch {
    return null;
  }
}

function isCoded(value: unknown): value is { code: string } {
  return typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string';
}

function messageOf(status: number, requestId: string | null, problem: Problem | null): string {
  const request = `request ${problem?.requestId ?? requestId ?? 'unknown'}`;
  if (problem === null) return `HTTP ${status}, and the answer is none that a gateway gives (${request})`;
  const fields = (problem.errors ?? []).map(({ pointer, detail }) => `; ${pointer} ${detail}`).join('');
  return `${problem.code} (HTTP ${status}): ${problem.detail}${fields} (${request})`;
}
