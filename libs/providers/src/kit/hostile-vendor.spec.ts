import { once } from 'node:events';
import { createServer } from 'node:https';
import { type AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { gzipSync } from 'node:zlib';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { OutboundPost } from '@gatehouse/platform';
import { z } from 'zod';

import { AUTHORITY, CERTIFICATES } from '../../test/certificates.js';
import { failureOf } from '../../test/failures.js';
import { raw, type Reply, ScriptedVendor } from '../../test/scripted-vendor.js';
import { SELF_SIGNED } from '../../test/self-signed.js';
import { VendorHttp } from '../../test/vendor-http.js';
import { type ProviderCall } from './provider-http.js';

function callTo(url: string, more: Partial<ProviderCall<unknown>> = {}): ProviderCall<unknown> {
  return {
    provider: 'vendor',
    operation: 'ask',
    method: 'GET',
    url,
    schema: z.unknown(),
    faultOf: () => 'invalid_request',
    effectOnLostAnswer: 'unknown',
    repeatable: false,
    ...more,
  };
}

describe('the certificate of a server', () => {
  const trusted = getCACertificates('default');
  beforeAll(() => {
    setDefaultCACertificates([AUTHORITY]);
  });
  afterAll(() => {
    setDefaultCACertificates(trusted);
  });

  async function serving<T>(
    certificate: { readonly key: string; readonly cert: string },
    ask: (origin: string) => Promise<T>,
  ): Promise<{ readonly result: T; readonly reached: number }> {
    let reached = 0;
    const server = createServer(certificate, (_request, response) => {
      reached += 1;
      response.end('{}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const result = await ask(`https://localhost:${port}/`);
      return { result, reached };
    } finally {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
  }

  const asVendor = async (origin: string): Promise<unknown> => {
    const client = new VendorHttp();
    const outcome = await client.http.request(callTo(origin)).then(
      () => 'answered',
      (error: unknown) => error,
    );
    await client.close();
    return outcome;
  };
  const asReceiver = async (origin: string): Promise<unknown> => {
    const post = new OutboundPost({ allowPrivateNetworks: true });
    const { failure } = await post.send(origin, {}, '{}', 5_000);
    await post.close();
    return failure;
  };

  test('is good enough when it is of the host, in time, and by somebody who is trusted', async () => {
    expect(await serving(CERTIFICATES.good, asVendor)).toEqual({ result: 'answered', reached: 1 });
    expect(await serving(CERTIFICATES.good, asReceiver)).toEqual({ result: null, reached: 1 });
  });

  test.each([
    ['of another host', CERTIFICATES.elsewhere, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['past its end', CERTIFICATES.expired, 'CERT_HAS_EXPIRED'],
    ['by itself', SELF_SIGNED, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ])('is refused before anything is sent, when it is %s', async (_what, certificate, code) => {
    expect(await serving(certificate, asVendor)).toMatchObject({
      result: { fault: 'unavailable', effect: 'none' },
      reached: 0,
    });
    expect(await serving(certificate, asReceiver)).toEqual({ result: code, reached: 0 });
  });
});

describe('a vendor that means harm', () => {
  let vendor: ScriptedVendor;
  let client: VendorHttp;
  beforeEach(async () => {
    vendor = await ScriptedVendor.open();
    client = new VendorHttp();
  });
  afterEach(async () => {
    await client.close();
    await vendor.close();
  });

  const ask = (more: Partial<ProviderCall<unknown>>): Promise<unknown> =>
    failureOf(client.http.request(callTo(`${vendor.url}/`, more)));

  test('is hung up on when its body does not end, long before memory does', async () => {
    const sent = Promise.withResolvers<number>();
    const endless: Reply = (_request, response) => {
      const piece = Buffer.alloc(64 * 1024, ' ');
      let bytes = 0;
      const pour = (): void => {
        do bytes += piece.length;
        while (response.write(piece));
      };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.on('drain', pour);
      response.on('close', () => {
        sent.resolve(bytes);
      });
      pour();
    };
    vendor.will(endless);
    expect(await ask({ maxBytes: 256 * 1024, timeoutMs: 20_000 })).toMatchObject({ fault: 'contract' });
    // What the system keeps for a connection comes on top.
    expect(await sent.promise).toBeLessThan(32 * 1024 * 1024);
  });

  test('has nothing unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    vendor.will(raw(200, bomb, { 'content-type': 'application/json', 'content-encoding': 'gzip' }));
    expect(await ask({ maxBytes: 1024 * 1024 })).toMatchObject({ fault: 'contract' });
  });

  test('gets no more time by sending a little now and then', async () => {
    vendor.will((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => {
        clearInterval(timer);
      });
    });
    expect(await ask({ timeoutMs: 1000 })).toMatchObject({ fault: 'timeout', effect: 'unknown' });
  });

  test('can send us nowhere', async () => {
    const tempted = await ScriptedVendor.open();
    for (const status of [301, 302, 303, 307, 308])
      for (const location of ['http://169.254.169.254/latest/meta-data/', `${tempted.url}/`]) {
        vendor.will(raw(status, '', { location }));
        expect(await ask({})).toMatchObject({ fault: 'contract' });
      }
    expect(tempted.requests).toEqual([]);
    await tempted.close();
  });

  test('changes no object but its own', async () => {
    vendor.will(
      raw(200, '{"a":{"__proto__":{"polluted":true}},"constructor":{"prototype":{"polluted":true}}}'),
    );
    expect(await ask({})).toMatchObject({ fault: 'contract' });
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  test.each(['1', '"text"', 'null', '[]', 'true', '1e999', '{"value":"7"}'])(
    'is not believed with %s',
    async (body) => {
      vendor.will(raw(200, body, { 'content-type': 'application/json' }));
      expect(await ask({ schema: z.object({ value: z.number() }) })).toMatchObject({ fault: 'contract' });
    },
  );
});
