import { AsyncLocalStorage } from 'node:async_hooks';

export interface RequestValues {
  readonly requestId: string;
}

const storage = new AsyncLocalStorage<RequestValues>();

/** What belongs to the request (or job) at hand, without an argument for it in every call. Only for logs and error answers. */
export const RequestContext = {
  run<T>(values: RequestValues, fn: () => T): T {
    return storage.run(values, fn);
  },

  current(): RequestValues | undefined {
    return storage.getStore();
  },
} as const;
