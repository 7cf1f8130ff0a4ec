import { describe, expect, test } from '@jest/globals';

import { complaintsOf } from '../../test/failures.js';
import { ALL_CODES, CREDENTIALS } from '../../test/sentinel-bodies.js';
import { checked } from '../kit/checked.js';
import { sentinelCredentials, sentinelSettings, statusName } from './sentinel.config.js';

const settings = checked(sentinelSettings);
const credentials = checked(sentinelCredentials);
const baseUrl = 'https://api.sentinel.example.com';

describe('settings', () => {
  test('map nothing but Draft = 2 by themselves and wait for a new result', () => {
    expect(settings.parse({ baseUrl })).toEqual({
      baseUrl,
      callsPerMinute: 600,
      statusCodes: { draft: 2 },
      existingResult: 'wait',
    });
  });

  test('take numbers and lists of numbers', () => {
    const parsed = settings.parse({ baseUrl, statusCodes: ALL_CODES });
    expect([1, 7, 2, 3, 4, 5, 6, 0, 8, 2.5].map((code) => statusName(code, parsed))).toEqual([
      'pending',
      'pending',
      'draft',
      'conflict',
      'duplicate',
      'rejected',
      'accepted',
      null,
      null,
      null,
    ]);
  });

  test.each([
    [{ rejected: 6, accepted: 6 }, { '/statusCodes/accepted': 'shares a code with rejected' }],
    [{ accepted: 2 }, { '/statusCodes/accepted': 'shares a code with draft' }],
    [{ accepted: [6, 6] }, { '/statusCodes/accepted': 'lists a code twice' }],
    [{ approved: 6 }, { '/statusCodes/approved': 'is not a known member' }],
    [{ accepted: '6' }, { '/statusCodes/accepted': 'does not have a permitted form' }],
    [{ accepted: [] }, { '/statusCodes/accepted': 'must have at least 1 entries' }],
  ])('refuse the codes %j', (statusCodes, complaints) => {
    expect(complaintsOf(() => settings.parse({ baseUrl, statusCodes }))).toEqual(complaints);
  });

  test.each([
    '',
    'api.example',
    'ftp://api.example',
    'https://u:p@api.example',
    'https://api.example?a=1',
    'https://api.example#a',
  ])('refuse the base URL %j', (url) => {
    expect(Object.keys(complaintsOf(() => settings.parse({ baseUrl: url })))).toEqual(['/baseUrl']);
  });
});

describe('credentials', () => {
  test('may leave out the passphrase', () => {
    const { clientUuid, clientSecret } = CREDENTIALS;
    expect(credentials.parse({ clientUuid, clientSecret })).toEqual({ clientUuid, clientSecret });
  });

  test.each([
    [{ ...CREDENTIALS, clientUuid: 'mine' }, '/clientUuid'],
    [{ ...CREDENTIALS, clientSecret: 'fourteen chars' }, '/clientSecret'],
    [{ ...CREDENTIALS, callbackPassphrase: 'short' }, '/callbackPassphrase'],
    [{ ...CREDENTIALS, callbackPassphrase: '' }, '/callbackPassphrase'],
    [{ ...CREDENTIALS, password: 'x' }, '/password'],
  ])('of the wrong form are refused: %#', (value, pointer) => {
    expect(Object.keys(complaintsOf(() => credentials.parse(value)))).toEqual([pointer]);
  });

  test('are write-only in the schema', () => {
    expect(credentials.jsonSchema).toMatchObject({
      properties: { clientSecret: { writeOnly: true }, callbackPassphrase: { writeOnly: true } },
    });
  });
});
