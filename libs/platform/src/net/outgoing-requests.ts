import { AsyncLocalStorage } from 'node:async_hooks';

const listeners = new AsyncLocalStorage<() => void>();

/**
 * Requests that leave for a vendor, told to whoever started the work they belong to: how many a call makes is known only where they
 * are made.
 */
export const OutgoingRequests = {
  /** `heard` is called before each of the requests that `work` makes, repeated ones included. */
  hear<T>(heard: () => void, work: () => T): T {
    return listeners.run(heard, work);
  },

  /** For the client that is about to make one. */
  tell(): void {
    listeners.getStore()?.();
  },
} as const;
