import 'reflect-metadata';

import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { IsInt, validateSync } from 'class-validator';
import fc from 'fast-check';

import { RoutingPolicyBody } from '../admin/routing/routing.dto.js';
import {
  CreateVerificationBody,
  ListVerificationsQuery,
  SearchVerificationsBody,
} from '../api/verifications/verification.dto.js';
import { compiledRules } from './compiled-rules.js';

const FULL = {
  subject: {
    email: 'jane@mail.test',
    phone: '+971 50 123 4542',
    dateOfBirth: '1990-05-17',
    address: { street: '12 Palm Street', country: 'AE' },
  },
  reference: 'user-42',
  checks: ['document', 'liveness'],
  documentTypes: [],
  redirectUrl: 'https://app.example/done',
  reuse: 'allow',
  expiresInSeconds: 300,
  metadata: { plan: 'gold' },
};

/** As the pipe asks class-validator. */
function isValid(type: new () => object, value: object): boolean {
  const rules = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true };
  return validateSync(plainToInstance(type, value), rules).length === 0;
}

function places(value: object, path: readonly string[] = []): (readonly string[])[] {
  return Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
    const place = [...path, name];
    const isObject = typeof member === 'object' && member !== null && !Array.isArray(member);
    return isObject ? [place, ...places(member, place)] : [place];
  });
}

function withAt(value: object, [name = '', ...rest]: readonly string[], change: unknown): object {
  const { [name]: member, ...others } = value as Record<string, unknown>;
  if (rest.length > 0) return { ...others, [name]: withAt(member as object, rest, change) };
  return change === undefined ? others : { ...others, [name]: change };
}

describe('compiledRules', () => {
  it('finds valid what class-validator finds valid, and nothing else', () => {
    const rules = compiledRules(CreateVerificationBody);
    const place = fc.constantFrom(
      ...places(FULL),
      ['subject', 'nonsense'],
      ['nonsense'],
      ['subject', 'phone', 'x'],
    );
    const change = fc.oneof(
      fc.constant(undefined),
      fc.constant(null),
      fc.jsonValue(),
      fc.constantFrom(
        '',
        'jane@mail.test',
        '+14155550188',
        'AE',
        300,
        ['document'],
        ['passport', 'passport'],
        {},
      ),
    );
    const seen = { valid: 0, invalid: 0 };
    fc.assert(
      fc.property(fc.array(fc.tuple(place, change), { maxLength: 3 }), (changes) => {
        const value = changes.reduce<object>((changed, [path, to]) => {
          try {
            return withAt(changed, path, to);
          } catch {
            // An earlier change has taken its place away.
            return changed;
          }
        }, FULL);
        const valid = isValid(CreateVerificationBody, value);
        seen[valid ? 'valid' : 'invalid'] += 1;
        expect(rules?.(value) !== undefined).toBe(valid);
      }),
      { numRuns: 1500 },
    );
    expect(Math.min(seen.valid, seen.invalid)).toBeGreaterThan(100);
  });

  it('makes the instance that class-transformer makes', () => {
    const made = compiledRules(CreateVerificationBody)?.(FULL);
    expect(made).toBeInstanceOf(CreateVerificationBody);
    expect(made).toStrictEqual(plainToInstance(CreateVerificationBody, FULL));
  });

  it('knows the rules of inherited members', () => {
    const rules = compiledRules(ListVerificationsQuery);
    expect(rules?.({ limit: '20', status: 'verified' })).toBeInstanceOf(ListVerificationsQuery);
    expect(rules?.({ limit: 'twenty' })).toBeUndefined();
  });

  it('needs what is required, and takes null for what is not', () => {
    expect(compiledRules(CreateVerificationBody)?.({})).toBeUndefined();
    expect(compiledRules(CreateVerificationBody)?.({ subject: null })).toBeUndefined();
    expect(compiledRules(SearchVerificationsBody)?.({ email: null, phone: '+14155550188' })).toEqual({
      email: null,
      phone: '+14155550188',
    });
  });

  it('leaves alone what has rules of another kind', () => {
    class Numbered {
      @IsInt()
      number!: number;
    }
    expect(compiledRules(Numbered)).toBeNull();
    expect(compiledRules(RoutingPolicyBody)).toBeNull();
  });
});
