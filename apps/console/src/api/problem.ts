/** What is wrong with one member of a request; `pointer` is a JSON Pointer, or a parameter's name. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

/** A problem of the API (RFC 9457), as far as the console shows it. */
export interface Problem {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly requestId: string | null;
  readonly type: string | null;
  readonly provider: string | null;
  readonly errors: readonly FieldError[];
  readonly retryAfterSeconds: number | null;
  /** What something is still needed by, where that is why it cannot go. */
  readonly heldBy: HeldBy | null;
}

/** In public ids; members that hold nothing are absent. */
export interface HeldBy {
  readonly verifications?: { readonly count: number; readonly ids: readonly string[] };
  readonly imports?: readonly string[];
  readonly policies?: readonly { readonly version: number }[];
}

/** Thrown for every answer that is not a success, and for no answer at all. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.title}`);
    this.name = 'ProblemError';
  }
}

/** What an answer says is wrong, also when it is not the gateway that answered (a balancer, a proxy). */
export async function problemOf(response: Response): Promise<Problem> {
  const body = await bodyOf(response);
  const said = (member: string): string | null => (typeof body[member] === 'string' ? body[member] : null);
  return {
    title: said('title') ?? `The server answered ${response.status}`,
    status: response.status,
    detail: said('detail') ?? 'The answer was not one of Gatehouse’s own.',
    code: said('code') ?? `http_${response.status}`,
    requestId: said('requestId') ?? response.headers.get('x-request-id'),
    type: said('type'),
    provider: said('provider'),
    errors: fieldErrors(body['errors']),
    retryAfterSeconds: Number(response.headers.get('retry-after')) || null,
    heldBy: heldByOf(body['heldBy']),
  };
}

/** For a request that got no answer. */
export const UNREACHABLE: Problem = {
  title: 'Gatehouse does not answer',
  status: 0,
  detail: 'The connection failed before there was an answer.',
  code: 'unreachable',
  requestId: null,
  type: null,
  provider: null,
  errors: [],
  retryAfterSeconds: null,
  heldBy: null,
};

/** What somebody who sees the problem can do about it. */
export function remedyOf(problem: Problem): string {
  switch (problem.code) {
    case 'unreachable':
      return 'Check your connection. The page tries again by itself.';
    case 'unauthenticated':
      return 'Sign in again.';
    case 'insufficient_scope':
      return 'Ask an operator with the role named above.';
    case 'validation_failed':
      return 'Correct the fields that are marked and send again.';
    case 'stale_version':
      return 'Somebody changed it meanwhile. Load it anew and make your change again.';
    case 'rate_limited':
    case 'overloaded':
      return 'Wait a moment. The page tries again by itself.';
    case 'not_found':
      return 'It may have been removed, or the address is wrong.';
    case 'provider_auth_failed':
      return 'The provider refused the credentials: check the connection.';
    case 'provider_unavailable':
    case 'provider_timeout':
      return 'The provider does not answer. Try again later, or switch the provider.';
    default:
      return problem.status >= 500 || problem.status === 0
        ? 'The page tries again by itself. If it stays, give the request id to whoever runs Gatehouse.'
        : 'Read what is said above; the code’s page explains it.';
  }
}

async function bodyOf(response: Response): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null ? { ...body } : {};
  } catch {
    // Not JSON: the status alone says what there is to say.
    return {};
  }
}

function heldByOf(value: unknown): HeldBy | null {
  return typeof value === 'object' && value !== null ? value : null;
}

function fieldErrors(value: unknown): readonly FieldError[] {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (entry: unknown): entry is FieldError =>
      typeof entry === 'object' &&
      entry !== null &&
      'pointer' in entry &&
      typeof entry.pointer === 'string' &&
      'detail' in entry &&
      typeof entry.detail === 'string',
  );
}
