import { describe, expect, it } from '@jest/globals';

import { conditionsOf, narrowed } from './verification-conditions.js';

const NOON = new Date('2026-03-01T12:00:00Z');
const LATER = new Date(NOON.getTime() + 1);
const ID = '01a22961-8297-7145-84d6-ef49bb3c55f7';

/** What is left of the two bounds, beside another condition that has to stay. */
function left(
  createdBefore: Date | undefined,
  at: Date | null,
): { readonly names: readonly string[]; readonly after: Date | null } {
  const { conditions, after } = narrowed({
    conditions: conditionsOf(
      { status: 'verified', ...(createdBefore !== undefined && { createdBefore }) },
      undefined,
    ),
    after: at === null ? null : { at, id: ID },
  });
  return { names: conditions.map(({ name }) => name), after: after?.at ?? null };
}

describe('the bounds of a page', () => {
  it('leave the cursor alone where it is before the end of the time', () => {
    expect(left(LATER, NOON)).toEqual({ names: ['status'], after: NOON });
  });

  it('leave the end of the time alone where the cursor is at it or after it: of that moment nothing may be shown', () => {
    expect(left(NOON, NOON)).toEqual({ names: ['status', 'before'], after: null });
    expect(left(NOON, LATER)).toEqual({ names: ['status', 'before'], after: null });
  });

  it('stay as they are where there is one or none', () => {
    expect(left(NOON, null)).toEqual({ names: ['status', 'before'], after: null });
    expect(left(undefined, NOON)).toEqual({ names: ['status'], after: NOON });
    expect(left(undefined, null)).toEqual({ names: ['status'], after: null });
  });
});
