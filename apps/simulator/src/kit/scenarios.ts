import { z } from 'zod';

import { faultKindsOf, planFault } from './fault-requests.js';
import { type FaultInput, faultScope, type PlannedFault } from './faults.js';
import { type TwinAccount } from './twin-account.js';
import { ControlError, type Twin } from './twin.js';

/** A bad day that has a name: which faults it is made of. */
export interface Scenario {
  readonly name: string;
  readonly means: string;
  readonly faults: readonly FaultInput[];
}

const UNTIL_REMOVED = { times: null } as const;

/** One entry for each bad day we know of. Those without `times` happen once. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'latency',
    means: 'the answer takes two seconds',
    faults: [{ on: 'request', kind: 'latency', delayMs: 2000 }],
  },
  { name: 'hang', means: 'no answer ever', faults: [{ on: 'request', kind: 'hang' }] },
  {
    name: 'reset',
    means: 'the connection is cut, nothing was done',
    faults: [{ on: 'request', kind: 'reset' }],
  },
  {
    name: 'lost-answer',
    means: 'what was asked is done, then the connection is cut',
    faults: [{ on: 'request', kind: 'lost-answer' }],
  },
  {
    name: 'server-error',
    means: '503, nothing was done',
    faults: [{ on: 'request', kind: 'status', status: 503 }],
  },
  {
    name: 'rate-limit',
    means: '429 with Retry-After: 1',
    faults: [{ on: 'request', kind: 'rate-limit' }],
  },
  { name: 'html', means: '200 with a web page instead of JSON', faults: [{ on: 'request', kind: 'html' }] },
  { name: 'truncated', means: 'half of the JSON', faults: [{ on: 'request', kind: 'truncate' }] },
  {
    name: 'credentials-refused',
    means: 'what the vendor says to wrong credentials, until removed',
    faults: [{ on: 'request', kind: 'credentials', ...UNTIL_REMOVED }],
  },
  {
    name: 'stale-status',
    means: 'a read answers as it was before the last change',
    faults: [{ on: 'request', kind: 'stale' }],
  },
  {
    name: 'wrong-person',
    means: 'a read answers with somebody else',
    faults: [{ on: 'request', kind: 'wrong-person' }],
  },
  {
    name: 'unknown-level',
    means: 'reads show a status or level that is not documented, until removed',
    faults: [{ on: 'request', kind: 'unknown-value', ...UNTIL_REMOVED }],
  },
  {
    name: 'revoked-consent',
    means: 'reads answer as after the person took back their consent, until removed',
    faults: [{ on: 'request', kind: 'revoked', ...UNTIL_REMOVED }],
  },
  {
    name: 'bulk-strangers',
    means: 'a bulk read has somebody who was not asked for',
    faults: [{ on: 'request', kind: 'bulk-strangers' }],
  },
  {
    name: 'bulk-gaps',
    means: 'a bulk read leaves out the first one who was asked for',
    faults: [{ on: 'request', kind: 'bulk-gaps' }],
  },
  {
    name: 'expired-pdf',
    means: 'the PDF is gone as after 24 hours, until removed',
    faults: [{ on: 'request', kind: 'gone', path: '/pdf', ...UNTIL_REMOVED }],
  },
  {
    name: 'expired-images',
    means: 'images are gone as after 60 seconds, until removed',
    faults: [{ on: 'request', kind: 'gone', path: '/images/', ...UNTIL_REMOVED }],
  },
  {
    name: 'webhook-late',
    means: 'the next webhook comes two seconds late, after newer ones',
    faults: [{ on: 'webhook', kind: 'late', delayMs: 2000 }],
  },
  { name: 'webhook-lost', means: 'the next webhook never comes', faults: [{ on: 'webhook', kind: 'lost' }] },
  {
    name: 'webhook-twice',
    means: 'the next webhook comes twice',
    faults: [{ on: 'webhook', kind: 'twice' }],
  },
  {
    name: 'webhook-reordered',
    means: 'the next webhook comes after the one that follows it',
    faults: [{ on: 'webhook', kind: 'reordered' }],
  },
  {
    name: 'webhook-wrong-signature',
    means: 'the next webhook proves its sender with another secret',
    faults: [{ on: 'webhook', kind: 'wrong-signature' }],
  },
  {
    name: 'webhook-unsigned',
    means: 'the next webhook has no proof of its sender',
    faults: [{ on: 'webhook', kind: 'unsigned' }],
  },
  {
    name: 'webhook-pretty',
    means: 'the next webhook is pretty-printed; a signature is that of the compact form',
    faults: [{ on: 'webhook', kind: 'pretty' }],
  },
];

const scenarioBody = z
  .strictObject({
    path: faultScope.path.optional(),
    bodyContains: faultScope.bodyContains.optional(),
    person: z.string().min(1).nullable().optional(),
    times: z.int().min(1).nullable().optional(),
  })
  .prefault({});

export function isPossibleAt(twin: Twin, scenario: Scenario): boolean {
  const possible = faultKindsOf(twin);
  return scenario.faults.every(({ kind }) => possible.includes(kind));
}

/** Plans the faults of a scenario under its name, all for the same requests and as often as `body` says. */
export function planScenario(
  twin: Twin,
  account: TwinAccount,
  name: string,
  body: unknown,
): readonly PlannedFault[] {
  const scenario = SCENARIOS.find((candidate) => candidate.name === name);
  const names = SCENARIOS.filter((candidate) => isPossibleAt(twin, candidate)).map((each) => each.name);
  if (scenario === undefined)
    throw new ControlError(404, `no such scenario: ${name}; ${twin.title} has ${names.join(', ')}`);
  if (!isPossibleAt(twin, scenario))
    throw new ControlError(422, `${twin.title} cannot have '${name}'; it has ${names.join(', ')}`);
  const over = scenarioBody.parse(body ?? {});
  return scenario.faults.map((fault) => planFault(twin, account, { ...fault, ...over, name }));
}
