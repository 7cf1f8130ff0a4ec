import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { type AddressInfo } from 'node:net';
import { z } from 'zod';

import { failureOf } from '../../test/failures.js';
import { json, ScriptedVendor } from '../../test/scripted-vendor.js';
import { SELF_SIGNED } from '../../test/self-signed.js';
import { VendorHttp } from '../../test/vendor-http.js';
import { type ProviderCall } from './provider-http.js';

function callTo(url: string): ProviderCall<unknown> {
  return {
    provider: 'vendor',
    operation: 'ask',
    method: 'GET',
    url,
    schema: z.unknown(),
    faultOf: () => 'invalid_request',
    effectOnLostAnswer: 'unknown',
    repeatable: true,
  };
}

describe('where private networks are refused', () => {
  let vendor: ScriptedVendor;
  beforeEach(async () => {
    vendor = await ScriptedVendor.open();
  });
  afterEach(async () => {
    await vendor.close();
  });

  const answers = (
    ...rounds: readonly (readonly string[])[]
  ): { readonly client: VendorHttp; asked: () => number } => {
    let asked = 0;
    const client = new VendorHttp({
      allowPrivateNetworks: false,
      resolve: (_hostname, answer) => {
        const addresses: LookupAddress[] = (rounds[Math.min(asked, rounds.length - 1)] ?? []).map(
          (address) => ({
            address,
            family: address.includes(':') ? 6 : 4,
          }),
        );
        asked += 1;
        answer(null, addresses);
      },
    });
    return { client, asked: () => asked };
  };

  test.each(['127.0.0.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]'])(
    'an IP literal is refused before connecting: %s',
    async (host) => {
      const { client, asked } = answers(['8.8.8.8']);
      const failure = await failureOf(client.http.request(callTo(`http://${host}:${vendor.port}/`)));
      expect(failure).toMatchObject({ fault: 'unavailable', effect: 'none' });
      expect(failure.message).toContain('private network');
      expect(asked()).toBe(0);
      expect(vendor.requests).toEqual([]);
      await client.close();
    },
  );

  test.each([
    ['a private address', ['127.0.0.1']],
    ['one private address among public ones', ['8.8.8.8', '127.0.0.1']],
    ['an unwrapped one', ['::ffff:7f00:1']],
    ['no address', []],
  ])('a name with %s is refused, once', async (_name, addresses) => {
    const { client, asked } = answers(addresses);
    const failure = await failureOf(client.http.request(callTo(`http://vendor.test:${vendor.port}/`)));
    expect(failure).toMatchObject({ fault: 'unavailable', effect: 'none' });
    expect(failure.message).toContain('private network');
    expect(asked()).toBe(1);
    expect(vendor.requests).toEqual([]);
    await client.close();
  });

  test('a name that turns private after it was checked is refused at that connect', async () => {
    const { client } = answers(['127.0.0.1']);
    for (let n = 0; n < 2; n += 1) {
      const failure = await failureOf(client.http.request(callTo(`http://vendor.test:${vendor.port}/`)));
      expect(failure.message).toContain('private network');
    }
    expect(vendor.requests).toEqual([]);
    await client.close();
  });
});

test('where private networks are allowed, a loopback vendor is called', async () => {
  const vendor = await ScriptedVendor.open();
  const client = new VendorHttp();
  vendor.will(json(200, { fine: true }));
  expect((await client.http.request(callTo(`${vendor.url}/`))).data).toEqual({ fine: true });
  await client.close();
  await vendor.close();
});

describe('TLS', () => {
  let server: Server;
  let reached = 0;
  beforeEach(async () => {
    reached = 0;
    server = createServer(SELF_SIGNED, (_request, response) => {
      reached += 1;
      response.end('{}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  test('a certificate that nobody vouches for is refused before anything is sent', async () => {
    const client = new VendorHttp();
    const { port } = server.address() as AddressInfo;
    const failure = await failureOf(client.http.request(callTo(`https://localhost:${port}/`)));
    expect(failure).toMatchObject({ fault: 'unavailable', effect: 'none' });
    expect(reached).toBe(0);
    await client.close();
  });
});
