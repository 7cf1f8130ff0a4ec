import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { answerThat, at, type SimulatorUnderTest, startSimulator } from '../../test/simulator-under-test.js';
import { sentinelAccount, type SentinelUnderTest } from '../../test/twin-accounts.js';

const OMAR = 'omar@mail.test';

interface SlowReceiver extends AsyncDisposable {
  readonly url: string;
}

/** A receiver that answers each webhook as `answer` does, given how many came before. */
async function slowReceiver(
  answer: (before: number, response: ServerResponse) => void,
): Promise<SlowReceiver> {
  let count = 0;
  const server = createServer((request: IncomingMessage, response) => {
    request.resume().on('end', () => {
      answer(count, response);
      count += 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('webhooks', () => {
  let simulator: SimulatorUnderTest;

  const accepted = async (callbackUrl: string, switches: object): Promise<SentinelUnderTest> => {
    const sentinel = await sentinelAccount(simulator, { callbackUrl, switches });
    await sentinel.mint({ email: OMAR });
    await sentinel.finish(OMAR, 'approve');
    return sentinel;
  };
  const states = async (sentinel: SentinelUnderTest): Promise<unknown[]> => {
    const { json } = await sentinel.control('GET', '/webhooks');
    return [at(json, 'data.0.state'), at(json, 'data.1.state')];
  };

  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(() => simulator.close());

  it('of one person wait for each other', async () => {
    let first: ServerResponse | undefined;
    await using receiver = await slowReceiver((before, response) => {
      if (before === 0) first = response;
      else response.end();
    });
    const sentinel = await accepted(receiver.url, {});
    await answerThat(
      () => Promise.resolve(first),
      (held) => held !== undefined,
    );
    expect(await states(sentinel)).toEqual(['sending', 'sending']);
    first?.end();
    await answerThat(
      () => states(sentinel),
      (seen) => seen.every((state) => state === 'answered'),
    );
  });

  it('go out side by side where the switch says so', async () => {
    let first: ServerResponse | undefined;
    await using receiver = await slowReceiver((before, response) => {
      if (before === 0) first = response;
      else {
        response.end();
        first?.end();
      }
    });
    const sentinel = await accepted(receiver.url, { webhooksInOrder: false });
    await answerThat(
      () => states(sentinel),
      (seen) => seen.every((state) => state === 'answered'),
    );
  });

  it('are given up after a time, and tried again as often as the switch says', async () => {
    await using receiver = await slowReceiver((before, response) => {
      if (before > 0) response.end();
    });
    const sentinel = await accepted(receiver.url, {
      pendingFirst: false,
      webhookTimeoutMs: 200,
      webhookRetries: 20,
      webhookRetryDelayMs: 0,
    });
    // How many are given up depends on the machine; the first always is, and one comes through.
    const { json, text } = await answerThat(
      () => sentinel.control('GET', '/webhooks'),
      (answer) => answer.text.includes('"state":"answered"'),
    );
    expect(at(json, 'data.0')).toMatchObject({ attempt: 1, state: 'failed' });
    expect(at(json, 'data.0.error')).toMatch(/timeout/);
    expect(text.match(/"state":"answered"/g)).toHaveLength(1);
  });

  it('of an account that was emptied are not tried again', async () => {
    await using receiver = await slowReceiver((_before, response) => {
      response.writeHead(500).end();
    });
    const sentinel = await accepted(receiver.url, { webhookRetries: 1, webhookRetryDelayMs: 0 });
    await sentinel.control('POST', '/reset');
    await accepted(receiver.url, {}).then((other) =>
      answerThat(
        () => states(other),
        (seen) => seen.every((state) => state === 'answered'),
      ),
    );
    expect(at((await sentinel.control('GET', '/webhooks')).json, 'data.length')).toBe(0);
  });
});
