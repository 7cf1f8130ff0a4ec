import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type GatewayHarness, startGateway } from '../support/gateway-harness.js';
import { slowSocket } from '../support/slow-socket.js';

/** What a smuggler would like to be taken for a request of its own. */
const SMUGGLED = 'GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n';
const POST = 'POST /hooks/dentity/con_x/y HTTP/1.1\r\nHost: a\r\n';

let harness: GatewayHarness;
beforeAll(async () => {
  harness = await startGateway();
});
afterAll(() => harness.close());

/** The statuses of all that is answered until we are hung up on. */
async function answersTo(text: string): Promise<readonly string[]> {
  const slow = await slowSocket(harness.origin);
  slow.write(text);
  await slow.closed;
  return [...slow.received().matchAll(/HTTP\/1\.1 (\d{3})/gu)].map(([, status = '']) => status);
}

describe('a request whose end two servers could see in different places', () => {
  it.each([
    ['a length and chunks', `${POST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['chunks and a length', `${POST}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n`],
    ['two lengths', `${POST}Content-Length: 0\r\nContent-Length: 5\r\n\r\n`],
    ['two equal lengths', `${POST}Content-Length: 0\r\nContent-Length: 0\r\n\r\n`],
    ['a list of lengths', `${POST}Content-Length: 0, 5\r\n\r\n`],
    ['a length with a sign', `${POST}Content-Length: +0\r\n\r\n`],
    ['a length in hex', `${POST}Content-Length: 0x0\r\n\r\n`],
    ['chunks that are not the last encoding', `${POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
    ['an encoding that nobody knows', `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['a blank before the colon', `${POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`],
    ['a folded line', `${POST}X-A: b\r\n Content-Length: 0\r\n\r\n`],
    ['lines that end in a line feed', POST.replaceAll('\r\n', '\n') + 'Content-Length: 0\n\n'],
    ['a line that ends in a carriage return', `${POST}X-A: b\rTransfer-Encoding: chunked\r\n\r\n`],
    ['a chunk that is longer than it says', `${POST}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n`],
    ['a chunk of a negative size', `${POST}Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n`],
    [
      'a chunk of a size that overflows',
      `${POST}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n\r\n`,
    ],
  ])('is refused and hung up on: %s', async (_name, text) => {
    expect(await answersTo(text + SMUGGLED)).toEqual(['400']);
  });
});

it('a body that is too large is refused by what it says, and hung up on before it comes', async () => {
  expect(await answersTo(`${POST}Content-Length: ${2 ** 40}\r\n\r\n`)).toEqual(['413']);
});

it('a body that says nothing of its size is refused once it is too large', async () => {
  const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
  expect(await answersTo(`${POST}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(17)}`)).toEqual(['413']);
});
