import { type Items } from './calls.js';
import { type AnyCall, type AnyInit } from './http-client.js';

interface Page {
  readonly data: readonly never[];
  readonly nextCursor: string | null;
}

/** Reads a list to its end, a page at a time. */
export function itemsOf(get: AnyCall): Items {
  return async function* items(path: string, init: AnyInit = {}) {
    let cursor: string | null = null;
    do {
      const query = { ...init.params?.query, ...(cursor !== null && { cursor }) };
      const { data: page }: { readonly data: Page } = await get(path, {
        ...init,
        params: { ...init.params, query },
      });
      yield* page.data;
      cursor = page.nextCursor;
    } while (cursor !== null);
  };
}
