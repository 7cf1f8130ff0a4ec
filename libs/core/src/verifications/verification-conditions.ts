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
