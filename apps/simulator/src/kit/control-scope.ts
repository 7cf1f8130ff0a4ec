import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { z } from 'zod';

import { failureText, property } from './failure.js';
import { ControlError } from './twin.js';

const params = z.record(z.string(), z.string());

/** A path parameter of a control route. */
export function param(request: FastifyRequest, name: string): string {
  return params.parse(request.params)[name] ?? '';
}

/** The account that a control route is about, or a ControlError. */
export function accountOf<T>(request: FastifyRequest, find: (id: string) => T | undefined): T {
  const id = param(request, 'account');
  const account = find(id);
  if (account === undefined)
    throw new ControlError(404, `no such account: ${id}; make it with PUT /control/accounts`);
  return account;
}

/** Errors of the control API: `{message, problems[]}`. */
export function openControlScope(app: FastifyInstance): void {
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    const text = body.toString();
    try {
      done(null, text === '' ? {} : JSON.parse(text));
    } catch {
      done(new ControlError(400, 'the body is not valid JSON'), undefined);
    }
  });
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof ControlError) return reply.code(error.status).send({ message: error.message });
    if (error instanceof z.ZodError) {
      const problems = error.issues.map((issue) => `${issue.path.join('.') || '(body)'}: ${issue.message}`);
      return reply.code(400).send({ message: 'the body is not what this call takes', problems });
    }
    const status = property(error, 'statusCode');
    return reply.code(typeof status === 'number' ? status : 500).send({ message: failureText(error) });
  });
}
