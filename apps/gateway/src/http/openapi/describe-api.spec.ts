import 'reflect-metadata';

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { findProjectRoot } from '@gatehouse/platform';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type OpenAPIObject } from '@nestjs/swagger';
import { Ajv2020 } from 'ajv/dist/2020.js';

import { documentText, undeployedDocument } from './undeployed-document.js';

const PUBLIC_URL = 'https://gatehouse.operator.example';

interface Content {
  readonly schema?: object;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

interface Answer {
  readonly place: string;
  readonly status: number;
  readonly description: string;
  readonly content: Readonly<Record<string, Content>>;
}

let document: OpenAPIObject;
let answers: readonly Answer[];

beforeAll(async () => {
  document = await undeployedDocument(PUBLIC_URL);
  answers = answersOf(document);
});

describe('the OpenAPI document', () => {
  it('is what clients are made from: npm run openapi writes libs/sdk/openapi.json', async () => {
    const kept = await readFile(join(findProjectRoot(), 'libs/sdk/openapi.json'), 'utf8');
    expect(kept).toBe(documentText(await undeployedDocument()));
  });

  it('gives every answer words of its own', () => {
    expect(answers.length).toBeGreaterThan(100);
    expect(answers.filter(({ description }) => description === '')).toEqual([]);
  });

  it('shows a whole body for every success in JSON', () => {
    const without = answers.filter(
      ({ status, content }) => status < 300 && content['application/json']?.example === undefined,
    );
    // Those answer with no body, another media type, or this very document.
    expect(without.map(({ place }) => place)).toEqual([
      // Two forms each, with an example of both.
      'explainVerification 200',
      'getVerificationIdentity 200',
      'getVerificationImage 200',
      'getVerificationReport 200',
      'removeWebhookEndpoint 204',
      'revokeApiKey 204',
      'revokeAdminKey 204',
      'removeConnection 204',
      'returnFromProvider 200',
      'getOpenApiDocument 200',
      'getReference 200',
      'getReferenceAsset 200',
    ]);
  });

  it('shows only examples that fit their schemas', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
    ajv.addSchema({ components: document.components }, 'openapi.json');
    const wrong = answers.flatMap(({ place, content }) =>
      Object.values(content).flatMap(({ schema, example, examples = {} }) => {
        const values = [...Object.values(examples).map(({ value }) => value), example];
        const absolute: unknown = JSON.parse(
          JSON.stringify(schema ?? {}).replaceAll('"#/', '"openapi.json#/'),
        );
        const validate = ajv.compile(absolute as object);
        return values
          .filter((value) => value !== undefined && !validate(value))
          .map(() => `${place}: ${ajv.errorsText(validate.errors)}`);
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('names this gateway’s own pages of problems', () => {
    const text = JSON.stringify(document);
    expect(text).toContain(`"${PUBLIC_URL}/problems/not_found"`);
    expect(text).not.toContain('https://gatehouse.example');
  });

  it('says of its keys no more than that they are bearer tokens', () => {
    expect(JSON.stringify(document.components?.securitySchemes)).not.toContain('JWT');
  });
});

function answersOf({ paths }: OpenAPIObject): readonly Answer[] {
  return Object.values(paths).flatMap((path) =>
    [path.get, path.put, path.post, path.patch, path.delete]
      .filter((operation) => operation !== undefined)
      .flatMap(({ operationId = '', responses }) =>
        Object.entries(responses).map(([status, response]) => {
          const { description = '', content = {} } = response as Partial<Answer>;
          return { place: `${operationId} ${status}`, status: Number(status), description, content };
        }),
      ),
  );
}
