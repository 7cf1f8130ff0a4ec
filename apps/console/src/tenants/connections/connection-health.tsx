import { type ReactElement } from 'react';

import { type Schemas } from '../../api/client.js';
import { Facts } from '../../kit/facts.js';
import { Moment } from '../../kit/moment.js';
import { milliseconds, percentage } from '../../kit/quantity.js';
import { faultInWords, faultsInWords } from '../../providers/faults.js';

const BREAKER = {
  closed: 'Calls are made as usual',
  open: 'No calls are made for a while',
  half_open: 'Being tried with a call',
} as const satisfies Record<Schemas['ConnectionHealth']['breaker'], string>;

/** How the connection has been doing, as the replica that answered has seen it. */
export function ConnectionHealth({
  connection: { health, updatedAt, version },
}: {
  readonly connection: Schemas['Connection'];
}): ReactElement {
  return (
    <Facts
      facts={[
        ['Breaker', BREAKER[health.breaker]],
        ...(health.openUntil === null
          ? []
          : ([['Tried again', <Moment key="until" at={health.openUntil} />]] as const)),
        ...(health.lastFault === null
          ? []
          : ([['Last failure', `It ${faultInWords(health.lastFault)}`]] as const)),
        ['Calls of the last 15 minutes', health.calls],
        ['Failed', percentage(health.errorRate)],
        ['Half took at most', milliseconds(health.p50Ms)],
        ['19 of 20 took at most', milliseconds(health.p95Ms)],
        ...(faultsInWords(health.faults) === null
          ? []
          : ([['Failures', faultsInWords(health.faults)]] as const)),
        [
          'Changed',
          <span key="changed">
            <Moment at={updatedAt} /> (version {version})
          </span>,
        ],
      ]}
    />
  );
}
