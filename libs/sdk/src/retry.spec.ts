import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { type Failure, isRepeatable, pauseBefore } from './retry.js';

const LEFT_MS = 60_000;
const DOWN: Failure = { status: 503, code: 'overloaded', retryAfter: null, isKept: false };

function pause(
  failure: Partial<Failure>,
  { attempts = 1, leftMs = LEFT_MS, random = 0 } = {},
): number | null {
  return pauseBefore({ ...DOWN, ...failure }, attempts, leftMs, { retries: 3 }, random);
}

describe('the pause before another attempt', () => {
  it('grows with the attempts, and is spread', () => {
    expect([1, 2, 3].map((attempts) => pause({}, { attempts }))).toEqual([125, 250, 500]);
    expect([1, 2, 3].map((attempts) => pause({}, { attempts, random: 1 }))).toEqual([250, 500, 1000]);
  });

  it('is never shorter than what the gateway asked for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 50 }),
        fc.integer({ min: 1, max: 3 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (retryAfter, attempts, random) =>
          (pause({ retryAfter }, { attempts, random }) ?? -1) >= retryAfter * 1000,
      ),
    );
  });

  it('ends with the retries that are allowed', () => {
    expect(pause({}, { attempts: 3 })).not.toBeNull();
    expect(pause({}, { attempts: 4 })).toBeNull();
  });

  it('does not go beyond the deadline', () => {
    expect(pause({ retryAfter: 30 }, { leftMs: 30_000 })).toBeNull();
    expect(pause({ retryAfter: 30 }, { leftMs: 30_001 })).toBe(30_000);
  });

  it.each([429, 502, 503, 504, null])('is made after %s', (status) => {
    expect(pause({ status, code: null })).toBe(125);
  });

  it('is made while the first request with the key still runs', () => {
    expect(pause({ status: 409, code: 'idempotency_in_progress', retryAfter: 1 })).toBe(1000);
  });

  it.each([
    [400, 'malformed_json'],
    [401, 'unauthenticated'],
    [409, 'conflict'],
    [422, 'validation_failed'],
    [500, 'internal_error'],
    [502, 'provider_auth_failed'],
    [502, 'provider_contract_broken'],
  ])('is not made after %s %s, which would be the answer again', (status, code) => {
    expect(pause({ status, code })).toBeNull();
  });

  it('is not made where the gateway keeps the outcome under the key', () => {
    expect(pause({ status: 503, code: 'provider_unavailable', isKept: true })).toBeNull();
  });
});

it.each([
  ['GET', false, true],
  ['POST', true, true],
  ['POST', false, false],
  ['PATCH', true, true],
  ['PUT', true, false],
  ['DELETE', true, false],
])('of %s, with a key: %s, it says that it may be repeated: %s', (method, hasKey, expected) => {
  const headers = new Headers(hasKey ? { 'Idempotency-Key': 'k' } : {});
  expect(isRepeatable(method, headers)).toBe(expected);
});
