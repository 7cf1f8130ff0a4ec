import { describe, expect, test } from '@jest/globals';
import { buffer } from 'node:stream/consumers';

import { ProviderError } from '@gatehouse/contract';
import fc from 'fast-check';

import { failureOf } from '../../test/failures.js';
import { decodeImage, type ImageText } from './image-text.js';
import { type Broken } from './provider-failures.js';
import { UnreadableJson } from './untrusted-json.js';

const broken: Broken = (what, cause) =>
  new ProviderError('vendor', 'contract', 'none', `the answer ${what}`, { cause });

async function* piecesOf(text: string, size = 7): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield await Promise.resolve(text.slice(at, at + size));
}

const decode = (text: string, size?: number): Promise<ImageText> => decodeImage(piecesOf(text, size), broken);

/** What the text decodes to, with its bytes whole. */
async function whole(text: string, size?: number): Promise<unknown> {
  const image = await decode(text, size);
  return image.kind === 'bytes' ? { ...image, bytes: await buffer(image.bytes) } : image;
}

const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(300, 'jpeg')]);
const base64 = JPEG.toString('base64');

describe('the text of an image', () => {
  test('may be a data URI', async () => {
    expect(await whole(`data:image/jpeg;base64,${base64}`)).toEqual({
      kind: 'bytes',
      mediaType: 'image/jpeg',
      encoding: 'data_uri',
      bytes: JPEG,
    });
  });

  test('may be bare base64', async () => {
    expect(await whole(base64)).toEqual({
      kind: 'bytes',
      mediaType: 'image/jpeg',
      encoding: 'base64',
      bytes: JPEG,
    });
  });

  test.each(['https://images.vendor.test/a/b.jpg?X-Sig=1%2F2', ' HTTP://127.0.0.1:4000/front '])(
    'may be an address: %s',
    async (url) => {
      expect(await decode(url)).toEqual({ kind: 'url', url: url.trim() });
    },
  );

  test.each(['', ' \r\n ', 'data:image/jpeg;base64,', 'data:;base64, \n'])(
    'may be nothing: %j',
    async (text) => {
      expect(await decode(text)).toEqual({ kind: 'absent' });
    },
  );

  test.each([
    ['upper case and parameters', `DATA:Image/JPEG;charset=utf-8;BASE64,${base64}`],
    [
      'white space around and within',
      ` \n data:image/jpeg;base64, ${base64.replaceAll(/.{76}/gu, '$&\r\n')}\n`,
    ],
    ['no padding', base64.replaceAll('=', '')],
    ['the URL-safe alphabet', JPEG.toString('base64url')],
  ])('is taken with %s', async (_name, text) => {
    for (const size of [1, 2, 3, 5, 64, text.length])
      expect(await whole(text, size)).toMatchObject({ mediaType: 'image/jpeg', bytes: JPEG });
  });

  test('gives the same bytes whatever its pieces and its alphabet', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.constantFrom<BufferEncoding>('base64', 'base64url'),
        fc.integer({ min: 1, max: 50 }),
        async (bytes, encoding, size) => {
          const found = await whole(Buffer.from(bytes).toString(encoding), size);
          expect(found).toMatchObject({ bytes: Buffer.from(bytes) });
        },
      ),
    );
  });

  test.each([
    ['other characters', 'AAAA$AAA'],
    ['characters that only look like base64', 'ＡＡＡＡ'],
    ['an entity for a plus', 'AA%2BA'],
    ['something after the padding', 'AA==AAAA'],
    ['too much padding', 'AA==='],
    ['only padding and then something', '=AAA'],
    ['one character too few', 'AAAAA'],
    ['another scheme', 'ftp://vendor.test/image.jpg'],
    ['a script', 'javascript:alert(1)'],
    ['a data URI without base64', 'data:image/svg+xml,<svg/>'],
    ['a data URI without an end', `data:image/jpeg;base64${';x=y'.repeat(1000)},AAAA`],
    ['a data URI cut short', 'data:image/jpeg;base64'],
    ['an address with white space', 'https://vendor.test/a b'],
    ['an address that is none', 'https://'],
    ['an endless address', `https://vendor.test/${'a'.repeat(9000)}`],
  ])('is refused with %s', async (_name, text) => {
    for (const size of [1, 4, 5000])
      expect(await failureOf(whole(text, size))).toMatchObject({ provider: 'vendor', fault: 'contract' });
  });

  test('is refused on the stream of its bytes when it goes wrong later', async () => {
    const image = await decode(`${base64}!`);
    if (image.kind !== 'bytes') throw new Error('Expected bytes');
    expect(await failureOf(buffer(image.bytes))).toMatchObject({ fault: 'contract' });
  });

  test('says nothing of itself when it is refused', async () => {
    expect((await failureOf(decode('secret!'))).message).toBe('the answer holds what is not base64');
  });

  test('that cannot be read as JSON is refused in the vendor’s name', async () => {
    async function* cutShort(): AsyncGenerator<string> {
      yield await Promise.resolve(base64);
      throw new UnreadableJson('not JSON');
    }
    const image = await decodeImage(cutShort(), broken);
    if (image.kind !== 'bytes') throw new Error('Expected bytes');
    const failure = await failureOf(buffer(image.bytes));
    expect(failure).toMatchObject({ provider: 'vendor', fault: 'contract' });
    expect(failure.cause).toBeInstanceOf(UnreadableJson);
  });
});

describe('the bytes', () => {
  test('close at once when nobody wants them, even while more are awaited', async () => {
    const asked = Promise.withResolvers<undefined>();
    async function* silent(): AsyncGenerator<string> {
      yield base64;
      asked.resolve(undefined);
      await new Promise(() => undefined);
    }
    const image = await decodeImage(silent(), broken);
    if (image.kind !== 'bytes') throw new Error('Expected bytes');
    image.bytes.resume();
    await asked.promise;
    const closed = new Promise((resolve) => image.bytes.once('close', resolve));
    image.bytes.destroy();
    await closed;
  });

  test('are decoded only as they are read', async () => {
    let asked = 0;
    async function* endless(): AsyncGenerator<string> {
      for (;;) {
        asked += 1;
        yield await Promise.resolve('A'.repeat(64 * 1024));
      }
    }
    const image = await decodeImage(endless(), broken);
    for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
    expect(asked).toBeLessThan(5);
    if (image.kind === 'bytes') image.bytes.destroy();
  });
});

describe('the media type', () => {
  const of = async (head: string, declared: string): Promise<string | null> => {
    const text = `data:${declared};base64,${Buffer.from(head, 'latin1').toString('base64')}`;
    const image = await decode(text);
    if (image.kind !== 'bytes') return null;
    image.bytes.destroy();
    return image.mediaType;
  };

  test.each([
    ['image/jpeg', '\xff\xd8\xff\xe1Exif'],
    ['image/png', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR'],
    ['image/gif', 'GIF89a..'],
    ['image/webp', 'RIFF\n\0\0\0WEBPVP8 '],
    ['image/heic', '\0\0\0\x18ftypheic\0\0\0\0'],
    ['image/heif', '\0\0\0\nftypmif1\0\0\0\0'],
    ['image/avif', '\0\0\0\x1cftypavif\0\0\0\0'],
    ['image/tiff', 'II*\0\x08\0\0\0'],
    ['image/tiff', 'MM\0*\0\0\0\x08'],
    ['application/pdf', '%PDF-1.7\n'],
  ])('%s is told by its bytes, whatever the vendor says', async (type, head) => {
    expect(await of(head, 'text/html')).toBe(type);
    expect(await of(head, 'image/bmp')).toBe(type);
  });

  test.each([
    ['an image’s', 'image/png', 'image/png'],
    ['a page’s', 'text/html', 'application/octet-stream'],
    ['a drawing’s', 'image/svg+xml', 'application/octet-stream'],
    ['a report’s', 'application/pdf', 'application/octet-stream'],
    ['nothing’s', '', 'application/octet-stream'],
  ])('of unknown bytes is the declared one only if it is %s', async (_name, declared, type) => {
    expect(await of('<script>alert(1)</script>', declared)).toBe(type);
    expect(await of('\0\0\0\x18ftypmp42', declared)).toBe(type);
    expect(await of('R', declared)).toBe(type);
  });
});
