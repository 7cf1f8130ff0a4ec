/** An answer of the gateway to whoever asked: us, a vendor, a browser. */
export interface Overheard {
  /** `GET /v1/verifications/{…}`: without ids, to say by which rule it is looked at. */
  readonly route: string;
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

/** Listens to everything that this process fetches from the gateway, and to everything it prints. */
export class Eavesdropper {
  readonly answers: Overheard[] = [];
  readonly printed: string[] = [];
  readonly #undo: (() => void)[] = [];

  /** From now on. `isOurs` says which URLs are the gateway's. */
  listen(isOurs: (url: URL) => boolean): void {
    const real = globalThis.fetch;
    globalThis.fetch = async (input, init) => {
      const response = await real(input, init);
      const url = new URL(input instanceof Request ? input.url : input);
      if (isOurs(url)) {
        this.answers.push({
          route: `${init?.method ?? 'GET'} ${patternOf(url.pathname)}`,
          status: response.status,
          headers: [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n'),
          body: await response.clone().text(),
        });
      }
      return response;
    };
    this.#undo.push(() => {
      globalThis.fetch = real;
    });
    this.#listenTo(process.stdout);
    this.#listenTo(process.stderr);
  }

  stop(): void {
    for (const undo of this.#undo.splice(0)) undo();
  }

  #listenTo(stream: NodeJS.WriteStream): void {
    const write = stream.write.bind(stream);
    const heard: typeof stream.write = (chunk: Uint8Array | string, ...rest: unknown[]) => {
      this.printed.push(Buffer.from(chunk).toString());
      return Reflect.apply(write, stream, [chunk, ...rest]) as boolean;
    };
    stream.write = heard;
    this.#undo.push(() => {
      stream.write = write;
    });
  }
}

const ID = /^(?:ver|tnt|key|adk|con|whe|dlv|imp|img|ers|dty|hld|rot)_[0-9a-z]{26}$/;

function patternOf(path: string): string {
  const [, first = '', ...rest] = path.split('/');
  if (first === 'hooks' || first === 'return') return `/${first}/…`;
  return [
    '',
    first,
    ...rest.map((segment) => (ID.test(segment) ? '{id}' : /^\d+$/.test(segment) ? '{version}' : segment)),
  ].join('/');
}
