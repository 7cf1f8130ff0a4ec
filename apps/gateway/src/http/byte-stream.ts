import { Readable } from 'node:stream';

import { type ByteStream, ProviderError } from '@gatehouse/contract';
import { type Log } from '@gatehouse/platform';
import { type FastifyReply } from 'fastify';

/** Aborts when the caller hangs up before the answer has ended: nobody is left to get bytes for. */
export function departureOf(reply: FastifyReply): AbortSignal {
  const departure = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) departure.abort();
  });
  return departure.signal;
}

/**
 * A stream as the body of the answer. When it breaks off, so does the connection: with the head long gone, nothing else can
 * tell the caller that the bytes are not all.
 */
export function bytesOf({ mediaType, bytes }: ByteStream, reply: FastifyReply, log: Log): Readable {
  void reply.type(mediaType);
  return Readable.from(logged(bytes, log), { objectMode: false });
}

async function* logged(bytes: AsyncIterable<Uint8Array>, log: Log): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (error) {
    log.warn('a stream to a caller was cut off', {
      error,
      ...(error instanceof ProviderError && { provider: error.provider, fault: error.fault }),
    });
    throw error;
  }
}
