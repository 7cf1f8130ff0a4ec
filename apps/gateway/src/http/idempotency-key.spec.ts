import { describe, expect, it } from '@jest/globals';

import { parseIdempotencyKey, requestHash } from './idempotency-key.js';

describe('parseIdempotencyKey', () => {
  it('reads a bare and a quoted key as the same key', () => {
    expect(parseIdempotencyKey(['order-1'])).toBe('order-1');
    expect(parseIdempotencyKey(['"order-1"'])).toBe('order-1');
  });

  it('reads escapes inside quotes', () => {
    expect(parseIdempotencyKey(['"a\\"b\\\\c"'])).toBe('a"b\\c');
  });

  it('is null without a header', () => {
    expect(parseIdempotencyKey(undefined)).toBeNull();
  });

  it.each(['', '""', '"', '"a', 'a\u0001b', 'schlüssel', 'x'.repeat(256), '"a\\b"'])(
    'refuses %j',
    (header) => {
      expect(() => parseIdempotencyKey([header])).toThrow(
        expect.objectContaining({ code: 'validation_failed' }),
      );
    },
  );

  it('refuses two lines, and takes a comma in one', () => {
    expect(() => parseIdempotencyKey(['a', 'b'])).toThrow(
      expect.objectContaining({ code: 'validation_failed' }),
    );
    expect(parseIdempotencyKey(['a, b'])).toBe('a, b');
  });

  it('takes 255 characters', () => {
    expect(parseIdempotencyKey(['x'.repeat(255)])).toHaveLength(255);
  });
});

describe('requestHash', () => {
  const body = Buffer.from('{}');

  it('differs by route, by parameter, by query and by body', () => {
    const hashes = [
      requestHash('POST /a/:id', { id: '1' }, '', body),
      requestHash('POST /a/:id', { id: '2' }, '', body),
      requestHash('POST /b/:id', { id: '1' }, '', body),
      requestHash('POST /a/:id', { id: '1' }, '', Buffer.from('{} ')),
      requestHash('POST /a/:id', { id: '1' }, '', null),
      requestHash('POST /a/:id', { id: '1' }, 'environment=live', body),
    ];
    expect(new Set(hashes.map((hash) => hash.toString('hex'))).size).toBe(hashes.length);
  });

  it('does not depend on the order of parameters', () => {
    expect(requestHash('r', { a: '1', b: '2' }, '', body)).toEqual(
      requestHash('r', { b: '2', a: '1' }, '', body),
    );
  });
});
