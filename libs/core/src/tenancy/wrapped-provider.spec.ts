import { CAPABILITIES, type Capability, capabilitiesOf, type Provider } from '@gatehouse/contract';
import { describe, expect, it } from '@jest/globals';

import { type AroundCall, wrapCalls } from './wrapped-provider.js';

const CONNECTION = { credentials: 'current', settings: null };
const passOn: AroundCall = (_call, connection, invoke) => invoke(connection);

/** Everything that can be called, each answering with its own name and what it was given: of one class with private fields. */
class Echo {
  readonly name = 'echo';
  readonly title = 'Echo';
  readonly supports = { checks: ['document'] };
  readonly webhookMethods = ['PUT'];
  readonly #own = 'own';
  readonly images = new EchoImages();

  start(...given: readonly unknown[]): Promise<unknown> {
    return this.#echo('start', given);
  }
  resume(...given: readonly unknown[]): Promise<unknown> {
    return this.#echo('resume', given);
  }
  read(...given: readonly unknown[]): Promise<unknown> {
    return this.#echo('read', given);
  }
  renewLink(...given: readonly unknown[]): Promise<unknown> {
    return this.#echo('renewLink', given);
  }
  lookup(...given: readonly unknown[]): Promise<unknown> {
    return this.#echo('lookup', given);
  }
  readMany(...given: readonly unknown[]): Promise<unknown> {
    return this.#echo('readMany', given);
  }
  list(...given: readonly unknown[]): Promise<unknown> {
    return this.#echo('list', given);
  }
  report(...given: readonly unknown[]): Promise<unknown> {
    return this.#echo('report', given);
  }
  correctContact(...given: readonly unknown[]): Promise<unknown> {
    return this.#echo('correctContact', given);
  }
  check(...given: readonly unknown[]): Promise<unknown> {
    return this.#echo('check', given);
  }
  registerWebhook(...given: readonly unknown[]): Promise<unknown> {
    return this.#echo('registerWebhook', given);
  }
  erase(...given: readonly unknown[]): Promise<unknown> {
    return this.#echo('erase', given);
  }
  receive(...given: readonly unknown[]): unknown {
    return [this.#own, 'receive', ...given];
  }
  recheckSeconds(settings: unknown): unknown {
    return [this.#own, 'recheckSeconds', settings];
  }
  endpoints(settings: unknown): unknown {
    return [this.#own, 'endpoints', settings];
  }

  async #echo(member: string, given: readonly unknown[]): Promise<unknown> {
    return Promise.resolve([this.#own, member, ...given]);
  }
}

class EchoImages {
  readonly #own = 'own';

  async list(...given: readonly unknown[]): Promise<unknown> {
    return Promise.resolve([this.#own, 'images.list', ...given]);
  }
  async open(...given: readonly unknown[]): Promise<unknown> {
    return Promise.resolve([this.#own, 'images.open', ...given]);
  }
}

// It answers everything in one way, which is no provider's; only whether and how it is called matters here.
const echo = new Echo() as unknown as Provider;

/** Calls the member of that name, whatever it is. */
function call(provider: Provider, member: string, ...given: readonly unknown[]): unknown {
  const [first = '', second] = member.split('.');
  const owner: object = second === undefined ? provider : (Reflect.get(provider, first) as object);
  const method = Reflect.get(owner, second ?? first) as (...given: readonly unknown[]) => unknown;
  return Reflect.apply(method, owner, given);
}

const CALLS = [
  'start',
  'resume',
  'read',
  'renewLink',
  'lookup',
  'readMany',
  'list',
  'images.list',
  'images.open',
  'report',
  'correctContact',
  'check',
  'registerWebhook',
  'erase',
];

describe('wrapCalls', () => {
  it.each(CALLS)('stands around %s, which may be made with another connection, and again', async (member) => {
    const seen: unknown[] = [];
    const wrapped = wrapCalls(echo, async (made, connection, invoke) => {
      seen.push(made.member, await invoke(connection));
      return invoke({ ...connection, credentials: 'other' });
    });
    expect(await call(wrapped, member, CONNECTION, 1, 2)).toEqual([
      'own',
      member,
      { credentials: 'other', settings: null },
      1,
      2,
    ]);
    expect(seen).toEqual([member, ['own', member, CONNECTION, 1, 2]]);
  });

  it.each(['receive', 'recheckSeconds', 'endpoints'])('lets %s through as it is', (member) => {
    const wrapped = wrapCalls(echo, () => Promise.reject(new Error('this is no call')));
    expect(call(wrapped, member, CONNECTION)).toEqual(['own', member, CONNECTION]);
  });

  it('leaves what is no method as it is', () => {
    const wrapped = wrapCalls(echo, passOn);
    expect(wrapped.name).toBe('echo');
    expect(wrapped.title).toBe('Echo');
    expect(wrapped.supports).toBe(echo.supports);
    expect(wrapped.webhookMethods).toBe(echo.webhookMethods);
  });

  it('gives and takes no capability', () => {
    expect(capabilitiesOf(wrapCalls(echo, passOn))).toEqual(CAPABILITIES);
    const without = (missing: Capability): Provider =>
      Object.assign(Object.create(echo) as Provider, { [missing]: undefined });
    for (const missing of CAPABILITIES) {
      const rest = CAPABILITIES.filter((capability) => capability !== missing);
      expect(capabilitiesOf(wrapCalls(without(missing), passOn))).toEqual(rest);
    }
  });

  it('can be wrapped again: the last wrapping is the outermost', async () => {
    const order: string[] = [];
    const noting =
      (what: string): AroundCall =>
      async (_made, connection, invoke) => {
        order.push(what);
        return invoke(connection);
      };
    const twice = wrapCalls(wrapCalls(echo, noting('inner')), noting('outer'));
    expect(await call(twice, 'read', CONNECTION)).toEqual(['own', 'read', CONNECTION]);
    expect(await call(twice, 'images.list', CONNECTION)).toEqual(['own', 'images.list', CONNECTION]);
    expect(order).toEqual(['outer', 'inner', 'outer', 'inner']);
  });
});
