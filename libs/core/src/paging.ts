import { Problem } from '@gatehouse/contract';

import { type Page } from './verifications/verification.js';

/** Where a page ended. */
export interface Position {
  readonly at: Date;
  readonly id: string;
}

const CURSOR = /^(\d{1,16})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Throws Problem `validation_failed` for a cursor that we did not make. Cursors hold no secret: rows are the tenant's. */
export function decodeCursor(cursor: string | null): Position | null {
  if (cursor === null) return null;
  const match = CURSOR.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  const at = new Date(Number(match?.[1]));
  if (match?.[2] === undefined || Number.isNaN(at.getTime())) throw strangeCursor();
  return { at, id: match[2] };
}

export function strangeCursor(): Problem {
  return new Problem('validation_failed', 'The cursor is not one of ours.', {
    errors: [{ pointer: 'cursor', detail: 'must be the nextCursor of an earlier page' }],
  });
}

/** Of `limit + 1` rows asked for, a page of `limit` and where to go on. */
export function pageOf<T>(rows: readonly T[], limit: number, positionOf: (row: T) => Position): Page<T> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  if (rows.length <= limit || last === undefined) return { data, nextCursor: null };
  const { at, id } = positionOf(last);
  return { data, nextCursor: Buffer.from(`${at.getTime()}.${id}`).toString('base64url') };
}
