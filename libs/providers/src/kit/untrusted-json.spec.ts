import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { parseUntrustedJson, UnreadableJson } from './untrusted-json.js';

const parse = (text: string): unknown => parseUntrustedJson(Buffer.from(text));

describe('parseUntrustedJson', () => {
  test('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        fc.pre(!JSON.stringify(value).includes('__proto__'));
        expect(parse(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('replaces what no text in PostgreSQL can hold, and nothing else', () => {
    expect(parse('{"a":["x\\u0000y","\\ud800","\\ud83d\\ude00","\\\\u0000"]}')).toEqual({
      a: ['x\ufffdy', '\ufffd', '😀', '\\u0000'],
    });
  });

  test.each([
    ['cut off', '{"a":'],
    ['HTML', '<!doctype html><h1>Bad gateway</h1>'],
    ['empty', ''],
    ['a prototype', '{"a":{"__proto__":{"admin":true}}}'],
    ['an escaped prototype', '{"\\u005f_proto__":{"admin":true}}'],
    ["a constructor's prototype", '{"constructor":{"prototype":{"admin":true}}}'],
    ['a depth of 10,000', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['a depth of 33', `${'['.repeat(33)}${']'.repeat(33)}`],
  ])('refuses %s', (_name, text) => {
    expect(() => parse(text)).toThrow(UnreadableJson);
  });

  test('refuses invalid UTF-8', () => {
    expect(() => parseUntrustedJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow('not UTF-8');
  });

  test('allows a harmless member called constructor', () => {
    expect(parse('{"constructor":"Gaudi"}')).toEqual({ constructor: 'Gaudi' });
  });

  test('says nothing of the bytes', () => {
    expect(() => parse('{"secret":"hunter2hunter2"')).toThrow(
      /^The bytes cannot be read as JSON: not JSON$/u,
    );
  });

  test('throws nothing but UnreadableJson, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          parseUntrustedJson(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableJson);
        }
      }),
    );
  });
});
