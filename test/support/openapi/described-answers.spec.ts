import { describe, expect, it } from '@jest/globals';

import { type RawAnswer } from '../raw-http.js';
import { requireDescribed, requireDescribedMessage } from './described-answers.js';

const HEADERS: readonly (readonly [string, string])[] = [
  ['content-type', 'application/json; charset=utf-8'],
  ['x-request-id', 'r-1'],
  ['x-content-type-options', 'nosniff'],
];

function answer(json: unknown, { status = 200, headers = HEADERS } = {}): RawAnswer {
  return { status, headers: new Map(headers), text: JSON.stringify(json), json };
}

const judged =
  (given: RawAnswer, path = '/health/live'): (() => void) =>
  () => {
    requireDescribed('GET', path, given);
  };

describe('an answer', () => {
  it('passes as it is described', () => {
    expect(judged(answer({ status: 'ok' }))).not.toThrow();
  });

  it.each([
    ['status', answer({ status: 'ok' }, { status: 202 }), /202 .* is not documented/],
    ['member', answer({ status: 'ok', more: 1 }), /additional properties/],
    ['value', answer({ status: 'fine' }), /allowed values/],
    [
      'media type',
      answer({}, { headers: [...HEADERS, ['content-type', 'text/plain']] }),
      /text\/plain is not/,
    ],
    ['missing member', answer({}), /required property/],
    ['problem', answer({ code: 'conflict' }, { status: 409 }), /a problem came as application\/json/],
  ])('fails with another %s', (_what, given, why) => {
    expect(judged(given)).toThrow(why);
  });

  it('fails without the header fields that are described', () => {
    expect(judged(answer({ data: [], nextCursor: null }), '/v1/verifications?limit=1')).toThrow(
      /without RateLimit, RateLimit-Policy/,
    );
  });

  it('fails with header fields that are described of other answers only, or otherwise', () => {
    const bearing = (name: string, value: string): RawAnswer =>
      answer({ status: 'ok' }, { headers: [...HEADERS, [name, value]] });
    expect(judged(bearing('retry-after', '1'))).toThrow(/came with Retry-After, which is not described/);
    expect(judged(bearing('idempotent-replayed', 'true'))).toThrow(/came with Idempotent-Replayed/);
    const shed = { headers: [...HEADERS, ['retry-after', 'soon']] as const, status: 503 };
    expect(judged(answer({ code: 'overloaded' }, shed), '/v1/me')).toThrow(
      /Retry-After: soon, which is not as/,
    );
  });

  it('is no success where there is no operation', () => {
    expect(judged(answer({ code: 'not_found' }, { status: 404 }), '/nowhere')).toThrow(
      /the problem has no type/,
    );
  });
});

describe('a message to an endpoint', () => {
  const headers = {
    'webhook-id': 'evt_01kahn4r5sf1trr9gy5vqd2s0x',
    'webhook-timestamp': '1769860800',
    'webhook-signature': 'v1,AAAA',
  };
  const data = {
    environment: 'test',
    endpointId: 'whe_01kahn4r5sf1trr9gy5vqd2s0x',
    reason: null,
    failingSince: null,
  };
  const body = (over: object = {}): string =>
    JSON.stringify({ type: 'endpoint.test', timestamp: '2026-01-31T12:00:00.000Z', data, ...over });

  it('passes as it is described', () => {
    requireDescribedMessage({ headers, body: body() });
  });

  it.each([
    ['a field less', { headers: { ...headers, 'webhook-id': undefined }, body: body() }, /webhook-id/],
    ['another type', { headers, body: body({ type: 'endpoint.moved' }) }, /no webhook is described/],
    ['a person in it', { headers, body: body({ data: { ...data, email: 'ana@mail.test' } }) }, /body of/],
    ['no data', { headers, body: body({ data: undefined }) }, /body of/],
  ])('fails with %s', (_what, message, why) => {
    expect(() => {
      requireDescribedMessage(message);
    }).toThrow(why);
  });
});
