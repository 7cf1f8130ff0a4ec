import 'reflect-metadata';

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { PROBLEMS } from '@gatehouse/contract';
import { EVENT_TYPES } from '@gatehouse/core';
import { findProjectRoot } from '@gatehouse/platform';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

import { documentText, undeployedDocument } from './undeployed-document.js';

const PUBLIC_URL = 'https://gatehouse.operator.example';

interface Content {
  readonly schema?: object;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value?: unknown; readonly $ref?: string }>>;
}
interface Response {
  readonly $ref?: string;
  readonly description?: string;
  readonly headers?: Readonly<Record<string, object>>;
  readonly content?: Readonly<Record<string, Content>>;
}
interface Operation {
  readonly operationId: string;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly (Content & { readonly name: string })[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<Record<string, Response>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly webhooks: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly responses: Readonly<Record<string, Response>>;
    readonly examples: Readonly<Record<string, { readonly value: unknown }>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}

interface Answer {
  readonly place: string;
  readonly status: number;
  readonly response: Response;
}

let document: Document;
let operations: readonly Operation[];
let answers: readonly Answer[];

beforeAll(async () => {
  document = (await undeployedDocument(PUBLIC_URL)) as unknown as Document;
  operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  answers = operations.flatMap(answersOf);
});

function answersOf({ operationId, responses }: Operation): readonly Answer[] {
  return Object.entries(responses).map(([status, response]) => ({
    place: `${operationId} ${status}`,
    status: Number(status),
    response: response.$ref === undefined ? response : referred(document.components.responses, response.$ref),
  }));
}

function referred<T>(components: Readonly<Record<string, T>>, reference: string): T {
  const found = components[reference.split('/').at(-1) ?? ''];
  if (found === undefined) throw new Error(`${reference} is nowhere`);
  return found;
}

function examplesOf({ example, examples = {} }: Content): readonly unknown[] {
  const named = Object.values(examples).map(({ value, $ref }) =>
    $ref === undefined ? value : referred(document.components.examples, $ref).value,
  );
  return [...named, ...(example === undefined ? [] : [example])];
}

describe('the OpenAPI document', () => {
  it('is what clients are made from: npm run openapi writes libs/sdk/openapi.json', async () => {
    const kept = await readFile(join(findProjectRoot(), 'libs/sdk/openapi.json'), 'utf8');
    expect(kept).toBe(documentText(await undeployedDocument()));
  });

  it('gives every answer words of its own', () => {
    expect(answers.length).toBeGreaterThan(100);
    expect(answers.filter(({ response }) => (response.description ?? '') === '')).toEqual([]);
  });

  it('shows only examples that fit their schemas', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
    ajv.addSchema({ components: document.components }, 'openapi.json');
    // The same schemas stand in many places.
    const validators = new Map<string, ValidateFunction>();
    const validatorOf = (schema: object): ValidateFunction => {
      const absolute = JSON.stringify(schema).replaceAll('"#/', '"openapi.json#/');
      const made = validators.get(absolute) ?? ajv.compile(JSON.parse(absolute) as object);
      validators.set(absolute, made);
      return made;
    };
    const all = [...operations, ...Object.values(document.webhooks).flatMap((path) => Object.values(path))];
    const contents = [
      ...answers.flatMap(({ place, response }) =>
        Object.values(response.content ?? {}).map((content) => ({ place, content })),
      ),
      ...all.flatMap(({ operationId, parameters = [], requestBody }) => [
        ...Object.values(requestBody?.content ?? {}).map((content) => ({ place: operationId, content })),
        ...parameters.map((content) => ({ place: `${operationId} ${content.name}`, content })),
      ]),
      ...schemasWithExamples(document.components.schemas).map(({ place, schema }) => ({
        place,
        content: { schema, examples: asNamed(schema.examples) },
      })),
    ];
    const wrong = contents.flatMap(({ place, content }) => {
      const values = examplesOf(content);
      if (values.length === 0) return [];
      const validate = validatorOf(content.schema ?? {});
      return values
        .filter((value) => !validate(value))
        .map(() => `${place}: ${ajv.errorsText(validate.errors)}`);
    });
    expect(contents.length).toBeGreaterThan(500);
    expect(wrong).toEqual([]);
  });

  it('shows every problem, and where it can be met', () => {
    const codes = Object.keys(PROBLEMS);
    const text = JSON.stringify(document.paths['/problems']);
    expect(codes.filter((code) => !text.includes(`"code":"${code}"`))).toEqual([]);
    expect(codes.filter((code) => document.components.examples[code] === undefined)).toEqual([
      // Of no operation: of what is none, and of what is not read far enough to know.
      'method_not_allowed',
      'headers_too_large',
    ]);
  });

  it('has a webhook for every type of event, and nothing else', () => {
    expect(Object.keys(document.webhooks)).toEqual([...EVENT_TYPES, 'endpoint.test']);
    for (const [type, { post }] of Object.entries(document.webhooks)) {
      const [content = {}] = Object.values(post?.requestBody?.content ?? {});
      expect(examplesOf(content)).toEqual([expect.objectContaining({ type })]);
      expect(post?.parameters?.map(({ name }) => name)).toEqual([
        'webhook-id',
        'webhook-timestamp',
        'webhook-signature',
      ]);
    }
  });

  it('asks for keys of kinds that it describes, and for no key only where it says so', () => {
    const kinds = Object.keys(document.components.securitySchemes);
    const asked = operations.flatMap(({ security = [] }) => security.flatMap((one) => Object.keys(one)));
    expect([...new Set(asked)].sort()).toEqual([...kinds].sort());
    const open = Object.entries(document.paths)
      .filter(([, path]) => Object.values(path).some(({ security = [] }) => security.length === 0))
      .map(([path]) => path);
    expect(open.filter((path) => /^\/(admin\/)?v1\//.test(path))).toEqual([]);
  });

  it('takes an idempotency key wherever a POST or PATCH creates or changes something', () => {
    const without = Object.values(document.paths).flatMap((path) =>
      [path['post'], path['patch']]
        .filter((operation) => operation !== undefined)
        .filter(({ parameters = [] }) => !parameters.some(({ name }) => name === 'Idempotency-Key'))
        .map(({ operationId }) => operationId),
    );
    expect(without.sort()).toEqual([
      // They read, or try; a webhook carries the provider's own proof of being the same again; a session that nobody uses ends.
      'beginSession',
      'checkConnection',
      'getVerificationStatuses',
      'lookUpPerson',
      'previewRoutingPolicy',
      'receiveWebhook',
      'searchAllVerifications',
      'searchVerifications',
      'verifyAuditLog',
      'viewAnyIdentity',
      'viewAnyImage',
      'viewAnyImages',
    ]);
  });

  it('takes limit and cursor wherever there is a nextCursor, except where all comes at once', () => {
    const lists = operations.filter((operation) =>
      answersOf(operation).some(({ status, response }) => {
        const { $ref } = (response.content?.['application/json']?.schema ?? {}) as { $ref?: string };
        return (
          status === 200 &&
          $ref !== undefined &&
          JSON.stringify(referred(document.components.schemas, $ref)).includes('"nextCursor"')
        );
      }),
    );
    const namesOf = ({ parameters = [] }: Operation): readonly string[] => parameters.map(({ name }) => name);
    const whole = lists.filter((operation) => !namesOf(operation).includes('cursor'));
    expect(whole.map(({ operationId }) => operationId).sort()).toEqual([
      'listAdminKeys',
      'listApiKeys',
      'listConnections',
      'listProblems',
      'listWebhookEndpoints',
    ]);
    const paged = lists.filter((operation) => namesOf(operation).includes('cursor'));
    expect(paged.filter((operation) => !namesOf(operation).includes('limit'))).toEqual([]);
    expect(paged.length).toBeGreaterThan(4);
  });

  it('tells every caller with a key of its limits, and how long to wait', () => {
    const secured = operations.filter(({ security = [] }) => security.length > 0);
    for (const operation of secured) {
      const limited = answersOf(operation).find(({ status }) => status === 429)?.response;
      expect(Object.keys(limited?.headers ?? {})).toEqual(
        expect.arrayContaining(['RateLimit', 'RateLimit-Policy', 'Retry-After', 'X-Request-Id']),
      );
    }
  });

  it('names this gateway’s own pages of problems', () => {
    const text = JSON.stringify(document);
    expect(text).toContain(`"${PUBLIC_URL}/problems/not_found"`);
    expect(text).not.toContain('https://gatehouse.example');
  });

  it('says of its keys no more than that they are bearer tokens', () => {
    expect(JSON.stringify(document.components.securitySchemes)).not.toContain('JWT');
  });
});

interface SchemaWithExamples {
  readonly place: string;
  readonly schema: { readonly examples: readonly unknown[] };
}

/** Every schema that shows what it looks like, however deep. */
function schemasWithExamples(value: unknown, place = ''): readonly SchemaWithExamples[] {
  if (typeof value !== 'object' || value === null) return [];
  const own =
    'examples' in value && Array.isArray(value.examples)
      ? [{ place, schema: value as SchemaWithExamples['schema'] }]
      : [];
  return [
    ...own,
    ...Object.entries(value).flatMap(([key, inner]) => schemasWithExamples(inner, `${place}/${key}`)),
  ];
}

function asNamed(values: readonly unknown[]): NonNullable<Content['examples']> {
  return Object.fromEntries(values.map((value, index) => [String(index), { value }]));
}
