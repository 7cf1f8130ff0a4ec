import { describe, expect, it } from '@jest/globals';

import { childPointer, isJson, parseJson, requireJson, requireNothing } from './json-body.js';

const problem = (code: string): unknown => expect.objectContaining({ code });

describe('parseJson', () => {
  it('reads JSON, with or without a byte order mark', () => {
    expect(parseJson(Buffer.from('{"a":[1]}'))).toEqual({ a: [1] });
    expect(parseJson(Buffer.from('\ufeff{"a":1}'))).toEqual({ a: 1 });
  });

  it.each([
    ['no JSON', '{"a":'],
    ['a trailing comma', '[1,]'],
    ['NaN', 'NaN'],
    ['a prototype', '{"a":{"__proto__":{"b":1}}}'],
    ['a constructor', '{"constructor":{}}'],
    ['21 levels', `${'['.repeat(21)}${']'.repeat(21)}`],
    ['too many members', `[${'1,'.repeat(2_000)}1]`],
  ])('refuses %s', (_, text) => {
    expect(() => parseJson(Buffer.from(text))).toThrow(problem('malformed_json'));
  });

  it('takes 20 levels', () => {
    expect(() => parseJson(Buffer.from(`${'['.repeat(20)}${']'.repeat(20)}`))).not.toThrow();
  });

  it('refuses bytes that are no UTF-8', () => {
    expect(() => parseJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow(problem('malformed_json'));
  });

  it('points at text that cannot be stored', () => {
    const bytes = Buffer.from('{"a":{"b":["ok","\\u0000"]},"c":"\\ud800","d\\u0000":1}');
    expect(() => parseJson(bytes)).toThrow(
      expect.objectContaining({
        code: 'validation_failed',
        errors: [
          expect.objectContaining({ pointer: '/a/b/1' }),
          expect.objectContaining({ pointer: '/c' }),
          expect.objectContaining({ pointer: '' }),
        ],
      }),
    );
  });
});

describe('requireJson', () => {
  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])(
    'takes %s',
    (type) => {
      expect(() => {
        requireJson(type, undefined);
      }).not.toThrow();
    },
  );

  it.each([undefined, 'text/plain', 'application/json; charset=latin1', 'application/jsonp'])(
    'refuses %s',
    (type) => {
      expect(() => {
        requireJson(type, undefined);
      }).toThrow(problem('unsupported_media_type'));
    },
  );

  it('refuses a compressed body', () => {
    expect(() => {
      requireJson('application/json', 'gzip');
    }).toThrow(problem('unsupported_media_type'));
  });
});

describe('requireNothing', () => {
  it('takes an empty object and points at every member of another', () => {
    expect(() => {
      requireNothing({});
    }).not.toThrow();
    expect(() => {
      requireNothing({ x: 1 });
    }).toThrow(expect.objectContaining({ errors: [{ pointer: '/x', detail: 'is not a known member' }] }));
  });
});

describe('isJson', () => {
  it('is true of JSON of whatever content, and of nothing else', () => {
    expect(isJson(Buffer.from('{"__proto__":[]}'))).toBe(true);
    for (const bytes of [Buffer.alloc(0), Buffer.from('{"a":'), Buffer.from([0x22, 0xff, 0x22])]) {
      expect(isJson(bytes)).toBe(false);
    }
  });
});

describe('childPointer', () => {
  it('escapes as RFC 6901 says', () => {
    expect(childPointer('/a', 'b/c~d')).toBe('/a/b~1c~0d');
  });

  it('stays with the parent for a name too long to be one of ours', () => {
    expect(childPointer('/a', 'x'.repeat(101))).toBe('/a');
  });
});
