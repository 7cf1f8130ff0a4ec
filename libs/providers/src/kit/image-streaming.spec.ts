import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash, type Hash } from 'node:crypto';
import { type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { eventually } from '../../../../test/support/eventually.js';
import { failureOf } from '../../test/failures.js';
import { Pouring } from '../../test/pouring.js';
import { raw, ScriptedVendor } from '../../test/scripted-vendor.js';
import { VendorHttp } from '../../test/vendor-http.js';
import { decodeImage } from './image-text.js';
import { readAnswer } from './json-answer.js';
import { type IsLong } from './json-events.js';
import { type OpenAnswer } from './provider-http.js';

/** From a socket to the bytes of images, as an adapter puts it together. */
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

const MEBIBYTE = 1024 * 1024;
/** A multiple of three, so that pieces of base64 can be put in a row. */
const CHUNK = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(30_000, 'image')]);
const CHUNKS = Math.ceil((10 * MEBIBYTE) / CHUNK.length);
const BASE64 = Buffer.from(CHUNK.toString('base64'));
const isImage: IsLong = (path) => path.at(-1) === 'frontImage';

/** A person whose one image has 10 MiB. */
function* person(): Generator<Buffer> {
  yield Buffer.from('{"data":{"id":7,"passport":{"frontImage":"data:image\\/jpeg;base64,');
  for (let n = 0; n < CHUNKS; n += 1) yield BASE64;
  yield Buffer.from('","idMatch":true}}}');
}

function open(): Promise<OpenAnswer> {
  return client.http.open({
    provider: 'vendor',
    operation: 'fetch images',
    method: 'GET',
    url: `${vendor.url}/images`,
    faultOf: () => 'invalid_request',
    effectOnLostAnswer: 'none',
    repeatable: false,
    // Collecting garbage in between holds everything up on a busy machine.
    timeoutMs: 60_000,
  });
}

async function firstImage(answer: OpenAnswer): Promise<Readable> {
  for (const entries = readAnswer(answer, isImage); ;) {
    const { done, value: entry } = await entries.next();
    if (done === true) throw new Error('There is no image');
    if (entry.kind === 'scalar') continue;
    const image = await decodeImage(entry.chunks, answer.broken);
    if (image.kind !== 'bytes') throw new Error('There are no bytes');
    image.bytes.once('close', () => answer.body.destroy());
    return image.bytes;
  }
}

/** What is still in use; what only waits to be collected does not count. */
function liveBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // The second waits for the first one's sweeping of buffers, which goes on in the background.
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe('images of 10 MiB', () => {
  test('stream ten at once, whole, with little memory', async () => {
    const answers = Array.from({ length: 10 }, () => new Pouring(person()));
    vendor.will(...answers.map(({ reply }) => reply));
    const expected = createHash('sha256');
    for (let n = 0; n < CHUNKS; n += 1) expected.update(CHUNK);

    const before = liveBytes();
    const held: number[] = [];
    let read = 0;
    const digest = async (): Promise<Hash> => {
      const hash = createHash('sha256');
      for await (const chunk of await firstImage(await open())) {
        hash.update(chunk as Buffer);
        const quarter = Math.floor(read / (25 * MEBIBYTE));
        read += (chunk as Buffer).length;
        if (Math.floor(read / (25 * MEBIBYTE)) > quarter) held.push(liveBytes() - before);
      }
      return hash;
    };
    const hashes = await Promise.all(answers.map(digest));

    const whole = expected.digest('hex');
    expect(hashes.map((hash) => hash.digest('hex'))).toEqual(answers.map(() => whole));
    expect(held).toHaveLength(4);
    expect(Math.max(...held)).toBeLessThan(30 * MEBIBYTE);
  }, 60_000);

  test('hold the vendor back while their reader rests', async () => {
    const answer = new Pouring(
      (function* () {
        for (let n = 0; n < 10; n += 1) yield* person();
      })(),
    );
    vendor.will(answer.reply);
    const bytes = await firstImage(await open());
    await answer.stopped();
    expect(answer.written).toBeLessThan(32 * MEBIBYTE);
    bytes.destroy();
  });

  test('close the vendor’s connection when their reader goes away', async () => {
    const answer = new Pouring(person());
    vendor.will(answer.reply);
    for await (const chunk of await firstImage(await open())) {
      expect(chunk).toBeInstanceOf(Buffer);
      break;
    }
    await eventually(() => {
      expect(answer.closed).toBe(true);
    });
  });

  test('end in the vendor’s name when its connection breaks within one', async () => {
    vendor.will((_request, response) => {
      response.writeHead(200);
      response.write('{"frontImage":"');
      response.write(BASE64, () => {
        response.socket?.resetAndDestroy();
      });
    });
    const failure = await failureOf(open().then(firstImage).then(buffer));
    expect(failure).toMatchObject({ provider: 'vendor', fault: 'unavailable' });
  });

  test.each([
    ['no JSON', '<h1>Sorry</h1>'],
    ['JSON that ends before an image', '{"data":{"id":7'],
    ['JSON that ends within an image', `{"frontImage":"${BASE64.toString()}`],
  ])('end in the vendor’s name in an answer of %s', async (_name, body) => {
    vendor.will(raw(200, body));
    const failure = await failureOf(open().then(firstImage).then(buffer));
    expect(failure).toMatchObject({ provider: 'vendor', fault: 'contract', httpStatus: 200 });
    expect(failure.message).toBe('Could not fetch images: the answer is not readable JSON');
  });
});
