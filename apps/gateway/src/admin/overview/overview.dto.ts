import { type Environment, ENVIRONMENTS, type OverviewFilter } from '@gatehouse/core';
import { fromTypeId } from '@gatehouse/platform';

import { IdOf, OneOf, Timestamp } from '../../http/members.js';
import { invalid } from '../../http/validation.js';

const DAY_MS = 86_400_000;
const MAX_DAYS = 92;
const DEFAULT_DAYS = 30;

export class OverviewQuery {
  @Timestamp({
    example: '2026-01-01T00:00:00Z',
    description: `From then on; at most ${MAX_DAYS} days before \`until\`. Absent: ${DEFAULT_DAYS} days before it.`,
  })
  since?: string | null;

  @Timestamp({
    example: '2026-02-01T00:00:00Z',
    description: 'Up to then, which is not in it. Absent: until now.',
  })
  until?: string | null;

  @IdOf('tnt', { description: 'Of this tenant only.' })
  tenantId?: string | null;

  @OneOf(ENVIRONMENTS, { description: 'Of this environment only.' })
  environment?: Environment | null;
}

/** Throws Problem `validation_failed` for a range that is empty or too long. */
export function toOverviewFilter(query: OverviewQuery, now: Date): OverviewFilter {
  const until = query.until == null ? now : new Date(query.until);
  const since =
    query.since == null ? new Date(until.getTime() - DEFAULT_DAYS * DAY_MS) : new Date(query.since);
  if (since >= until) throw invalid([{ pointer: 'since', detail: 'must be before until' }]);
  if (until.getTime() - since.getTime() > MAX_DAYS * DAY_MS)
    throw invalid([{ pointer: 'since', detail: `must be at most ${MAX_DAYS} days before until` }]);
  return {
    since,
    until,
    tenantId: query.tenantId == null ? null : fromTypeId('tnt', query.tenantId),
    environment: query.environment ?? null,
  };
}
