import { type INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

import { EVENT_DATA_VIEWS, eventWebhooks } from '../../api/events/event-webhooks.js';
import { ADMIN_KEY, TENANT_KEY } from '../access.js';
import { ProblemView } from '../problems/problem.view.js';
import { problemExamples, PUBLIC_URL_EXAMPLE } from '../problems/problems.decorator.js';
import { type DescribedOperation, describeHeaders, HEADERS } from './described-headers.js';
import { shareProblemResponses } from './shared-responses.js';

const DESCRIPTION = `One API in front of every identity verifier.

- **Keys**: \`Authorization: Bearer <key>\`. Tenants’ keys act on \`/v1\`, in one environment; operators’ keys on \`/admin/v1\`.
- **Format**: JSON in camelCase. Times are RFC 3339 in UTC, phone numbers E.164, countries ISO 3166-1 alpha-2. Absent facts are
  \`null\`, never missing. Unknown members of a body are refused. Expect new members in answers, and new values of enumerations.
- **Problems**: what fails is \`application/problem+json\` (RFC 9457). Switch on \`code\`; \`type\` is a page with cause and cure, and
  \`GET /problems\` lists them all. Any request can also meet \`headers_too_large\`, and \`method_not_allowed\` under another method.
- **Lists**: \`{"data", "nextCursor"}\`, newest first; ask again with \`cursor\` until \`nextCursor\` is null.
- **Idempotency**: repeat a POST or PATCH with the same \`Idempotency-Key\` and body, and it is carried out once.
- **Rate limits**: \`RateLimit\` and \`RateLimit-Policy\` on every answer to a key; 429 comes with \`Retry-After\`.
- **Request ids**: \`X-Request-Id\` on every answer, in every problem and in our logs. Yours is kept if you send one.`;

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
    .addTag('Events', 'What happened, for who reads on.')
    .addTag('Webhooks', 'Where events are posted to, what became of each, and what is posted.')
    .addTag('Me', 'What a key is good for.')
    .addTag('Tenants', 'Admin: our customers.')
    .addTag('API keys', 'Admin: the keys of tenants’ backends.')
    .addTag('Admin keys', 'Admin: the keys of our own operators.')
    .addTag('Sessions', 'Admin: signing in with a browser.')
    .addTag('Connections', 'Admin: tenants’ accounts at providers.')
    .addTag('Providers', 'Admin: what this deployment can connect to.')
    .addTag('Routing', 'Admin: which provider a tenant’s verifications go to.')
    .addTag('Keys', 'Admin: replacing the keys that encrypt what is stored.')
    .addTag('Audit', 'Admin: the ledger, searched, verified and taken along.')
    .addTag('Erasures', 'Admin: taking people out, legal holds, and the proof.')
    .addTag('Verifications of all tenants', 'Admin: looked at, shown with a reason, and decided.')
    .addTag('Overview', 'Admin: how it goes, in figures.')
    .addTag('Webhook deliveries', 'Admin: tenants’ endpoints, and what was posted to them.')
    .addTag('Inbound', 'What providers and browsers call.')
    .addTag('Operations', 'Health.')
    .addTag('Documentation', 'This document, the pages of problems, and the console.')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    extraModels: [ProblemView, ...EVENT_DATA_VIEWS],
  });
  document.webhooks = eventWebhooks();
  const operations = operationsOf(document);
  for (const operation of operations) describeHeaders(operation);
  closeBodies(document);
  const examples = problemExamples(JSON.stringify(document.paths));
  const responses = shareProblemResponses(operations);
  document.components = { ...document.components, responses, headers: { ...HEADERS }, examples };
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
  return JSON.parse(JSON.stringify(renamed), (_key, value: unknown) => {
    if (typeof value !== 'string') return withExamples(value);
    if (value.startsWith(`${PUBLIC_URL_EXAMPLE}/`)) return publicUrl + value.slice(PUBLIC_URL_EXAMPLE.length);
    // References are texts wherever they stand, also in the mappings of discriminators.
    return value.startsWith(SCHEMAS) ? shortName(value) : value;
  }) as OpenAPIObject;
}

/** `example` of a schema is a word of OpenAPI 3.0; since 3.1 it is the `examples` of JSON Schema. Others' `example` stays. */
function withExamples(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('example' in value)) return value;
  const isSchema = 'type' in value && !('schema' in value);
  if (!isSchema) return value;
  const { example, ...schema } = value;
  return { ...schema, examples: [example] };
}

function shortName(name: string): string {
  return name.replace(/View$/, '');
}

function operationsOf(document: OpenAPIObject): readonly DescribedOperation[] {
  return Object.values(document.paths).flatMap((path) =>
    [path.get, path.post, path.put, path.patch, path.delete].filter((operation) => operation !== undefined),
  );
}
