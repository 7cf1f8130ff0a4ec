import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type GatewayHarness, startGateway } from '../support/gateway-harness.js';
import { type RawAnswer, rawRequest } from '../support/raw-http.js';

const PAGE =
  '<!doctype html><title>Gatehouse</title><script type="module" src="/console/assets/app-1a2b.js"></script>';
const SCRIPT = `document.title = ${JSON.stringify('Gatehouse '.repeat(200))};`;
const STYLE = 'body { margin: 0; }';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; font-src 'self'; " +
  "connect-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

let parent: string;
let harness: GatewayHarness;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'gatehouse-console-'));
  const files: Readonly<Record<string, string | Buffer>> = {
    'package.json': '{"name":"not for anybody"}',
    'console/index.html': PAGE,
    'console/.hidden.js': SCRIPT,
    'console/assets/app-1a2b.js': SCRIPT,
    'console/assets/app-1a2b.js.br': brotliCompressSync(SCRIPT),
    'console/assets/app-1a2b.js.gz': gzipSync(SCRIPT),
    'console/assets/app-3c4d.css': STYLE,
    'console/icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(parent, name)), { recursive: true });
    await writeFile(join(parent, name), content);
  }
  harness = await startGateway({}, { consoleFolder: join(parent, 'console') });
});
afterAll(async () => {
  await harness.close();
  await rm(parent, { recursive: true });
});

function ask(
  path: string,
  method = 'GET',
  headers: Readonly<Record<string, string>> = {},
): Promise<RawAnswer> {
  return rawRequest(harness.origin, { method, path, headers: Object.entries(headers) });
}

/** What every answer says that is no file of the console. */
function expectNotFound(answer: RawAnswer): void {
  expect(answer.status).toBe(404);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(answer.json).toMatchObject({ code: 'not_found' });
  expect(answer.headers.get('cache-control')).toBe('no-store');
}

describe('the console’s page', () => {
  it.each([
    '/console',
    '/console/',
    '/console?theme=dark',
    '/console/tenants',
    '/console/tenants/tnt_01kahn4r5sf1trr9gy5vqd2s0x/connections?environment=test',
    '/console/assets',
    '/console/no/such/place',
  ])('is at %s', async (path) => {
    const { status, headers, text } = await ask(path);
    expect({ status, text }).toEqual({ status: 200, text: PAGE });
    expect(headers.get('content-type')).toMatch(/^text\/html; charset=utf-8$/i);
  });

  it('runs scripts of this origin alone, in no frame, and is asked for again each time', async () => {
    for (const path of ['/console', '/console/tenants']) {
      const { headers } = await ask(path);
      expect(headers.get('content-security-policy')).toBe(POLICY);
      expect(headers.get('cache-control')).toBe('no-cache');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    }
  });

  it('is not sent again to who has it', async () => {
    const first = await ask('/console');
    const again = await ask('/console', 'GET', { 'if-none-match': first.headers.get('etag') ?? '' });
    expect({ status: again.status, text: again.text }).toEqual({ status: 304, text: '' });
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('does not take %s', async (method) => {
    for (const path of ['/console', '/console/tenants'])
      expect(await ask(path, method)).toMatchObject({ status: 405, json: { code: 'method_not_allowed' } });
  });
});

describe('a file of the console', () => {
  it.each([
    ['/console/assets/app-1a2b.js', 'application/javascript; charset=utf-8', SCRIPT],
    ['/console/assets/app-3c4d.css', 'text/css; charset=utf-8', STYLE],
  ])('%s is kept for ever, since its name changes with it', async (path, type, content) => {
    const { status, headers, text } = await ask(path);
    expect({ status, text }).toEqual({ status: 200, text: content });
    expect(headers.get('content-type')?.toLowerCase()).toBe(type);
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(headers.get('content-security-policy')).toBe(POLICY);
  });

  it('outside of assets is asked for again each time', async () => {
    const { status, headers } = await ask('/console/icon.svg');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('image/svg+xml');
    expect(headers.get('cache-control')).toBe('no-cache');
  });

  it.each([
    ['br', 'br'],
    ['gzip', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['identity', undefined],
  ])('is sent as small as it was made, with Accept-Encoding: %s', async (accepted, encoding) => {
    const { status, headers } = await ask('/console/assets/app-1a2b.js', 'GET', {
      'accept-encoding': accepted,
    });
    expect(status).toBe(200);
    expect(headers.get('content-encoding')).toBe(encoding);
    expect(headers.get('vary')).toMatch(/accept-encoding/i);
    expect(headers.get('content-type')?.toLowerCase()).toBe('application/javascript; charset=utf-8');
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const length = Number(headers.get('content-length'));
    if (encoding === undefined) expect(length).toBe(SCRIPT.length);
    else expect(length).toBeLessThan(SCRIPT.length / 4);
  });

  it('is described to HEAD as to GET, without a body', async () => {
    for (const path of ['/console', '/console/tenants', '/console/assets/app-1a2b.js']) {
      const [head, get] = [await ask(path, 'HEAD'), await ask(path)];
      expect({ status: head.status, text: head.text }).toEqual({ status: 200, text: '' });
      for (const name of [
        'content-type',
        'content-length',
        'cache-control',
        'etag',
        'content-security-policy',
      ])
        expect([name, head.headers.get(name)]).toEqual([name, get.headers.get(name)]);
    }
  });

  it.each([
    '/console/assets/app-9z9z.js',
    '/console/..%2fpackage.json',
    '/console/..%2f..%2fpackage.json',
    '/console/../package.json',
    '/console/assets/..%2f..%2f..%2fpackage.json',
    '/console/assets/..%5c..%5cpackage.json',
    '/console/%2e%2e/package.json',
    '/console//etc/hosts.conf',
    '/console/.hidden.js',
    '/console/assets/app-1a2b.js%00.html',
    '/console/assets/%2e/app-1a2b.js',
    '/console/assets//app-1a2b.js',
  ])('%s there is not', async (path) => {
    expectNotFound(await ask(path));
  });
});

describe('without a built console', () => {
  it('the gateway serves all the rest, and says that there is none', async () => {
    const bare = await startGateway({}, { consoleFolder: join(parent, 'nowhere') });
    try {
      for (const path of ['/console', '/console/tenants', '/console/assets/app-1a2b.js'])
        expectNotFound(await rawRequest(bare.origin, { method: 'GET', path }));
      expect((await rawRequest(bare.origin, { method: 'GET', path: '/health/live' })).status).toBe(200);
    } finally {
      await bare.close();
    }
  });
});
