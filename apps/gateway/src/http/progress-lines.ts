import { Readable } from 'node:stream';

import { PROBLEMS } from '@gatehouse/contract';
import { type Log } from '@gatehouse/platform';
import { type FastifyReply } from 'fastify';

import { departureOf } from './byte-stream.js';
import { problemDocument } from './problems/problem-document.js';
import { problemOf } from './problems/problem-of.js';

export const LINES_MEDIA_TYPE = 'application/x-ndjson';

/** Long work that tells how far it is; `departure` says that nobody waits for it any more. */
export type LongWork = (tell: (progress: object) => void, departure: AbortSignal) => Promise<object>;

/** Whether the caller asks for lines as they come, and not for one answer at the end. */
export function wantsLines(accept: string | undefined): boolean {
  const asked = (accept ?? '').split(',').map((part) => part.split(';', 1)[0]?.trim().toLowerCase());
  return asked.includes(LINES_MEDIA_TYPE);
}

/**
 * Long work as lines of JSON: how far it is, and last its result. What fails before the first line is thrown, and so is an answer of
 * its own; what fails later is the last line, `{"problem": …}`, since the status is long gone by then.
 */
export async function progressLines(
  work: LongWork,
  { reply, log, publicUrl }: { readonly reply: FastifyReply; readonly log: Log; readonly publicUrl: string },
): Promise<Readable> {
  const departure = departureOf(reply);
  const begun = Promise.withResolvers<undefined>();
  // Whoever reads slowly does not hold the work up: the lines are few and short.
  const lines = new Readable({ read: () => undefined, encoding: 'utf8' });
  let isBegun = false;
  const say = (line: object): void => {
    isBegun = true;
    begun.resolve(undefined);
    if (!lines.destroyed) lines.push(`${JSON.stringify(line)}\n`);
  };
  const failed = (error: unknown): void => {
    if (!isBegun) {
      begun.reject(error);
      return;
    }
    const problem = problemOf(error);
    if (!departure.aborted && PROBLEMS[problem.code].status >= 500) {
      log.error('long work failed', {
        requestId: reply.request.id,
        route: reply.request.routeOptions.url,
        code: problem.code,
        error: problem.cause ?? problem,
      });
    }
    say({ problem: problemDocument(problem, publicUrl, reply.request.id) });
  };
  void work(say, departure)
    .then(say, failed)
    .then(() => {
      if (!lines.destroyed) lines.push(null);
    });
  await begun.promise;
  void reply.type(LINES_MEDIA_TYPE).header('Cache-Control', 'no-store');
  return lines;
}
