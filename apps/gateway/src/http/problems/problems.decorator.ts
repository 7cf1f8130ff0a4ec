import { type ProblemCode, PROBLEMS } from '@gatehouse/contract';
import { applyDecorators } from '@nestjs/common';
import { ApiResponse, type ApiResponseOptions, getSchemaPath } from '@nestjs/swagger';

import { type Plain } from '../plain.js';
import { PROBLEM_MEDIA_TYPE, problemType } from './problem-document.js';
import { ProblemView } from './problem.view.js';

/** Where decorators run, nobody knows yet where callers will reach us. `describeApi` puts the real one in its place. */
export const PUBLIC_URL_EXAMPLE = 'https://gatehouse.example';

const PROBLEM_EXAMPLES = '#/components/examples/';

/** What the examples of problems refer to, as far as `references` (the paths of the document) do. */
export function problemExamples(
  references: string,
): Readonly<Record<string, { readonly value: Plain<ProblemView> }>> {
  const codes = (Object.keys(PROBLEMS) as ProblemCode[]).filter((code) =>
    references.includes(`"${PROBLEM_EXAMPLES}${code}"`),
  );
  return Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }]));
}

/** In the OpenAPI document: the problems that an operation can answer, one response for each status. */
export function Problems(...codes: readonly ProblemCode[]): MethodDecorator {
  return applyDecorators(...byStatus(codes).map(([status, group]) => response(status, group)));
}

function byStatus(codes: readonly ProblemCode[]): (readonly [number, readonly ProblemCode[]])[] {
  const distinct = [...new Set(codes)];
  const statuses = new Set(distinct.map((code) => PROBLEMS[code].status));
  return [...statuses].map((status) => [status, distinct.filter((code) => PROBLEMS[code].status === status)]);
}

function response(status: number, codes: readonly ProblemCode[]): MethodDecorator {
  return ApiResponse({
    status,
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
    content: problemContent(...codes),
  });
}

/** In the OpenAPI document: a body that is one of these problems, for a response that can have others. */
export function problemContent(...codes: readonly ProblemCode[]): NonNullable<ApiResponseOptions['content']> {
  return {
    [PROBLEM_MEDIA_TYPE]: {
      schema: { $ref: getSchemaPath(ProblemView) },
      examples: Object.fromEntries(codes.map((code) => [code, { $ref: PROBLEM_EXAMPLES + code }])),
    },
  };
}

/** What some problems say beyond what all do. */
const FURTHER_EXAMPLES: Partial<Record<ProblemCode, Partial<Plain<ProblemView>>>> = {
  validation_failed: { errors: [{ pointer: '/subject', detail: 'is required' }] },
  capability_unsupported: { provider: 'sentinel', supportedBy: ['sardine'] },
  contact_in_use: { provider: 'sentinel' },
  provider_rejected_request: { provider: 'sentinel' },
  provider_contract_broken: { provider: 'sentinel' },
  provider_auth_failed: { provider: 'sentinel' },
  provider_unavailable: { provider: 'sentinel' },
  provider_timeout: { provider: 'sentinel' },
};

function exampleOf(code: ProblemCode): Plain<ProblemView> {
  const { status, title } = PROBLEMS[code];
  const requestId = '0b6f2c1e-5d0f-4a53-9a31-0d7c1b8f4e11';
  return {
    type: problemType(PUBLIC_URL_EXAMPLE, code),
    title,
    status,
    detail: `${title}.`,
    instance: `urn:gatehouse:request:${requestId}`,
    code,
    requestId,
    ...FURTHER_EXAMPLES[code],
  };
}
