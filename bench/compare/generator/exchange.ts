import { type Dispatcher, type Pool } from 'undici';

import { type Request } from './requests.js';

/** The status and the text of an answer. By undici's own way of calling back, which costs the generator a third less than its promises. */
export function exchange(pool: Pool, request: Request): Promise<readonly [status: number, text: string]> {
  return new Promise((resolve, reject) => {
    const { path, method, headers, body } = request;
    pool.dispatch({ path, method, headers: { ...headers }, body }, new Collector(resolve, reject));
  });
}

class Collector implements Dispatcher.DispatchHandler {
  #status = 0;
  #text = '';

  constructor(
    private readonly resolve: (answer: readonly [number, string]) => void,
    private readonly reject: (error: Error) => void,
  ) {}

  onRequestStart(): void {
    // Without it undici takes the handler for one of its older kind.
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#text += chunk.toString();
  }

  onResponseEnd(): void {
    this.resolve([this.#status, this.#text]);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.reject(error);
  }
}
