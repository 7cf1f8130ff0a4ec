import { type ParamsOption } from 'openapi-fetch';

import { type Paths } from './schemas.js';

export type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';

/** The paths that can be called with a method. */
export type PathsWith<M extends Method> = {
  [Path in keyof Paths]: Paths[Path] extends Record<M, object> ? Path : never;
}[keyof Paths];

/** What can be said about any call. */
export interface CallOptions {
  /** Ends the call; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Your own key, to carry something out once even over restarts of your program. Absent: one is made for each POST and PATCH. */
  readonly idempotencyKey?: string | undefined;
  /** For one attempt, in place of the client's. */
  readonly timeoutMs?: number | undefined;
  /** For the call with all its attempts, in place of the client's. */
  readonly deadlineMs?: number | undefined;
}

type Operation<M extends Method, Path extends keyof Paths> =
  Paths[Path] extends Record<M, infer Found extends object> ? Found : never;

/** How an answer's body is handed over where it is not JSON. */
interface Raw {
  arrayBuffer: ArrayBuffer;
  blob: Blob;
  stream: ReadableStream<Uint8Array>;
  text: string;
}
export type ParseAs = 'json' | keyof Raw;

type Body<Op> = Op extends { requestBody?: never }
  ? { readonly body?: never }
  : Op extends { requestBody: { content: { 'application/json': infer Json } } }
    ? { readonly body: Json }
    : Op extends { requestBody?: { content: { 'application/json': infer Json } } }
      ? { readonly body?: Json }
      : never;

type Init<Op, As extends ParseAs> = ParamsOption<Op> & Body<Op> & CallOptions & { readonly parseAs?: As };

/** May be left out where nothing in it is required. */
type Arguments<Options> = object extends Options ? [init?: Options] : [init: Options];

/** The types hold successes only; a failure is thrown. Where JSON is one of several forms, it is the one that is asked for. */
type Json<Op> = Op extends { responses: infer Responses }
  ? {
      [Status in keyof Responses]: Responses[Status] extends { content: infer Content }
        ? Content extends { 'application/json': infer Body }
          ? Body
          : Content[keyof Content]
        : undefined;
    }[keyof Responses]
  : never;

type Data<Op, As extends ParseAs> = As extends keyof Raw ? Raw[As] : Json<Op>;

/** What a call resolves with. Everything but success is thrown. */
export interface Answer<Body> {
  readonly data: Body;
  readonly response: Response;
}

/** A call of one method: the path, then its parameters and body, as openapi.json has them. */
export type Call<M extends Method> = <Path extends PathsWith<M>, As extends ParseAs = 'json'>(
  path: Path,
  ...init: Arguments<Init<Operation<M, Path>, As>>
) => Promise<Answer<Data<Operation<M, Path>, As>>>;

/** Every operation of the API. `parseAs: 'stream'` or `'arrayBuffer'` for images and reports. */
export interface Calls {
  readonly GET: Call<'get'>;
  readonly POST: Call<'post'>;
  readonly PUT: Call<'put'>;
  readonly PATCH: Call<'patch'>;
  readonly DELETE: Call<'delete'>;
}

/** The lists, which `items` reads page by page. The event feed is none: it has no end. */
export type ListPath = {
  [Path in PathsWith<'get'>]: Json<Operation<'get', Path>> extends infer Page
    ? Page extends { data: unknown[]; nextCursor: infer Cursor }
      ? null extends Cursor
        ? Path
        : never
      : never
    : never;
}[PathsWith<'get'>];

export type Item<Path extends ListPath> =
  Json<Operation<'get', Path>> extends { data: (infer Element)[] } ? Element : never;

/** All elements of a list, over all its pages. Start with `query: { limit: 200 }` to ask less often. */
export type Items = <Path extends ListPath>(
  path: Path,
  ...init: Arguments<Init<Operation<'get', Path>, 'json'>>
) => AsyncGenerator<Item<Path>, void, undefined>;
