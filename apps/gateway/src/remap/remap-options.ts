import { parseArgs } from 'node:util';

import { type RemapRequest } from '@gatehouse/core';
import { fromTypeId, hasCode, StartError } from '@gatehouse/platform';

export const USAGE = `npm run remap -- --provider <name> --since <date> [--tenant <tnt_…>] [--apply] [--json]

Shows what the present mapping and the present settings make of what was read since, and changes nothing.

  --provider  whose answers, by the provider’s name
  --since     YYYY-MM-DD, or a time with its zone: verifications that were last read before are left out
  --tenant    of one tenant only
  --apply     lets it count, one verification after the other; to be run again if it is cut off
  --json      one JSON object a line: each verification that differs, then the totals`;

export interface RemapOptions extends RemapRequest {
  readonly isJson: boolean;
}

const OPTIONS = {
  provider: { type: 'string' },
  since: { type: 'string' },
  tenant: { type: 'string' },
  apply: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

const MISUSES = [
  'ERR_PARSE_ARGS_UNKNOWN_OPTION',
  'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL',
  'ERR_PARSE_ARGS_INVALID_OPTION_VALUE',
] as const;

const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/u;

/** Throws StartError with what is wrong, and how it is done. */
export function remapOptions(given: readonly string[]): RemapOptions {
  const { provider, since, tenant, apply, json } = parsed(given);
  if (provider === undefined) throw misused('--provider is required');
  if (since === undefined) throw misused('--since is required');
  if (!DATE.test(since) || Number.isNaN(Date.parse(since)))
    throw misused('--since must be a date, or a time with its zone');
  const tenantId = tenant === undefined ? null : fromTypeId('tnt', tenant);
  if (tenant !== undefined && tenantId === null) throw misused('--tenant must be a tenant’s id');
  return { provider, since: new Date(since), tenantId, apply, isJson: json };
}

interface Given {
  readonly provider?: string;
  readonly since?: string;
  readonly tenant?: string;
  readonly apply: boolean;
  readonly json: boolean;
}

function parsed(given: readonly string[]): Given {
  try {
    return parseArgs({ args: [...given], options: OPTIONS }).values;
  } catch (error) {
    // Node's own words for an option that there is not.
    if (hasCode(error, ...MISUSES)) throw misused(error.message);
    throw error;
  }
}

function misused(why: string): StartError {
  return new StartError([why, '', ...USAGE.split('\n')]);
}
