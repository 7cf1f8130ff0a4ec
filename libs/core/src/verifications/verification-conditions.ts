import { type Position } from '../paging.js';
import { type VerificationFilter } from './verification.js';

/** One thing that a list is narrowed by. Only our own words become part of a statement; the value is a parameter. */
export interface Condition {
  /** Part of the statement's name. */
  readonly name: string;
  /** Up to the place of the value. */
  readonly sql: string;
  readonly value: unknown;
}

/** Of those filters that are given. `referenceHash`: the tenant's, where a reference is asked for. */
export function conditionsOf(
  filter: VerificationFilter,
  referenceHash: Buffer | undefined,
): readonly Condition[] {
  const conditions: readonly Condition[] = [
    { name: 'status', sql: 'v.status =', value: filter.status },
    { name: 'provider', sql: 'v.provider =', value: filter.provider },
    { name: 'reference', sql: 'v.reference_hash =', value: referenceHash },
    { name: 'after', sql: 'v.created_at >', value: filter.createdAfter },
    { name: 'before', sql: 'v.created_at <', value: filter.createdBefore },
  ];
  return conditions.filter(({ value }) => value !== undefined);
}

/** What a page has to keep to: conditions, and where the page before it ended; null: it is the first, or the conditions say as much. */
export interface PageBounds {
  readonly conditions: readonly Condition[];
  readonly after: Position | null;
}

/**
 * Without the wider one of `createdBefore` and the end of the page before, as whatever the narrower lets through the other does too.
 * Given both, PostgreSQL may begin at the wider one, and throws away all that lies between them.
 */
export function narrowed({ conditions, after }: PageBounds): PageBounds {
  const before = conditions.find(({ name }) => name === 'before')?.value;
  if (!(before instanceof Date) || after === null) return { conditions, after };
  // What is of the cursor's own moment may follow it, and is not before that moment.
  if (after.at >= before) return { conditions, after: null };
  return { conditions: conditions.filter(({ name }) => name !== 'before'), after };
}
