import { VERIFICATION_STATUSES } from '@gatehouse/contract';

import { type Condition } from './verification-conditions.js';
import { SHOWN_COLUMNS } from './verification.rows.js';

const NEWEST_FIRST = 'ORDER BY v.created_at DESC, v.id DESC';

/** Where a page is in a list: pieces of SQL, mostly names of parameters. */
export interface PagePlace {
  /** Absent: of all tenants. */
  readonly tenant?: string;
  /** A list of texts. */
  readonly environments: string;
  readonly limit: string;
  /** What else has to hold of `v`, each beginning with AND. */
  readonly conditions: string;
}

/**
 * A page of verifications as callers are shown them, newest first. The page is made before the subjects are looked up: joined to them at
 * once, PostgreSQL takes the two for so few rows that it reads both from end to end.
 */
export function verificationPage(used: readonly Condition[], place: PagePlace): string {
  return `SELECT ${SHOWN_COLUMNS}
            FROM (${isAtProvider(used) ? newestOfEachStatus(place) : newestOfEach(place)}) v
            JOIN subjects s ON s.tenant_id = v.tenant_id AND s.id = v.subject_id ${NEWEST_FIRST}`;
}

/** Of each environment as far as a page goes, then the newest of both. */
function newestOfEach({ tenant, environments, limit, conditions }: PagePlace): string {
  return `SELECT v.* FROM unnest(${environments}) AS e(environment) CROSS JOIN LATERAL (
            SELECT * FROM verifications v WHERE ${ofTenant(tenant)} v.environment = e.environment ${conditions} ${NEWEST_FIRST} LIMIT ${limit}) v
           ${NEWEST_FIRST} LIMIT ${limit}`;
}

/** Whether a provider is asked for and nothing that finds fewer. */
function isAtProvider(used: readonly Condition[]): boolean {
  const names = used.map(({ name }) => name);
  return names.includes('provider') && !names.includes('status') && !names.includes('reference');
}

/**
 * As above, of each status too: so that one index, verifications_by_provider, serves a provider with and without a status. The ids are
 * read from it alone.
 */
function newestOfEachStatus({ tenant, environments, limit, conditions }: PagePlace): string {
  const statuses = `'{${VERIFICATION_STATUSES.join()}}'::text[]`;
  return `SELECT v.* FROM verifications v WHERE ${ofTenant(tenant)} v.id IN (
            SELECT v.id FROM unnest(${environments}) AS e(environment) CROSS JOIN unnest(${statuses}) AS w(status) CROSS JOIN LATERAL (
              SELECT v.created_at, v.id FROM verifications v
               WHERE ${ofTenant(tenant)} v.environment = e.environment AND v.status = w.status ${conditions} ${NEWEST_FIRST} LIMIT ${limit}) v
             ${NEWEST_FIRST} LIMIT ${limit})`;
}

function ofTenant(tenant: string | undefined): string {
  return tenant === undefined ? '' : `v.tenant_id = ${tenant} AND`;
}
