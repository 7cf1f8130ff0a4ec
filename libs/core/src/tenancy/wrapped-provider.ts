import { type Connection, type ImageSource, type Provider } from '@gatehouse/contract';

/** Members that call the provider: those that take a connection and promise an answer. */
type CallsOf<T> = {
  [K in keyof T]-?: NonNullable<T[K]> extends (connection: never, ...rest: never[]) => Promise<unknown>
    ? K
    : never;
}[keyof T];
type Images = ImageSource<unknown, unknown>;

/** A call to a provider, by the member that makes it. */
export interface ProviderCall {
  readonly member: CallsOf<Provider> | `images.${CallsOf<Images>}`;
}

/** What happens instead of a call: usually that very call, once or more often, and something before or after it. */
export type AroundCall = <T>(
  call: ProviderCall,
  connection: Connection<unknown, unknown>,
  invoke: (connection: Connection<unknown, unknown>) => Promise<T>,
) => Promise<T>;

/** All of them: the compiler misses a member that the interface has got since. */
const CALLS: Readonly<Record<CallsOf<Provider>, true>> = {
  start: true,
  resume: true,
  read: true,
  renewLink: true,
  lookup: true,
  readMany: true,
  list: true,
  report: true,
  correctContact: true,
  check: true,
  registerWebhook: true,
  erase: true,
};
const IMAGE_CALLS: Readonly<Record<CallsOf<Images>, true>> = { list: true, open: true };

/**
 * The same provider, with `around` in the place of each of its calls. Whatever else it has is as it was, and what it does not have it
 * does not get: its members are its capabilities. May be wrapped again.
 */
export function wrapCalls(provider: Provider, around: AroundCall): Provider {
  return new Proxy(provider, {
    get(target, name) {
      if (name === 'images' && target.images !== undefined) return wrapImages(target.images, around);
      return memberOf(target, name, isOneOf(CALLS, name) ? guard(name, around) : null);
    },
  });
}

function wrapImages(images: Images, around: AroundCall): Images {
  return new Proxy(images, {
    get(target, name) {
      return memberOf(target, name, isOneOf(IMAGE_CALLS, name) ? guard(`images.${name}`, around) : null);
    },
  });
}

type Method = (...given: readonly unknown[]) => unknown;

/** Methods are bound to the object itself: through a proxy, nobody reaches the private fields of a class. */
function memberOf(
  target: object,
  name: string | symbol,
  guarded: ((method: Method) => Method) | null,
): unknown {
  const value: unknown = Reflect.get(target, name, target);
  if (typeof value !== 'function') return value;
  const method: Method = (...given) => Reflect.apply(value, target, given);
  return guarded === null ? method : guarded(method);
}

function guard(member: ProviderCall['member'], around: AroundCall): (method: Method) => Method {
  return (method) =>
    (given, ...rest) =>
      // The type of every member in CALLS says so.
      around(
        { member },
        given as Connection<unknown, unknown>,
        async (connection) => await method(connection, ...rest),
      );
}

function isOneOf<K extends string>(names: Readonly<Record<K, true>>, name: string | symbol): name is K {
  return Object.hasOwn(names, name);
}
