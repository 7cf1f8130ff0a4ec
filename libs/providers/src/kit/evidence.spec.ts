import { InvalidShape } from '@gatehouse/contract';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { evidenced, keepable, readEvidence, REMOVED } from './evidence.js';

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

describe('keepable', () => {
  it.each([
    ['a data URI', `data:image/png;base64,${PNG}`],
    ['bare base64 of a small image', PNG],
    ['base64 in lines', `/9j/4AAQSkZJRgABAQAAAQ\r\nABAAD`],
    ['base64 of nobody knows what', 'QUJD'.repeat(200)],
    ['an address', 'https://images.test/1.jpg?X-Amz-Signature=1'],
    ['an address within a text', 'see HTTP://images.test/1'],
    ['a text longer than any that is read', 'a b '.repeat(2000)],
  ])('takes out %s, at any depth', (_name, image) => {
    expect(keepable({ deep: [{ image, name: 'Ana Ruiz' }] })).toEqual({
      deep: [{ image: REMOVED, name: 'Ana Ruiz' }],
    });
  });

  it('leaves everything else as it was', () => {
    const body = {
      status: 6,
      isLive: true,
      none: null,
      id: '0d8c0c2e-6c1a-4c55-9a0f-8f4f4f2b7b11',
      when: '2026-01-31',
      list: [],
    };
    expect(keepable(body)).toEqual(body);
  });

  it('gives up what is too long as a whole', () => {
    expect(keepable(Array.from({ length: 100 }, () => 'a b '.repeat(1000)))).toBeNull();
  });
});

describe('evidenced', () => {
  const schema = evidenced(z.object({ data: z.object({ status: z.number() }) }));

  it('reads as its schema does, and keeps what that does not know as well', () => {
    expect(schema.parse({ data: { status: 6, more: 'x' } })).toEqual({
      value: { data: { status: 6 } },
      kept: { data: { status: 6, more: 'x' } },
    });
  });

  it('says where a body does not fit, as its schema does', () => {
    const refused = schema.safeParse({ data: { status: 'six' } });
    expect(refused.error?.issues.map(({ path }) => path)).toEqual([['data', 'status']]);
  });
});

it('refuses evidence of another form without its values', () => {
  const read = (): unknown =>
    readEvidence(z.object({ body: z.object({ status: z.number() }) }), { body: { status: 'Ana' } });
  expect(read).toThrow(InvalidShape);
  try {
    read();
  } catch (error) {
    expect(JSON.stringify(error)).not.toContain('Ana');
    expect(error).toMatchObject({ errors: [{ pointer: '/body/status' }] });
  }
});
