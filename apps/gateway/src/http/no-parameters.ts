import { type CanActivate, type ExecutionContext, UseGuards } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';

import { invalid } from './validation.js';

class NoParametersGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { query } = context.switchToHttp().getRequest<FastifyRequest>();
    const names = typeof query === 'object' && query !== null ? Object.keys(query) : [];
    if (names.length === 0) return true;
    throw invalid(names.map((name) => ({ pointer: name.slice(0, 100), detail: 'is not a known parameter' })));
  }
}

/**
 * For a route whose answer a parameter could be thought to change: one that is not understood must not be passed over.
 * Answers Problem `validation_failed`.
 */
export function NoParameters(): MethodDecorator {
  return UseGuards(new NoParametersGuard());
}
