import { Problem, PROBLEMS, ProviderError } from '@gatehouse/contract';
import { type Log } from '@gatehouse/platform';
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';

import { LoadShed } from '../load-shedding.js';
import { type RouteTable } from '../route-table.js';
import { SECURITY_HEADERS } from '../security-headers.js';
import { AlreadyAnswered, type PreparedAnswer, prepareProblem } from './problem-document.js';
import { problemOf } from './problem-of.js';

/** The one place where what was thrown becomes an answer. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly options: { readonly publicUrl: string; readonly routes: RouteTable; readonly log: Log },
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** Also for errors that Fastify reports before any route or hook runs. */
  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const problem = error instanceof AlreadyAnswered ? error.problem : this.#problemOf(error, request, reply);
    this.#log(problem, request);
    request.problemCode = problem.code;
    if (reply.sent) return;
    // What the router cannot even look up (`GET *`) comes here without having met a hook.
    if (!reply.hasHeader('x-request-id')) reply.headers({ ...SECURITY_HEADERS, 'x-request-id': request.id });
    const answer =
      error instanceof AlreadyAnswered
        ? error.answer
        : prepareProblem(problem, this.options.publicUrl, request.id);
    // Whatever the handler had said of its own answer (an ETag, a location) is not true of this one.
    for (const name of ['etag', 'location', 'content-disposition']) reply.removeHeader(name);
    // Fastify hangs up whenever a body cannot be parsed; once it has been read to its end there is no reason to.
    if (request.bodyBytes !== null) reply.removeHeader('connection');
    void reply.code(answer.status).headers(answer.headers).type(answer.contentType).send(answer.body);
  }

  /** For what never became a request that could be answered. */
  prepare(problem: Problem, requestId: string): PreparedAnswer {
    return prepareProblem(problem, this.options.publicUrl, requestId);
  }

  #problemOf(error: unknown, request: FastifyRequest, reply: FastifyReply): Problem {
    const problem = problemOf(error);
    if (problem.code !== 'not_found' || !request.is404) return problem;
    const methods = this.options.routes.methodsFor(request.url);
    // With this method among them, it is the id that cannot be one of ours.
    if (methods.length === 0 || methods.includes(request.method)) return problem;
    reply.header('allow', methods.join(', '));
    return new Problem('method_not_allowed', 'The resource exists, and does not support this method.');
  }

  #log(problem: Problem, request: FastifyRequest): void {
    const { log } = this.options;
    const cause = problem.cause;
    const fields = { requestId: request.id, route: request.routeOptions.url, code: problem.code };
    if (cause instanceof ProviderError) {
      const { provider, fault, effect } = cause;
      log.warn('a provider failed a request', { ...fields, provider, fault, effect, error: cause });
    } else if (problem.code === 'provider_unavailable') {
      // Its failures were told of when they came; while it is left alone, each request is refused for it.
      log.warn('a request was refused because its provider is failing', {
        ...fields,
        ...(problem.provider !== null && { provider: problem.provider }),
      });
    } else if (PROBLEMS[problem.code].status >= 500 && !(problem instanceof LoadShed)) {
      log.error('a request failed', { ...fields, error: cause ?? problem });
    }
  }
}
