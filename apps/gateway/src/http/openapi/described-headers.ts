import { type OpenAPIObject } from '@nestjs/swagger';

export type DescribedOperation = NonNullable<OpenAPIObject['paths'][string]['get']>;

const TEXT = { type: 'string' } as const;

/** The header fields of answers, as `components.headers`. */
export const HEADERS = {
  'X-Request-Id': {
    description: 'Yours if you sent a sane one, else ours.',
    required: true,
    schema: { ...TEXT, examples: ['0b6f2c1e-5d0f-4a53-9a31-0d7c1b8f4e11'] },
  },
  'RateLimit-Policy': {
    description:
      'The limit: `"key";q=<requests>;w=<seconds>`. Not sent where a request was refused before its key was found to be in force.',
    schema: { ...TEXT, examples: ['"key";q=30000;w=60'] },
  },
  RateLimit: {
    description: 'How the key stands: `"key";r=<left>;t=<seconds until full>`. Sent with RateLimit-Policy.',
    schema: { ...TEXT, examples: ['"key";r=29988;t=41'] },
  },
  'Retry-After': {
    description: 'Seconds to wait before another try.',
    schema: { type: 'integer', minimum: 1, examples: [5] },
  },
  'WWW-Authenticate': { description: 'How to authenticate.', schema: { ...TEXT, const: 'Bearer' } },
  'Idempotent-Replayed': {
    description: 'There, and `true`, when this is the stored first answer.',
    schema: { ...TEXT, const: 'true' },
  },
} as const;

type HeaderName = keyof typeof HEADERS;

/** Outcomes that are stored under an idempotency key: successes, and what a provider made of a request. */
const REPLAYED = new Set(['200', '201', '202', '409', '422', '502', '503', '504']);

/** The header fields that follow from a status and from who may call, said once instead of at every route. */
export function describeHeaders(operation: DescribedOperation): void {
  const isSecured = (operation.security?.length ?? 0) > 0;
  const isIdempotent = (operation.parameters ?? []).some(
    (parameter) => 'name' in parameter && parameter.name === 'Idempotency-Key',
  );
  for (const [status, response] of Object.entries(operation.responses)) {
    if (response === undefined || '$ref' in response) continue;
    const names: readonly HeaderName[] = [
      'X-Request-Id',
      ...(isSecured ? (['RateLimit-Policy', 'RateLimit'] as const) : []),
      ...(isSecured && status === '401' ? (['WWW-Authenticate'] as const) : []),
      ...(status === '429' || status === '503' || (isIdempotent && status === '409')
        ? (['Retry-After'] as const)
        : []),
      ...(isIdempotent && REPLAYED.has(status) ? (['Idempotent-Replayed'] as const) : []),
    ];
    response.headers = {
      ...Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
      ...response.headers,
    };
  }
}
