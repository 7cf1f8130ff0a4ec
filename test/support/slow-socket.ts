import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection that does what no client should. */
export interface SlowSocket {
  readonly socket: Socket;
  write(text: string): void;
  /** Everything that came so far, as Latin-1. */
  received(): string;
  /** Resolves once the other side has hung up. */
  readonly closed: Promise<void>;
}

/** `isReading`: false for one that takes nothing of what it is sent. `isStubborn`: true for one that does not hang up in turn. */
export async function slowSocket(
  origin: string,
  { isReading = true, isStubborn = false } = {},
): Promise<SlowSocket> {
  const { hostname, port } = new URL(origin);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: isStubborn });
  const chunks: Buffer[] = [];
  // Who is hung up on in the middle of a sentence may hear of it as an error; it closes either way.
  socket.on('error', () => undefined);
  // `once` would fail for the error.
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      resolve();
    });
  });
  if (isReading) socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  else socket.pause();
  await once(socket, 'connect');
  return {
    socket,
    write: (text) => {
      if (socket.writable) socket.write(text, 'latin1');
    },
    received: () => Buffer.concat(chunks).toString('latin1'),
    closed,
  };
}

/** Sends a character of `text` every so often, for as long as it is let. */
export async function trickle(slow: SlowSocket, text: string, everyMs: number): Promise<void> {
  let at = 0;
  const timer = setInterval(() => {
    slow.write(text.charAt(at % text.length));
    at += 1;
  }, everyMs);
  await slow.closed;
  clearInterval(timer);
}
