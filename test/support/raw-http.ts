import { connect } from 'node:net';

/** A request exactly as it goes over the wire: nothing is normalised, encoded or refused on the way. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: Buffer | null;
  /** Sends the body in one chunk, without saying how long it is. */
  readonly chunked?: boolean;
}

export interface RawAnswer {
  readonly status: number;
  /** By lower-case name; of repeated ones the last. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  /** Parsed, or undefined when the body is not JSON. */
  readonly json: unknown;
}

/** One request on a connection of its own. Header values are sent as Latin-1, so every byte can be tried. */
export async function rawRequest(origin: string, request: RawRequest): Promise<RawAnswer> {
  return answerOf(await exchange(origin, bytesOf(origin, request)));
}

/** Sends bytes that need not be HTTP at all. */
export async function rawBytes(origin: string, bytes: Buffer): Promise<RawAnswer> {
  return answerOf(await exchange(origin, bytes));
}

function bytesOf(origin: string, { method, path, headers = [], body = null, chunked }: RawRequest): Buffer {
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${new URL(origin).host}`,
    'Connection: close',
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  if (chunked === true) lines.push('Transfer-Encoding: chunked');
  else if (body !== null && !given.has('content-length')) lines.push(`Content-Length: ${body.length}`);
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  if (body === null) return head;
  if (chunked !== true) return Buffer.concat([head, body]);
  return Buffer.concat([
    head,
    Buffer.from(`${body.length.toString(16)}\r\n`),
    body,
    Buffer.from('\r\n0\r\n\r\n'),
  ]);
}

async function exchange(origin: string, bytes: Buffer): Promise<Buffer> {
  const { hostname, port } = new URL(origin);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  const socket = connect({ host: hostname, port: Number(port) }, () => {
    socket.write(bytes);
  });
  socket.on('data', (chunk) => {
    chunks.push(chunk);
  });
  // Who refuses a body without reading it hangs up, and what is still on its way is reset; the answer was sent before.
  socket.on('error', (error) => {
    if (chunks.length === 0) reject(error);
  });
  socket.on('close', () => {
    resolve(Buffer.concat(chunks));
  });
  return promise;
}

function answerOf(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...lines] = bytes.subarray(0, Math.max(0, end)).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1]);
  if (end === -1 || Number.isNaN(status)) throw new Error('the answer is not HTTP');
  const rest = bytes.subarray(end + 4);
  if (status === 100) return answerOf(rest);
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const body = headers.get('transfer-encoding') === 'chunked' ? unchunked(rest) : rest;
  const text = body.toString('utf8');
  return { status, headers, text, json: parsed(text) };
}

function unchunked(bytes: Buffer): Buffer {
  const end = bytes.indexOf('\r\n');
  const size = Number.parseInt(bytes.subarray(0, Math.max(0, end)).toString('latin1'), 16);
  if (end === -1 || Number.isNaN(size) || size === 0) return Buffer.alloc(0);
  const start = end + 2;
  return Buffer.concat([bytes.subarray(start, start + size), unchunked(bytes.subarray(start + size + 2))]);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
