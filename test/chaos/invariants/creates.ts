import { type GatewayTenant, required } from '../../support/gateway-client.js';
import { countBy } from '../rest.js';
import { type Story } from '../story.js';
import { check, type Check, counted, showing } from './check.js';

/** A verification as the API lists it. */
export interface Listed {
  readonly id: string;
  readonly reference: string;
  readonly status: string;
  readonly version: number;
}

/** All of the tenant's, page by page. */
export async function listAll(tenant: GatewayTenant): Promise<readonly Listed[]> {
  const all: Listed[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = required(await tenant.call('GET', `/verifications?limit=200${query}`), 200);
    all.push(...(page['data'] as readonly Listed[]));
    cursor = page['nextCursor'] as string | null;
  } while (cursor !== null);
  return all;
}

/** Whatever was answered, and whoever was killed meanwhile: a key makes one verification, and what was answered is there. */
export function creates(stories: readonly Story[], listed: readonly Listed[]): readonly Check[] {
  const byReference = Map.groupBy(listed, ({ reference }) => reference);
  const missing = stories.flatMap(({ person, verificationId }) => {
    if (verificationId === null) return [];
    const ids = (byReference.get(person.reference) ?? []).map(({ id }) => id);
    return ids.includes(verificationId) ? [] : [`${verificationId}: answered 201, and not listed`];
  });
  const doubled = [...byReference].flatMap(([reference, ones]) =>
    ones.length > 1 ? [`${ones.map(({ id }) => id).join(' and ')}: made with one key (${reference})`] : [],
  );
  const known = new Set(stories.map(({ person }) => person.reference));
  const strange = listed.flatMap(({ id, reference }) =>
    known.has(reference) ? [] : [`${id}: nobody asked for it`],
  );
  const unlike = stories.flatMap(({ person, verificationId, unlikeReplay }) =>
    unlikeReplay === null ? [] : [`${verificationId ?? person.reference}: ${unlikeReplay}`],
  );
  const calls = stories.reduce((sum, story) => sum + story.calls, 0);
  const outcomes = countBy(stories.map(({ status }) => `answered ${status}`));
  return [
    showing(
      ['I1'],
      check(
        '1. every create answered 201 exists, and no key made two',
        stories.length,
        [...missing, ...doubled, ...strange],
        [...counted(outcomes), `${listed.length} verifications, ${calls} calls`],
      ),
    ),
    showing(
      ['I9'],
      check(
        '1. a repeated create is answered with the same status and bytes, and as the API describes',
        stories.length,
        unlike,
      ),
    ),
  ];
}
