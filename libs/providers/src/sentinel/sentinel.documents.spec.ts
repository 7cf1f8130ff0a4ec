import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { documentTypesNamed } from './sentinel.documents.js';

test.each([
  [[], []],
  // As webhooks write them (providers/sentinel.md 7).
  [
    ['passport', 'emirates_id', 'egypt_national_id'],
    ['passport', 'emirates_id', 'egypt_national_id'],
  ],
  // As the API writes them.
  [
    ['emiratesId', 'egyptNationalId', 'passport'],
    ['emirates_id', 'egypt_national_id', 'passport'],
  ],
  [['Emirates ID', 'EMIRATES_ID', 'emirates-id', 'emiratesid'], ['emirates_id']],
  [['passport', 'residence_visa', '', 'passports', 'national_id'], ['passport']],
])('%j names %j', (words, types) => {
  expect(documentTypesNamed(words)).toEqual(types);
});

test('no words name more than three documents, or one twice', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.constantFrom('passport', 'emirates_id', 'emiratesId'))),
      (words) => {
        const types = documentTypesNamed(words);
        expect(new Set(types).size).toBe(types.length);
        expect(types.length).toBeLessThanOrEqual(3);
      },
    ),
  );
});
