import { Problem } from '@gatehouse/contract';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';

const ETAG = /^"(\d{1,9})"$/;

/**
 * The version that an `If-Match` header asks for; null when the caller asks for none. Throws Problem `stale_version` for a
 * tag that we never gave: whatever it names, it is not the version at hand.
 */
export function versionOfIfMatch(header: string | undefined): number | null {
  if (header === undefined || header.trim() === '*') return null;
  const version = ETAG.exec(header.trim())?.[1];
  if (version === undefined) {
    throw new Problem('stale_version', 'If-Match must repeat the ETag of the last read, quotes included.');
  }
  return Number(version);
}

/** The `ETag` of a version. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): number | null =>
  versionOfIfMatch(context.switchToHttp().getRequest<FastifyRequest>().headers['if-match']),
);
