/** What may stand where an id belongs, as it goes over the wire. None of it names anything of ours. */
export function hostileSegments(marker: string, others: readonly string[]): readonly string[] {
  return [
    ...others,
    ...others.map((id) => id.toUpperCase()),
    ...others.map((id) => `${id}x`),
    ...others.map((id) => id.slice(0, -1)),
    marker,
    '%',
    '%zz',
    '%00',
    '%ff',
    '%2F',
    `..%2F${marker}`,
    '..',
    '%2e%2e',
    '.',
    'ver_',
    '_',
    'ver_00000000000000000000000000',
    'ver_zzzzzzzzzzzzzzzzzzzzzzzzzz',
    '01890a5d-ac96-774b-bcce-b302099a8057',
    'null',
    'undefined',
    '__proto__',
    'constructor',
    'toString',
    '-1',
    '*',
    '{id}',
    ';a=1',
    "'%20OR%20'1'='1",
    '%F0%9F%98%80',
    '\u00e9\u00ff',
    'a'.repeat(256),
    'a'.repeat(257),
    marker.repeat(800),
  ];
}

/** What may stand where a parameter's value belongs, as it goes over the wire. */
export function hostileQueryValues(marker: string): readonly string[] {
  return [
    '',
    '%00',
    '%ff',
    '%',
    '%20',
    '0',
    '-1',
    '201',
    '1.5',
    '1e3',
    '0x10',
    '%D9%A1',
    'NaN',
    '9'.repeat(400),
    'true',
    'null',
    '[]',
    '{}',
    '%5B%5D',
    '2026-02-30T00:00:00Z',
    '2026-01-31',
    '9999-12-31T23:59:59-23:59',
    '1900-01-01T00:00:00Z',
    `${marker}%0d%0aX-Injected:%201`,
    `${marker}'%20OR%201=1`,
    marker,
    marker.repeat(30),
    'MjAyNi5ub3QtYS11dWlk',
    Buffer.from('9999999999999999.01890a5d-ac96-774b-bcce-b302099a8057').toString('base64url'),
    Buffer.from('8640000000000000.01890a5d-ac96-774b-bcce-b302099a8057').toString('base64url'),
    Buffer.from('8640000000000000.ffffffff-ffff-ffff-ffff-ffffffffffff').toString('base64url'),
  ];
}

export interface HostileHeader {
  readonly name: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Null: nothing is expected but the general rules. */
  readonly statuses: readonly number[] | null;
}

export function hostileIdempotencyKeys(marker: string): readonly HostileHeader[] {
  const key = (name: string, value: string, statuses: readonly number[] | null): HostileHeader => ({
    name: `Idempotency-Key: ${name}`,
    headers: [['Idempotency-Key', value]],
    statuses,
  });
  return [
    key('empty', '', [422]),
    key('too long', marker.repeat(40), [422]),
    key('255 characters', marker.padEnd(255, 'k'), null),
    key('256 characters', marker.padEnd(256, 'k'), [422]),
    key('not ASCII', `${marker}\u00e9`, [422]),
    key('a tab', `${marker}\tb`, [422]),
    key('an open quote', `"${marker}`, [422]),
    key('quotes around nothing', '""', [422]),
    key('a quote inside', `"${marker}"b"`, [422]),
    key('SQL', `${marker}'); DROP TABLE idempotency_keys; --`, null),
    key('a name that every object has', '__proto__', null),
    {
      name: 'Idempotency-Key: two',
      headers: [
        ['Idempotency-Key', `${marker}-a`],
        ['Idempotency-Key', `${marker}-b`],
      ],
      statuses: null,
    },
  ];
}

export function hostileIfMatches(marker: string): readonly HostileHeader[] {
  const values = [
    '',
    '"0"',
    '"999999999"',
    '"99999999999999999999"',
    'W/"1"',
    '1',
    '"-1"',
    '"998", "999"',
    `"${marker}"`,
    '\u00ff',
  ];
  return values.map((value) => ({
    name: `If-Match: ${value}`,
    headers: [['If-Match', value]],
    statuses: [412],
  }));
}

/** On any route. A request id that is not sane is replaced; the rest is nobody's business. */
export function hostileCommonHeaders(marker: string): readonly HostileHeader[] {
  const all: readonly (readonly [string, string])[] = [
    ['X-Request-Id', ''],
    ['X-Request-Id', `${marker} and a blank`],
    ['X-Request-Id', `${marker}@mail.test`],
    ['X-Request-Id', `"${marker}<script>`],
    ['X-Request-Id', marker.repeat(40)],
    ['X-Request-Id', '\u00e9\u00ff'],
    ['X-Request-Id', `${marker}\tb`],
    ['Accept', `${marker}/*;q=9`],
    ['Accept-Encoding', marker],
    ['X-Forwarded-For', `${marker}, 127.0.0.1`],
    ['X-Forwarded-Host', `${marker}.test`],
    ['X-HTTP-Method-Override', 'DELETE'],
    ['Origin', `https://${marker}.test`],
    ['Cookie', `session=${marker}`],
    ['Range', 'bytes=0-0'],
    ['If-None-Match', '*'],
    ['Expect', '100-continue'],
    ['Forwarded', `for=${marker};host=${marker}`],
  ];
  return all.map(([name, value]) => ({
    name: `${name}: ${value.slice(0, 30)}`,
    headers: [[name, value]],
    statuses: null,
  }));
}

/** Everything that is not `Bearer` and a key in force. */
export function badAuthorizations(key: string): readonly (readonly [name: string, value: string | null])[] {
  return [
    ['none', null],
    ['empty', ''],
    ['only the scheme', 'Bearer'],
    ['the scheme and blanks', 'Bearer    '],
    ['only the key', key],
    ['another scheme', `Basic ${Buffer.from(`${key}:`).toString('base64')}`],
    ['a scheme nobody knows', `Token ${key}`],
    ['a key too many', `Bearer ${key} ${key}`],
    ['a comma', `Bearer ${key},`],
    ['in quotes', `Bearer "${key}"`],
    ['one character more', `Bearer ${key}0`],
    ['one character less', `Bearer ${key.slice(0, -1)}`],
    ['another last character', `Bearer ${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`],
    ['in capitals', `Bearer ${key.toUpperCase()}`],
    ['not ASCII', `Bearer ${key}\u00e9`],
    ['nothing but a prefix', 'Bearer gk_test_'],
    ['an unknown key of the right form', `Bearer gk_admin_${'a'.repeat(46)}`],
    ['a very long one', `Bearer ${'a'.repeat(6_000)}`],
  ];
}

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];

export const UNKNOWN_PAIRS = [
  'zzz=1',
  '__proto__=1',
  'constructor=1',
  'prototype=1',
  'limit[]=1',
  'limit[a]=1',
  '%=1',
  '%00=1',
  `${'a'.repeat(5_000)}=1`,
  '&&&',
];

export const UNKNOWN_PATHS = [
  '/v1',
  '/v2/verifications',
  '//v1/verifications',
  '/V1/verifications',
  '/admin',
  '/docs/',
  '/.env',
  '/%',
  '/%00',
  '/..%2f..%2fetc/passwd',
  '/v1/verifications/a/b/c',
  `/${'a/'.repeat(3_000)}`,
  '*',
];

/** What Node’s parser cannot take for a request, and how it is answered. */
export function notHttp(marker: string): readonly { readonly text: string; readonly status: number }[] {
  const head = 'GET /health/live HTTP/1.1\r\nHost: a\r\n';
  const tooLarge = [
    `${head}X-Long: ${marker.repeat(4_000)}\r\n\r\n`,
    `GET /${marker.repeat(4_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
  ];
  const unreadable = [
    `${marker}\r\n\r\n`,
    `${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${head}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd`,
    `${head}Content-Length: -1\r\n\r\n`,
    `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    `${head}Bad Name: ${marker}\r\n\r\n`,
    `${head}X-Nul: ${marker}\0b\r\n\r\n`,
    `GET /health/live HTTP/9.9\r\nHost: a\r\n\r\n`,
    `GET /a b HTTP/1.1\r\nHost: a\r\n\r\n`,
  ];
  return [
    ...tooLarge.map((text) => ({ text, status: 431 })),
    ...unreadable.map((text) => ({ text, status: 400 })),
  ];
}
