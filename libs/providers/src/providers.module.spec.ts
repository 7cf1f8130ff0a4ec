import 'reflect-metadata';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Provider, ProviderRegistry } from '@gatehouse/contract';
import { type INestApplicationContext, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

import { CREDENTIALS as DENTITY } from '../test/dentity-bodies.js';
import { everythingIn, failureOf } from '../test/failures.js';
import { CREDENTIALS as SARDINE } from '../test/sardine-bodies.js';
import { echo, ScriptedVendor } from '../test/scripted-vendor.js';
import { CREDENTIALS as SENTINEL } from '../test/sentinel-bodies.js';
import { startRequest } from '../test/start-request.js';
import { ProviderList } from './provider-list.js';
import { ProvidersModule } from './providers.module.js';

let application: INestApplicationContext;
let vendor: ScriptedVendor;
beforeEach(async () => {
  vendor = await ScriptedVendor.open();
  Logger.overrideLogger(false);
  application = await NestFactory.createApplicationContext(
    ProvidersModule.forRoot({ allowPrivateNetworks: true }),
  );
});
afterEach(async () => {
  await application.close();
  await vendor.close();
});

const registry = (): ProviderRegistry => application.get(ProviderRegistry);

function named(name: string): Provider {
  const provider = registry().get(name);
  if (provider === undefined) throw new Error(`No provider ${name}`);
  return provider;
}

describe('the list', () => {
  test('knows nobody by another name', () => {
    expect(registry().get('nobody')).toBeUndefined();
  });

  test('refuses two of one name', () => {
    expect(() => new ProviderList([named('sardine'), named('sardine')])).toThrow('same name');
  });
});

describe.each([
  ['sentinel', SENTINEL, SENTINEL.clientSecret],
  ['sardine', SARDINE, SARDINE.clientSecret],
  ['dentity', DENTITY, DENTITY.apiKey],
])('%s', (name, credentials, secret) => {
  const person = 'planted.person@mail.test';

  test.each([200, 400, 401, 409, 422, 500])(
    'tells nothing of secret or person when the vendor echoes all of it with a %d',
    async (status) => {
      vendor.will(echo(status), echo(status), echo(status));
      const provider = named(name);
      const settings = provider.settings.parse({ baseUrl: vendor.url });
      const request = startRequest({ subject: { email: person, phone: '+14155550177' } });
      const failure = await failureOf(provider.start({ credentials, settings }, request));
      const shown = everythingIn(failure);
      const basic = Buffer.from(secret).toString('base64');
      for (const planted of [secret, basic, person, '4155550177', 'x-api-key', 'authorization'])
        expect(shown).not.toContain(planted);
      expect(failure.provider).toBe(name);
    },
  );

  test('names its base URL among what will be called', () => {
    const provider = named(name);
    expect(provider.endpoints(provider.settings.parse({ baseUrl: 'https://api.vendor.example' }))).toEqual([
      'https://api.vendor.example',
    ]);
  });

  test('has forms whose secrets are write-only and which are closed', () => {
    const provider = named(name);
    expect(JSON.stringify(provider.credentials.jsonSchema)).toContain('"writeOnly":true');
    for (const { jsonSchema } of [provider.credentials, provider.settings, provider.handle])
      expect(jsonSchema).toMatchObject({ type: 'object', additionalProperties: false });
  });
});
