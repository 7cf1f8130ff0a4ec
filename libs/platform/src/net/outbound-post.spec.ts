import { afterAll, afterEach, beforeAll, describe, expect, it, test } from '@jest/globals';

import { startWebhookReceiver, type WebhookReceiver } from '../../../../test/support/webhook-receiver.js';
import { OutboundPost } from './outbound-post.js';

let receiver: WebhookReceiver;
let post: OutboundPost;

beforeAll(async () => {
  receiver = await startWebhookReceiver();
});
afterAll(() => receiver.close());
afterEach(() => post.close());

describe('a post to an address that a customer gave', () => {
  it('gives the status and what was asked for, and follows no redirect', async () => {
    post = new OutboundPost({ allowPrivateNetworks: true });
    receiver.answer('/busy', (response) => {
      response.writeHead(429, { 'retry-after': '7' }).end('later');
    });
    receiver.answer('/moved', (response) => {
      response.writeHead(302, { location: '/busy' }).end();
    });
    expect(await post.send(`${receiver.origin}/busy`, {}, '{}', 2000)).toEqual({
      status: 429,
      retryAfter: '7',
      failure: null,
      excerpt: 'later',
    });
    expect(await post.send(`${receiver.origin}/moved`, {}, '{}', 2000)).toMatchObject({ status: 302 });
  });

  it('ends at its deadline, whether no answer comes or one that never ends', async () => {
    post = new OutboundPost({ allowPrivateNetworks: true });
    receiver.answer('/hangs', () => undefined);
    receiver.answer('/endless', (response) => {
      response.writeHead(200).write('and');
    });
    const [hangs, endless] = await Promise.all([
      post.send(`${receiver.origin}/hangs`, {}, '{}', 100),
      // Long enough for the head of its answer on a busy machine.
      post.send(`${receiver.origin}/endless`, {}, '{}', 2000),
    ]);
    expect(hangs).toEqual({ status: null, retryAfter: null, failure: 'timeout', excerpt: null });
    expect(endless).toMatchObject({ status: 200 });
  });

  it('tells how an answer began that is no success, also of one that never ends or breaks off', async () => {
    post = new OutboundPost({ allowPrivateNetworks: true });
    receiver.answer('/long', (response) => {
      response.writeHead(500).end('é'.repeat(50_000));
    });
    receiver.answer('/endless', (response) => {
      response.writeHead(503).write('for ever');
    });
    receiver.answer('/breaks', (response) => {
      response.writeHead(500, { 'content-length': '100' });
      response.write('half of');
      setImmediate(() => response.destroy());
    });
    receiver.answer('/silent', (response) => {
      response.writeHead(500).end();
    });
    const excerpt = async (path: string): Promise<string | null> =>
      (await post.send(receiver.origin + path, {}, '{}', 2000)).excerpt;
    expect(await excerpt('/long')).toBe('é'.repeat(1000));
    expect(await excerpt('/endless')).toBe('for ever');
    expect(await excerpt('/breaks')).toBe('half of');
    expect(await excerpt('/silent')).toBeNull();
    receiver.answer('/fine', (response) => {
      response.writeHead(200).end('thank you');
    });
    expect(await excerpt('/fine')).toBeNull();
  });

  it('names what broke, in a code', async () => {
    post = new OutboundPost({ allowPrivateNetworks: true });
    receiver.answer('/reset', (response) => {
      response.destroy();
    });
    expect(await post.send(`${receiver.origin}/reset`, {}, '{}', 2000)).toMatchObject({
      failure: 'UND_ERR_SOCKET',
    });
    expect(await post.send('http://127.0.0.1:1/', {}, '{}', 2000)).toMatchObject({ failure: 'ECONNREFUSED' });
  });

  test.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '169.254.169.254', '2130706433', '10.0.0.1'])(
    'refuses %s where private networks are closed',
    async (host) => {
      post = new OutboundPost({ allowPrivateNetworks: false });
      expect(await post.send(`http://${host}:${new URL(receiver.origin).port}/`, {}, '{}', 2000)).toEqual({
        status: null,
        retryAfter: null,
        failure: 'address_refused',
        excerpt: null,
      });
    },
  );

  it('refuses a name that stands for a public address at first and for a private one later, or for both', async () => {
    const before = receiver.received.length;
    for (const answers of [['127.0.0.1'], ['93.184.215.14', '127.0.0.1'], ['93.184.215.14', '::1']]) {
      post = new OutboundPost({
        allowPrivateNetworks: false,
        resolve: (_hostname, answer) => {
          answer(
            null,
            answers.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
          );
        },
      });
      const { port } = new URL(receiver.origin);
      expect(await post.send(`http://rebound.test:${port}/`, {}, '{}', 2000)).toMatchObject({
        failure: 'address_refused',
        excerpt: null,
      });
      await post.close();
    }
    post = new OutboundPost({ allowPrivateNetworks: false });
    expect(receiver.received).toHaveLength(before);
  });
});
