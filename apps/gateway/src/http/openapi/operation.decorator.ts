import { type ProblemCode } from '@gatehouse/contract';
import { applyDecorators } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';

import { Problems } from '../problems/problems.decorator.js';

/** What any request can meet. */
const ALWAYS = ['bad_request', 'internal_error', 'overloaded'] as const satisfies readonly ProblemCode[];
/** What a JSON body can meet. */
const WITH_BODY = [
  'malformed_json',
  'payload_too_large',
  'unsupported_media_type',
  'validation_failed',
] as const satisfies readonly ProblemCode[];
/** What a call to a provider can meet. */
export const PROVIDER_PROBLEMS = [
  'contact_in_use',
  'provider_rejected_request',
  'provider_contract_broken',
  'provider_auth_failed',
  'provider_unavailable',
  'provider_timeout',
] as const satisfies readonly ProblemCode[];
/** What an idempotency key can meet. */
export const IDEMPOTENCY_PROBLEMS = [
  'idempotency_in_progress',
  'idempotency_key_reused',
  'validation_failed',
] as const satisfies readonly ProblemCode[];

/** The documentation of one route. Who may call it is said by the decorators of `access.ts`. */
export function Operation(facts: {
  readonly id: string;
  readonly summary: string;
  readonly description: string;
  readonly body?: boolean;
  readonly problems?: readonly ProblemCode[];
}): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: facts.id,
      summary: facts.summary,
      description: facts.description,
    }),
    Problems(...ALWAYS, ...(facts.body === true ? WITH_BODY : []), ...(facts.problems ?? [])),
  );
}
