import { eventually } from '../../../test/support/eventually.js';
import { createSimulator, type SimulatorOptions } from '../src/simulator.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body, or undefined when it is not JSON. */
  readonly json: unknown;
}

export interface SimulatorUnderTest {
  readonly origin: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Posts a form as a browser does, without following redirects. */
  submit(path: string, fields: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

/** A simulator on a free port, driven over real HTTP. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<SimulatorUnderTest> {
  const { app } = createSimulator({ autoDelayMs: 5, ...options });
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    origin,
    call: (method, path, body, headers = {}) =>
      send(url(origin, path), {
        method,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    submit: (path, fields) => send(url(origin, path), { method: 'POST', body: new URLSearchParams(fields) }),
    close: () => app.close(),
  };
}

function url(origin: string, path: string): string {
  return path.startsWith('http') ? path : origin + path;
}

async function send(address: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(address, { ...init, redirect: 'manual' });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value at a dotted path of a parsed body; undefined where there is none. */
export function at(value: unknown, path: string): unknown {
  let current: unknown = value;
  for (const key of path.split('.')) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = Reflect.get(current, key);
  }
  return current;
}

export function textAt(value: unknown, path: string): string {
  const found = at(value, path);
  if (typeof found !== 'string') throw new Error(`no text at ${path} of ${JSON.stringify(value)}`);
  return found;
}

/** Asks again until the answer is right; past the deadline fails with the last one. */
export function answerThat<T>(ask: () => Promise<T>, right: (answer: T) => boolean): Promise<T> {
  return eventually(async () => {
    const answer = await ask();
    if (!right(answer)) throw new Error(`the last answer was ${JSON.stringify(answer)}`);
    return answer;
  });
}
