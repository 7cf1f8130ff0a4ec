import { type INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

import { ADMIN_KEY, TENANT_KEY } from '../access.js';
import { ProblemView } from '../problems/problem.view.js';
import { PUBLIC_URL_EXAMPLE } from '../problems/problems.decorator.js';

const DESCRIPTION = `One API in front of every identity verifier.

Every answer carries \`X-Request-Id\`. Errors are \`application/problem+json\` (RFC 9457); switch on \`code\`. Lists are
\`{"data", "nextCursor"}\`, newest first. Absent facts are \`null\`, never missing. Unknown members of a body are refused.`;

/** The OpenAPI 3.1 document of everything that this application answers. */
export function describeApi(app: INestApplication, publicUrl: string): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Gatehouse')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer(publicUrl)
    .addSecurity(TENANT_KEY, {
      type: 'http',
      scheme: 'bearer',
      description: 'A tenant’s key, `gk_test_…` or `gk_live_…`.',
    })
    .addSecurity(ADMIN_KEY, {
      type: 'http',
      scheme: 'bearer',
      description: 'An operator’s key, `gk_admin_…`.',
    })
    .addTag('Verifications', 'One person, verified once.')
    .addTag('People', 'What providers hold on people.')
    .addTag('Imports', 'Adopting what a provider already holds.')
    .addTag('Webhooks', 'Where events are posted to, and what became of each.')
    .addTag('Me', 'What a key is good for.')
    .addTag('Tenants', 'Admin: our customers.')
    .addTag('API keys', 'Admin: the keys of tenants’ backends.')
    .addTag('Admin keys', 'Admin: the keys of our own operators.')
    .addTag('Connections', 'Admin: tenants’ accounts at providers.')
    .addTag('Providers', 'Admin: what this deployment can connect to.')
    .addTag('Routing', 'Admin: which provider a tenant’s verifications go to.')
    .addTag('Webhook deliveries', 'Admin: what was posted to tenants’ endpoints.')
    .addTag('Inbound', 'What providers and browsers call.')
    .addTag('Operations', 'Health.')
    .addTag('Documentation', 'This document, and the pages of problems.')
    .build();
  const document = SwaggerModule.createDocument(app, config, { extraModels: [ProblemView] });
  for (const operation of operationsOf(document)) describeHeaders(operation);
  closeBodies(document);
  return finished(document, publicUrl);
}

/** Unknown members of a body are refused, at every depth that has a class. */
function closeBodies(document: OpenAPIObject): void {
  for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
    if (name.endsWith('Body') && !('$ref' in schema)) schema.additionalProperties = false;
  }
}

const SCHEMAS = '#/components/schemas/';

/** Callers know a `Verification`; that our class for it is a view is our affair. And they get to see where we really are. */
function finished(document: OpenAPIObject, publicUrl: string): OpenAPIObject {
  const schemas = Object.entries(document.components?.schemas ?? {});
  const named = Object.fromEntries(
    schemas
      .map(([name, schema]) => [shortName(name), schema] as const)
      // By name, so that a change of one controller moves no other's.
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
  const renamed = { ...document, components: { ...document.components, schemas: named } };
  // References are texts wherever they stand, also in the mappings of discriminators.
  return JSON.parse(JSON.stringify(renamed), (_key, value: unknown) => {
    if (typeof value !== 'string') return value;
    if (value.startsWith(`${PUBLIC_URL_EXAMPLE}/`)) return publicUrl + value.slice(PUBLIC_URL_EXAMPLE.length);
    return value.startsWith(SCHEMAS) ? shortName(value) : value;
  }) as OpenAPIObject;
}

function shortName(name: string): string {
  return name.replace(/View$/, '');
}

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

function operationsOf(document: OpenAPIObject): readonly Operation[] {
  return Object.values(document.paths).flatMap((path) =>
    [path.get, path.post, path.put, path.patch, path.delete].filter((operation) => operation !== undefined),
  );
}

const TEXT = { type: 'string' } as const;
const HEADERS = {
  'X-Request-Id': { description: 'Yours if you sent a sane one, else ours.', schema: TEXT },
  'RateLimit-Policy': { description: 'The limit: `"key";q=<requests>;w=<seconds>`.', schema: TEXT },
  RateLimit: { description: 'How the key stands: `"key";r=<left>;t=<seconds until full>`.', schema: TEXT },
  'Retry-After': { description: 'Seconds to wait before another try.', schema: { type: 'integer' } },
  'WWW-Authenticate': { description: '`Bearer`.', schema: TEXT },
  'Idempotent-Replayed': { description: '`true` when this is the stored first answer.', schema: TEXT },
} as const;

/** The header fields that follow from a status and from who may call, said once instead of at every route. */
function describeHeaders(operation: Operation): void {
  const isSecured = (operation.security?.length ?? 0) > 0;
  const isIdempotent = (operation.parameters ?? []).some(
    (parameter) => 'name' in parameter && parameter.name === 'Idempotency-Key',
  );
  for (const [status, response] of Object.entries(operation.responses)) {
    if (response === undefined || '$ref' in response) continue;
    response.headers = {
      'X-Request-Id': HEADERS['X-Request-Id'],
      ...(isSecured && status !== '401'
        ? { 'RateLimit-Policy': HEADERS['RateLimit-Policy'], RateLimit: HEADERS.RateLimit }
        : {}),
      ...(isSecured && status === '401' ? { 'WWW-Authenticate': HEADERS['WWW-Authenticate'] } : {}),
      ...(status === '429' || status === '503' ? { 'Retry-After': HEADERS['Retry-After'] } : {}),
      ...(isIdempotent ? { 'Idempotent-Replayed': HEADERS['Idempotent-Replayed'] } : {}),
      ...response.headers,
    };
  }
}
