import { Readable } from 'node:stream';

/**
 * The buffers as a stream. Unlike `Readable.from`, it closes the moment it is destroyed, also while a buffer is being
 * waited for; so whoever closes a source on its `close` does so at once.
 */
export function streamOf(buffers: AsyncIterator<Buffer, unknown>): Readable {
  const stream = new Readable({
    highWaterMark: 64 * 1024,
    read() {
      buffers.next().then(
        ({ done, value }) => stream.push(done === true ? null : value),
        (error: unknown) =>
          stream.destroy(error instanceof Error ? error : new Error('Broken off', { cause: error })),
      );
    },
    destroy(error, callback) {
      buffers.return?.().catch(() => undefined);
      callback(error);
    },
  });
  // Whoever reads hears of a failure all the same; while nobody does, it must not end the process.
  stream.on('error', () => undefined);
  return stream;
}

/** The first `length` bytes, or all if there are fewer, which stay in the stream. Rejects with the stream's error. */
export function peek(stream: Readable, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const settle = (done: () => void): void => {
      stream.off('readable', look).off('end', ended).off('error', failed).off('close', closed);
      done();
    };
    const look = (): void => {
      const head = stream.read(length) as Buffer | null;
      if (head === null) return;
      stream.unshift(head);
      settle(() => {
        resolve(head);
      });
    };
    const ended = (): void => {
      settle(() => {
        resolve(Buffer.alloc(0));
      });
    };
    const failed = (error: Error): void => {
      settle(() => {
        reject(error);
      });
    };
    const closed = (): void => {
      failed(stream.errored ?? new Error('The stream was closed'));
    };
    stream.on('readable', look).on('end', ended).on('error', failed).on('close', closed);
    if (stream.closed) closed();
  });
}
