import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { collected } from '../support/collected.js';
import { missingId } from '../support/isolation-world.js';
import { eventually } from '../support/eventually.js';
import { type Operation, parametersOf } from '../support/openapi/api-description.js';
import { FuzzTarget, MARKER } from '../support/openapi/fuzz-target.js';
import { brokenBodies, isHostileShape, jsonText, mutated } from '../support/openapi/hostile-bodies.js';
import {
  badAuthorizations,
  hostileCommonHeaders,
  hostileIdempotencyKeys,
  hostileIfMatches,
  hostileQueryValues,
  hostileSegments,
  METHODS,
  notHttp,
  UNKNOWN_PAIRS,
  UNKNOWN_PATHS,
} from '../support/openapi/hostile-parameters.js';
import { hostileWebhooks } from '../support/openapi/hostile-webhooks.js';
import { rawBytes, rawRequest } from '../support/raw-http.js';

/** The same requests in every run; another number tries others. fast-check prints it with a failure. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_260_520);
/** How much longer than usual it looks: a hundred and more operations take minutes even so. */
const THOROUGH = Number(process.env['FUZZ_THOROUGH'] ?? 1);
const VALID_RUNS = 10 * THOROUGH;
const MUTATED_RUNS = 35 * THOROUGH;
const WEBHOOK_RUNS = 150;

let target: FuzzTarget;
beforeAll(async () => {
  target = await FuzzTarget.start();
});
afterAll(() => target.harness.close());

function eachOperation(run: (operation: Operation) => Promise<void>): Promise<void> {
  return collected(target.operations, ({ id }) => id, run);
}

async function fuzz<T>(
  arbitrary: fc.Arbitrary<T>,
  numRuns: number,
  run: (value: T) => Promise<unknown>,
): Promise<void> {
  const property = fc.asyncProperty(arbitrary, async (value) => {
    await run(value);
  });
  await fc.assert(property, { seed: SEED, numRuns });
}

/** Routes that are not in the document: balancers like to ask for health without a body. Open like their GETs. */
const UNDOCUMENTED = [
  'HEAD /health/live',
  'HEAD /health/ready',
  // The console's one page and its files.
  'HEAD /console',
  'GET /console/*',
  'HEAD /console/*',
];

const isWebhook = ({ path }: Operation): boolean => path.startsWith('/hooks/');
/** Takes a body with members, which can be wrong one by one. */
const hasMembers = ({ body }: Operation): boolean => body !== null && Object.keys(body).length > 0;
const takesHeader = (operation: Operation, name: string): boolean =>
  parametersOf(operation, 'header').some((header) => header.name === name);

describe('an operation of the OpenAPI document', () => {
  it('answers requests that fit its description as it is described', async () => {
    await eachOperation(async (operation) => {
      const bodies = target.bodies(operation);
      if (!isWebhook(operation)) await target.check(operation, {});
      const attempts = fc.record({
        query: target.queries(operation),
        ...(bodies === null ? {} : { body: bodies.map((value) => Buffer.from(JSON.stringify(value))) }),
      });
      const isFixed = bodies === null && parametersOf(operation, 'query').length === 0;
      await fuzz(attempts, isFixed ? 2 : VALID_RUNS, (attempt) => target.check(operation, attempt));
    });
    // Else the rest of this file would look at refusals only. Webhooks have to be signed: see the end.
    expect(target.neverSucceeded).toEqual(['receiveWebhook', 'receivePutWebhook']);
  });

  it('refuses a body with one thing wrong in it', async () => {
    let invalid = 0;
    await eachOperation(async (operation) => {
      const { body: schema } = operation;
      const bodies = target.bodies(operation);
      if (schema === null || bodies === null || !hasMembers(operation)) return;
      await fuzz(mutated(bodies, MARKER), MUTATED_RUNS, async (value) => {
        const text = jsonText(value);
        const parsed: unknown = JSON.parse(text);
        const isInvalid = isHostileShape(parsed) || !target.judge.fits(schema, parsed);
        if (isInvalid) invalid += 1;
        await target.check(operation, { body: Buffer.from(text) }, { invalid: isInvalid });
      });
    });
    // Some mutations happen to fit.
    expect(invalid).toBeGreaterThan(300);
  });

  it('refuses a body that is not a JSON object in UTF-8, or is too much of one', async () => {
    const operations = target.operations.filter(
      (operation) => !isWebhook(operation) && ['POST', 'PUT', 'PATCH'].includes(operation.method),
    );
    const cases = operations.flatMap((operation) =>
      brokenBodies(target.plainBody(operation) ?? '{}', MARKER).map((broken) => ({ operation, ...broken })),
    );
    await collected(
      cases,
      ({ operation, name }) => `${operation.id}: ${name}`,
      ({ operation, attempt, statuses }) =>
        target.check(operation, attempt, statuses === null ? {} : { statuses }),
    );
    await eachOperation(async (operation) => {
      // Those with a default for everything.
      const isContent = ['rotateApiKey', 'beginImport', 'verifyAuditLog', 'rotateKeys'].includes(
        operation.id,
      );
      const invalid = hasMembers(operation) && !isContent;
      await target.check(operation, { body: Buffer.alloc(0) }, { invalid });
    });
  });

  it('stands a body where none is described', async () => {
    const operations = target.operations.filter(({ body }) => body === null);
    const bodies = ['{}', `{"extra":"${MARKER}"}`, '{', MARKER.repeat(100)].map((text) => Buffer.from(text));
    const cases = operations.flatMap((operation) => bodies.map((body) => ({ operation, body })));
    await collected(
      cases,
      ({ operation, body }) => `${operation.id}: ${body.toString().slice(0, 20)}`,
      async ({ operation, body }) => {
        const invalid = operation.method !== 'GET' && body.length > 2;
        await target.check(operation, { body }, { invalid });
        await target.check(operation, { body, contentType: 'text/plain' }, { invalid });
      },
    );
  });

  it('finds nothing under an id that is none', async () => {
    const cases = target.operations.flatMap((operation) =>
      parametersOf(operation, 'path').flatMap(({ name }) => {
        const own = target.segments(operation)[name] ?? '';
        const others = target.ids.filter((id) => id.slice(0, 3) !== own.slice(0, 3));
        const missing = own.includes('_') ? [missingId(own.slice(0, 3))] : [];
        return [...missing, ...hostileSegments(MARKER, others)].map((segment) => ({
          operation,
          name,
          segment,
        }));
      }),
    );
    await collected(
      cases,
      ({ operation, name, segment }) => `${operation.id}: ${name} = ${segment.slice(0, 40)}`,
      ({ operation, name, segment }) =>
        target.check(operation, { segments: { [name]: segment } }, { invalid: true }),
    );
  });

  it('refuses parameters that its description does not allow', async () => {
    const cases = target.operations.flatMap((operation) => {
      const plain = target.plainQuery(operation);
      const parameters = parametersOf(operation, 'query');
      const values = parameters.flatMap((parameter) => [
        ...hostileQueryValues(MARKER).map((value) => ({
          query: `${withoutPair(plain, parameter.name)}${parameter.name}=${value}`,
          invalid: target.isInvalidParameter(parameter, value),
        })),
        {
          query: `${withoutPair(plain, parameter.name)}${parameter.name}=a&${parameter.name}=a`,
          invalid: true,
        },
      ]);
      const unknown = UNKNOWN_PAIRS.map((pair) => ({
        query: `${plain}&${pair}`,
        invalid: parameters.length > 0 && !/^[&=]*$/.test(pair),
      }));
      const isAnyNeeded = parameters.some((parameter) => parameter.required === true);
      return [...values, ...unknown, { query: '', invalid: isAnyNeeded }].map((each) => ({
        operation,
        ...each,
      }));
    });
    await collected(
      cases,
      ({ operation, query }) => `${operation.id}?${query.slice(0, 80)}`,
      ({ operation, query, invalid }) => target.check(operation, { query }, { invalid }),
    );
  });

  it('stands headers of every kind', async () => {
    const cases = target.operations
      .filter((operation) => !isWebhook(operation))
      .flatMap((operation) =>
        [
          ...hostileCommonHeaders(MARKER),
          ...(takesHeader(operation, 'Idempotency-Key') ? hostileIdempotencyKeys(MARKER) : []),
          // What is removed by now has no version that could be stale.
          ...(takesHeader(operation, 'If-Match') && operation.method !== 'DELETE'
            ? hostileIfMatches(MARKER)
            : []),
        ].map((hostile) => ({ operation, ...hostile })),
      );
    await collected(
      cases,
      ({ operation, name }) => `${operation.id}: ${name}`,
      async ({ operation, headers, statuses }) => {
        const answer = await target.check(operation, { headers }, statuses === null ? {} : { statuses });
        expect(answer.headers.get('x-request-id')).not.toContain(MARKER);
        expect(answer.headers.get('x-injected')).toBeUndefined();
      },
    );
    await eachOperation(async (operation) => {
      const answer = await target.check(operation, { headers: [['X-Request-Id', 'req-1.A_b']] });
      expect(answer.headers.get('x-request-id')).toBe('req-1.A_b');
    });
  });

  it('lets nobody in without a key in force, before anything else is looked at', async () => {
    await eachOperation(async (operation) => {
      const key = target.key(operation);
      if (key === null) return;
      const body = operation.body === null ? null : Buffer.from('{');
      for (const [, authorization] of badAuthorizations(key)) {
        const answer = await target.check(operation, { authorization, body }, { statuses: [401] });
        expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      }
      const query = `${target.plainQuery(operation)}&api_key=${key}&access_token=${key}`;
      await target.check(operation, { authorization: null, query }, { statuses: [401] });
    });
  });

  it('lets nobody in with the key of another door, or without the scope', async () => {
    const keys = await target.keysByScope();
    await eachOperation(async (operation) => {
      const { admission } = operation;
      if (admission.kind === 'public') return;
      const wrong = [...keys].filter(
        ([scope]) =>
          admission.kind === 'admin' || (admission.scopes.length > 0 && !admission.scopes.includes(scope)),
      );
      const refused = [
        ...wrong.map(([, key]) => key),
        ...(admission.kind === 'tenant' ? [target.harness.adminKey] : []),
      ];
      const body = operation.body === null ? null : Buffer.from('{');
      for (const key of refused) {
        await target.check(operation, { authorization: `Bearer ${key}`, body }, { statuses: [403] });
      }
    });
  });
});

describe('what is no operation of the OpenAPI document', () => {
  it('is 405 with Allow under a known path, and 404 elsewhere', async () => {
    const headers = [['Authorization', `Bearer ${target.harness.adminKey}`]] as const;
    await eachOperation(async (operation) => {
      const path = target.path(operation);
      const known = target.harness.gateway.routes.methodsFor(path);
      for (const method of METHODS.filter((each) => !known.includes(each))) {
        const answer = await target.checkOther({ method, path, headers }, { statuses: [405] });
        for (const allowed of known) expect(answer.headers.get('allow')).toContain(allowed);
      }
      const head = await rawRequest(target.harness.origin, { method: 'HEAD', path, headers });
      expect({ status: head.status, body: head.text }).toEqual({
        status: known.includes('HEAD') ? 200 : 405,
        body: '',
      });
      for (const method of ['PROPFIND', 'QUERY', 'BREW'])
        await target.checkOther({ method, path, headers }, { statuses: [400, 404, 405] });
    });
    await collected(UNKNOWN_PATHS, String, async (path) => {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const body = method === 'POST' ? Buffer.from('{') : null;
        await target.checkOther({ method, path, headers, body }, { statuses: [400, 404] });
      }
    });
  });

  it('is 400, or 431, where it is not even HTTP, and nobody else notices', async () => {
    await collected(
      notHttp(MARKER),
      ({ text }) => JSON.stringify(text.slice(0, 80)),
      async ({ text, status }) => {
        const answer = await rawBytes(target.harness.origin, Buffer.from(text, 'latin1'));
        expect(target.judge.complaints(null, answer, { statuses: [status], marker: MARKER })).toEqual([]);
      },
    );
    await target.checkOther({ method: 'GET', path: '/health/live' }, { statuses: [200] });
  });

  it('is no route either: Fastify has the operations of the document, and they are all there is', () => {
    const registered = target.harness.gateway.routes.all
      .map(({ method, pattern }) => `${method} ${pattern.replaceAll(/:(\w+)/g, '{$1}')}`)
      .filter((route) => !UNDOCUMENTED.includes(route));
    const documented = target.operations.map(({ method, path }) => `${method} ${path}`);
    expect([...registered].sort()).toEqual([...documented].sort());
  });

  it('asks for a key: these routes are all that do not', async () => {
    const open: string[] = [];
    for (const operation of target.operations) {
      const answer = await target.check(operation, {
        authorization: null,
        segments: { connectionId: 'con_unknown', token: 'unknown' },
      });
      if (answer.status !== 401) open.push(`${operation.method} ${operation.path}`);
    }
    expect(open.sort()).toEqual([
      'GET /',
      'GET /.well-known/gatehouse-ledger-key',
      'GET /console',
      'GET /docs',
      'GET /docs/assets/{file}',
      'GET /docs/try',
      'GET /health/live',
      'GET /health/ready',
      'GET /openapi.json',
      'GET /problems',
      'GET /problems/{code}',
      'GET /return/{token}',
      'POST /hooks/{provider}/{connectionId}/{token}',
      'PUT /hooks/{provider}/{connectionId}/{token}',
    ]);
  });
});

describe('a webhook', () => {
  it('is answered as described whatever is in it, signed or not', async () => {
    const signers = await hostileWebhooks(target, MARKER);
    await collected(
      signers,
      ({ name }) => name,
      async ({ fixed, bodies, send }) => {
        await collected(fixed, (body) => JSON.stringify(body).slice(0, 200), send);
        await fuzz(bodies, WEBHOOK_RUNS, send);
      },
    );
    expect(target.neverSucceeded).toEqual([]);
  });

  it('of more than 1 MiB is 413', async () => {
    for (const operation of target.operations.filter(isWebhook)) {
      const body = Buffer.alloc(1024 * 1024 + 1, 'a');
      await target.check(operation, { body }, { statuses: [413] });
      await target.check(operation, { body, chunked: true }, { statuses: [413] });
    }
  });
});

describe('the whole run', () => {
  it('left no webhook that cannot be applied, and no error in the log', async () => {
    await eventually(async () => {
      const statement = { name: 'test_pending', text: `SELECT id FROM signals WHERE state = 'pending'` };
      const pending = await target.harness.database.across.query(statement);
      expect(pending).toEqual([]);
    });
    const errors = target.harness.logLines().filter((line) => line.includes('"level":"error"'));
    expect(errors).toEqual([]);
    expect(target.requests).toBeGreaterThan(3_000);
  });
});

/** A query string to append to, without one parameter. */
function withoutPair(query: string, name: string): string {
  const rest = query.split('&').filter((pair) => pair !== '' && !pair.startsWith(`${name}=`));
  return rest.map((pair) => `${pair}&`).join('');
}
