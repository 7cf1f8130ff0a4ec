import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ProviderError } from '@gatehouse/contract';
import fc from 'fast-check';

import { nearTo, received, receivedOrRefused } from '../../test/received.js';
import { CREDENTIALS, CUSTOMER_ID, ENTITY } from '../../test/sardine-bodies.js';
import { raw, ScriptedVendor } from '../../test/scripted-vendor.js';
import { VendorHttp } from '../../test/vendor-http.js';
import { sardineSettings } from './sardine.config.js';
import { SardineEntities } from './sardine.entities.js';
import { type EntityReader } from './sardine.entity.js';
import { entity, type SardineEntity } from './sardine.wire.js';

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

function visit<T>(body: unknown, look: (reader: EntityReader) => Promise<T>): Promise<T> {
  vendor.will(raw(200, typeof body === 'string' ? body : JSON.stringify(body)));
  const connection = { credentials: CREDENTIALS, settings: sardineSettings.parse({ baseUrl: vendor.url }) };
  return new SardineEntities(client.http).visit(connection, CUSTOMER_ID, { operation: 'read' }, look);
}

const read = (body: unknown): Promise<SardineEntity | null> => visit(body, (reader) => reader.rest());

const LONG = 'A'.repeat(100_000);

describe('an answer that is read as it arrives', () => {
  test.each<[string, unknown]>([
    ['as documented', ENTITY],
    ['with nothing', {}],
    ['of null', 'null'],
    ['with empty parts', { profile: {}, documentData: {}, documentKyc: {} }],
    ['with a part that is a list', { ...ENTITY, documentKyc: [{ front: 'AAAA' }] }],
    ['with images of other types', { documentKyc: { front: 7, back: { front: 'AAAA' }, selfie: ['AAAA'] } }],
    ['with blank images', { documentKyc: { front: '', back: ' \n ', selfie: null } }],
    ['with an image only', { documentKyc: { back: 'AAAA' } }],
    ['with images elsewhere', { front: 'AAAA', customer: { documentKyc: { front: 'AAAA' } } }],
    ['with a level that is an object', { ...ENTITY, level: {} }],
    ['with a level that is a list', { ...ENTITY, level: [] }],
    ['with strange members of strange names', { ...ENTITY, '': 1, 0: [1], constructor: 'x', toString: {} }],
    [
      'in which a member is there twice',
      '{"level":"low","level":{"a":1},"level":"high","profile":{"fullName":"A"}}',
    ],
  ])('%s, comes to what it would be whole', async (_name, body) => {
    expect(await read(body)).toEqual(received(entity, body));
  });

  test('comes to what it would be whole, or is refused all the same', async () => {
    await fc.assert(
      fc.asyncProperty(nearTo(ENTITY), async (body) => {
        const text = JSON.stringify(body);
        const found = await read(text).catch((error: unknown) => {
          if (error instanceof ProviderError && error.fault === 'contract') return 'refused';
          throw error;
        });
        const whole = text === 'null' ? null : (receivedOrRefused(entity, text) ?? 'refused');
        expect(found).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });

  test('may have texts of any length where they are not looked at', async () => {
    const body = {
      ...ENTITY,
      documentKyc: { front: LONG, more: LONG },
      customer: { note: LONG },
      note: LONG,
    };
    expect(await read(body)).toMatchObject({ documentKyc: 1, level: 'low' });
  });

  test('keeps neither an image nor what is not looked at', async () => {
    const kept = await read({ ...ENTITY, customer: { note: 'free form' } });
    expect(JSON.stringify(kept)).not.toMatch(/aW1hZ2U|free form|score/u);
  });

  test('hands out its images in their order, each with its own text', async () => {
    const body = `{"documentKyc":{"selfie":"U0VMRg==","other":"x","front":"data:image\\/png;base64,AAAA"},"level":"low"}`;
    const images = await visit(body, async (reader) => {
      const found: [string, string][] = [];
      for (let image = await reader.nextImage(); image !== null; image = await reader.nextImage()) {
        let text = '';
        for await (const piece of image.chunks) text += piece;
        found.push([image.key, text]);
      }
      expect(await reader.rest()).toMatchObject({ documentKyc: 2, level: 'low' });
      return found;
    });
    expect(images).toEqual([
      ['selfie', 'U0VMRg=='],
      ['front', 'data:image/png;base64,AAAA'],
    ]);
  });
});
