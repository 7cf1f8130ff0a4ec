import {
  type InboundSignal,
  type Provider,
  ProviderError,
  type ProviderFault,
  WebhookRefusal,
} from '@gatehouse/contract';
import { describe, expect, it } from '@jest/globals';

import { receiveWithAny, withFormerCredentials } from './overlapping-credentials.js';

type Made = (credentials: unknown) => Promise<string>;

/** A provider that only ever answers as `made` says, and notes with which credentials it was called. */
function providerThat(made: Made): { provider: Provider; asked: unknown[] } {
  const asked: unknown[] = [];
  const method = (connection: { readonly credentials: unknown }): Promise<string> => {
    asked.push(connection.credentials);
    return made(connection.credentials);
  };
  const provider = { name: 'echo', read: method, check: method, registerWebhook: method };
  // Only whether it is called matters here, not what it answers.
  return { provider: provider as unknown as Provider, asked };
}

const fails = (
  credentials: unknown,
  fault: ProviderFault = 'credentials',
  effect: 'none' | 'unknown' = 'none',
): Promise<never> => Promise.reject(new ProviderError('echo', fault, effect, `of ${String(credentials)}`));
const knowing =
  (...accepted: readonly unknown[]): Made =>
  (credentials) =>
    accepted.includes(credentials) ? Promise.resolve(`by ${String(credentials)}`) : fails(credentials);

function call(provider: Provider, member: 'read' | 'check' | 'registerWebhook'): Promise<unknown> {
  const method = Reflect.get(provider, member) as (...given: readonly unknown[]) => Promise<unknown>;
  return method({ credentials: 'new', settings: null }, null, new Date());
}

describe('a call', () => {
  it.each([
    ['the current ones, if they will do', knowing('new', 'old', 'older'), ['new'], 'by new'],
    ['the newest former ones else', knowing('old', 'older'), ['new', 'old'], 'by old'],
    ['the oldest at last', knowing('older'), ['new', 'old', 'older'], 'by older'],
  ])('is made with %s', async (_what, made, order, answer) => {
    const { provider, asked } = providerThat(made);
    expect(await call(withFormerCredentials(provider, ['old', 'older']), 'read')).toBe(answer);
    expect(asked).toEqual(order);
  });

  it('that nobody’s credentials will do for fails as with the current ones', async () => {
    const { provider, asked } = providerThat(knowing());
    await expect(call(withFormerCredentials(provider, ['old', 'older']), 'read')).rejects.toThrow('of new');
    expect(asked).toEqual(['new', 'old', 'older']);
  });

  it.each([
    ['unavailable', 'none'],
    ['not_found', 'none'],
    ['credentials', 'unknown'],
  ] as const)('that fails with %s and effect %s is not made again', async (fault, effect) => {
    const { provider, asked } = providerThat((credentials) => fails(credentials, fault, effect));
    await expect(call(withFormerCredentials(provider, ['old']), 'read')).rejects.toThrow('of new');
    expect(asked).toEqual(['new']);
  });

  it('that may have had an effect with former ones says so', async () => {
    const { provider, asked } = providerThat((credentials) =>
      credentials === 'new' ? fails('new') : fails(credentials, 'timeout', 'unknown'),
    );
    await expect(call(withFormerCredentials(provider, ['old', 'older']), 'read')).rejects.toMatchObject({
      fault: 'timeout',
      effect: 'unknown',
    });
    expect(asked).toEqual(['new', 'old']);
  });

  it.each(['check', 'registerWebhook'] as const)('%s is about the current ones only', async (member) => {
    const { provider, asked } = providerThat(knowing('old'));
    await expect(call(withFormerCredentials(provider, ['old']), member)).rejects.toThrow('of new');
    expect(asked).toEqual(['new']);
  });
});

describe('a webhook', () => {
  const receiver = (
    answer: (credentials: unknown) => WebhookRefusal['kind'] | null,
  ): Required<Pick<Provider, 'receive'>> => ({
    receive({ credentials }) {
      const refused = answer(credentials);
      if (refused !== null) throw new WebhookRefusal(refused, `by ${String(credentials)}`);
      // A signal that says by whom it was accepted is enough here.
      return { event: String(credentials) } as unknown as InboundSignal;
    },
  });
  const raw = { method: 'PUT', headers: {}, body: Buffer.from('{}') };
  const connection = { credentials: 'new', settings: null, formerCredentials: ['old', 'older'] };
  const receive = (
    answers: Readonly<Record<string, WebhookRefusal['kind']>>,
  ): ReturnType<typeof receiveWithAny> =>
    receiveWithAny(
      receiver((credentials) => answers[String(credentials)] ?? null),
      connection,
      raw,
    );

  it.each([
    [{}, 'new', false],
    [{ new: 'unauthentic' }, 'old', true],
    [{ new: 'unconfigured' }, 'old', true],
    [{ new: 'unauthentic', old: 'unconfigured' }, 'older', true],
  ] as const)('is authenticated, given the refusals %j, by the %s ones', (answers, by, isByFormer) => {
    expect(receive(answers)).toEqual({ signal: { event: by }, isByFormer });
  });

  it.each([
    [{ new: 'unauthentic', old: 'unauthentic', older: 'unauthentic' }, 'unauthentic'],
    [{ new: 'unconfigured', old: 'unauthentic', older: 'unauthentic' }, 'unconfigured'],
    [{ new: 'unauthentic', old: 'malformed', older: 'unauthentic' }, 'unauthentic'],
    [{ new: 'malformed' }, 'malformed'],
  ] as const)('is refused, given the refusals %j, with that of the current ones', (answers, kind) => {
    expect(() => receive(answers)).toThrow(expect.objectContaining({ kind, message: 'by new' }));
  });
});
