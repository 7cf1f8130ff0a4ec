import { type Problem, PROBLEMS, WebhookRefusal } from '@gatehouse/contract';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** An answer, ready to be sent and to be stored: the bytes are made once. */
export interface PreparedAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The URL of a problem's page: its `type`. */
export function problemType(publicUrl: string, code: string): string {
  return `${publicUrl}/problems/${code}`;
}

/** A problem as RFC 9457 has it, with our extensions (API.md 1). */
export function problemDocument(
  problem: Problem,
  publicUrl: string,
  requestId: string,
): Readonly<Record<string, unknown>> {
  const { status, title } = PROBLEMS[problem.code];
  return {
    ...problem.extensions,
    type: problemType(publicUrl, problem.code),
    title,
    status,
    detail: problem.message,
    // The path would do as well, but paths can hold tokens.
    instance: `urn:gatehouse:request:${requestId}`,
    code: problem.code,
    requestId,
    ...(problem.errors.length > 0 ? { errors: problem.errors } : {}),
    ...(problem.provider === null ? {} : { provider: problem.provider }),
  };
}

/** A problem as an answer. */
export function prepareProblem(problem: Problem, publicUrl: string, requestId: string): PreparedAnswer {
  // A webhook proves itself by its provider's own rule; there is no key to ask it for.
  const isAboutKey = problem.code === 'unauthenticated' && !(problem.cause instanceof WebhookRefusal);
  return {
    status: PROBLEMS[problem.code].status,
    contentType: PROBLEM_MEDIA_TYPE,
    headers: {
      ...(isAboutKey ? { 'www-authenticate': 'Bearer' } : {}),
      ...(problem.retryAfterSeconds === null
        ? {}
        : // A vendor may say 0, or a moment that has passed.
          { 'retry-after': String(Math.max(1, Math.ceil(problem.retryAfterSeconds))) }),
    },
    body: Buffer.from(JSON.stringify(problemDocument(problem, publicUrl, requestId))),
  };
}

/** Thrown by who has already turned an error into an answer (and stored it), so that exactly this is sent. */
export class AlreadyAnswered extends Error {
  constructor(
    readonly answer: PreparedAnswer,
    readonly problem: Problem,
  ) {
    super('already answered');
    this.name = 'AlreadyAnswered';
  }
}
