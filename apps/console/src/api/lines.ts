import { ProblemError, problemOf, UNREACHABLE } from './problem.js';

const BROKEN_OFF = { ...UNREACHABLE, detail: 'The connection broke off in the middle of the answer.' };

/**
 * An answer's lines of JSON as they come. A line `{"problem": …}`, with which the gateway ends what it could not go on with, is thrown
 * as ProblemError, and so is a connection that breaks off.
 */
export async function* linesOf(answer: Response): AsyncGenerator<Readonly<Record<string, unknown>>> {
  let rest = '';
  for await (const text of textsOf(answer)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield await parsed(line);
  }
  if (rest.trim() !== '') yield await parsed(rest);
}

async function* textsOf({ body }: Response): AsyncGenerator<string> {
  if (body === null) return;
  const decoder = new TextDecoder();
  for await (const bytes of bytesOf(body)) yield decoder.decode(bytes, { stream: true });
}

/** An answer's bytes as they come. Throws ProblemError where the connection breaks off. */
export async function* bytesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await nextOf(reader);
      if (done) return;
      yield new Uint8Array(value);
    }
  } finally {
    // Also where whoever reads has seen enough; what had failed before was told by then.
    void reader.cancel().catch(() => undefined);
  }
}

async function nextOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ProblemError(BROKEN_OFF);
  }
}

function valueOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Only a line that is not there to its end is no JSON.
    throw new ProblemError(BROKEN_OFF);
  }
}

async function parsed(line: string): Promise<Readonly<Record<string, unknown>>> {
  const value = valueOf(line);
  if (typeof value !== 'object' || value === null) return {};
  if ('problem' in value && typeof value.problem === 'object' && value.problem !== null) {
    const status = 'status' in value.problem ? Number(value.problem.status) : 500;
    throw new ProblemError(await problemOf(new Response(JSON.stringify(value.problem), { status })));
  }
  return { ...value };
}
