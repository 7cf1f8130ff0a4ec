import { Problem } from '@gatehouse/contract';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';

/** An entity tag of anybody's (RFC 9110, 8.8.3). */
const TAG = String.raw`(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"`;
const TAGS = new RegExp(String.raw`^${TAG}(?:[ \t]*,[ \t]*${TAG})*$`);
const OURS = /^"(\d{1,9})"$/;
/** Each version costs a look at the resource. */
const MAX_TAGS = 10;

/**
 * The versions that an `If-Match` header allows; null when any will do: no header, or `*`. Throws Problem `stale_version` when
 * there is none among them that we could have given: whatever the header names, it is not the version at hand.
 */
export function versionsOfIfMatch(header: string | undefined): readonly number[] | null {
  const text = header?.trim();
  if (text === undefined || text === '*') return null;
  const tags = TAGS.test(text) ? (text.match(new RegExp(TAG, 'g')) ?? []) : [];
  // A weak tag never matches here (RFC 9110, 13.1.1).
  const versions = tags.map((tag) => OURS.exec(tag)?.[1]).filter((version) => version !== undefined);
  if (versions.length > 0 && tags.length <= MAX_TAGS) return [...new Set(versions.map(Number))];
  throw new Problem('stale_version', 'If-Match must repeat the ETag of the last read, quotes included.');
}

/**
 * Acts at whichever of the versions is the one at hand; the core compares, so nothing can come in between. Throws what `act`
 * throws, of Problems `stale_version` the last.
 */
export async function atAnyVersion<T>(
  versions: readonly number[] | null,
  act: (ifVersion: number | null) => Promise<T>,
): Promise<T> {
  const [first = null, ...others] = versions ?? [];
  try {
    return await act(first);
  } catch (error) {
    const isStale = error instanceof Problem && error.code === 'stale_version';
    if (!isStale || others.length === 0) throw error;
    return atAnyVersion(others, act);
  }
}

/** The `ETag` of a version. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext) =>
  versionsOfIfMatch(context.switchToHttp().getRequest<FastifyRequest>().headers['if-match']),
);
