import { describe, expect, test } from '@jest/globals';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

import { ProviderError } from '@gatehouse/contract';

import { failureOf } from '../../test/failures.js';
import { requirePdf } from './pdf-stream.js';
import { type Broken } from './provider-failures.js';

const broken: Broken = (what) => new ProviderError('vendor', 'contract', 'none', `the answer ${what}`);

function streamed(text: string, size: number): Readable {
  const bytes = Buffer.from(text, 'latin1');
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
    bytes.subarray(n * size, (n + 1) * size),
  );
  return Readable.from(chunks, { objectMode: false });
}

describe('requirePdf', () => {
  test.each([
    ['a report', `%PDF-1.7\n${'x'.repeat(200_000)}`],
    ['the shortest', '%PDF-'],
    ['one after white space', `\r\n \t%PDF-1.4\n${'x'.repeat(3000)}`],
    ['one after a mark of its encoding', '\xef\xbb\xbf%PDF-1.4'],
    ['one as late as readers look for it', `${' '.repeat(1024)}%PDF-1.4`],
  ])('hands on %s as it is', async (_name, text) => {
    for (const size of [1, 7, 1000, 70_000]) {
      const pdf = await requirePdf(streamed(text, size), broken);
      expect((await buffer(pdf)).equals(Buffer.from(text, 'latin1'))).toBe(true);
    }
  });

  test.each([
    ['nothing', ''],
    ['a page', '<html>%PDF-1.4</html>'],
    ['the middle of a report', 'endstream\nendobj\n'.repeat(1000)],
    ['a beginning cut short', '%PDF'],
    ['one that comes too late', `${' '.repeat(1025)}%PDF-1.4`],
  ])('refuses %s, and closes the stream', async (_name, text) => {
    for (const size of [1, 1000]) {
      const bytes = streamed(text, size);
      expect(await failureOf(requirePdf(bytes, broken))).toMatchObject({
        fault: 'contract',
        message: 'the answer holds no PDF',
      });
      expect(bytes.destroyed).toBe(true);
    }
  });

  test('ends with the stream’s own error', async () => {
    const bytes = new Readable({
      read() {
        this.destroy(broken('breaks off'));
      },
    });
    expect((await failureOf(requirePdf(bytes, broken))).message).toBe('the answer breaks off');
    expect((await failureOf(requirePdf(bytes, broken))).message).toBe('the answer breaks off');
  });
});
