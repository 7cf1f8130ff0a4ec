import { counted } from './invariants/check.js';
import { countBy } from './rest.js';

/** What one kill of a gateway met. */
export interface Hit {
  /** Requests to that gateway that were not answered any more, by what they were. */
  readonly cutOff: readonly string[];
  /** Kinds of work in the database that were not done just then, with how much of each: this gateway's, or the other one's. */
  readonly underWay: readonly (readonly [what: string, count: number])[];
  /** From the kill until this gateway answered a create well. */
  readonly recoveryMs: number;
}

/** "POST /v1/verifications HTTP/1.1" in words. */
export function nameOfRequest(line: string): string {
  const [method = '', target = ''] = line.split(' ');
  const [path = ''] = target.split('?');
  if (method === 'POST' && path === '/v1/verifications') return 'a create';
  if (path.startsWith('/hooks/')) return 'a vendor’s webhook';
  if (path.startsWith('/admin/')) return 'an admin’s request';
  return path.startsWith('/v1/') ? 'another request of the tenant’s' : 'a browser’s request';
}

/** In words: how many of the kills met what, the most frequent first. */
export function hitsInWords(hits: readonly Hit[]): readonly string[] {
  const kills = countBy(
    hits.flatMap(({ cutOff, underWay }) => [
      ...[...new Set(cutOff)].map((what) => `cut off ${what}`),
      ...underWay.map(([what]) => `found ${what} under way`),
      ...(cutOff.length + underWay.length === 0 ? ['met nothing at all'] : []),
    ]),
  );
  const requests = countBy(hits.flatMap(({ cutOff }) => cutOff));
  return [
    ...counted(kills).map((line) => line.replace(' × ', ' of the kills ')),
    `cut off in all: ${counted(requests).join(', ') || 'nothing'}`,
  ];
}
