import { setTimeout as delay } from 'node:timers/promises';

import { FAILED_OVER_MS, recovered, untilAllGood } from '../recovery.js';
import { openDoor } from './door.js';
import { after, STORE_WAS_AWAY, underPressure } from './pressure.js';
import { nothingMissing, type Scenario } from './scenario.js';
import { openServer } from './server.js';
import { openStandby } from './standby.js';

const BEFORE = 20;
/** How long nobody is at the address: what a supervisor takes to be sure that the primary is dead. */
const VACANT_MS = 2_000;

export const failover: Scenario = {
  name: 'failover',
  what: 'the primary is killed with -9 and its synchronous standby promoted',
  missing: nothingMissing,
  async run(say) {
    await using stack = new AsyncDisposableStack();
    const primary = stack.adopt(await openServer(), (opened) => opened.close());
    const standby = stack.adopt(await openStandby(primary), (opened) => opened.close());
    const door = stack.adopt(await openDoor(primary.port), (opened) => opened.close());
    const url = new URL(primary.url);
    url.port = String(door.port);
    say('a synchronous standby follows');
    return await underPressure({
      databaseUrl: url.href,
      say,
      expected: [STORE_WAS_AWAY],
      async trouble({ probes }, soFar) {
        await after(BEFORE, soFar);
        const killed = performance.now();
        await primary.kill();
        door.lead(null);
        say('the primary is dead');
        await delay(VACANT_MS);
        await standby.promote();
        door.lead(standby.port);
        say('the standby is promoted');
        const ms = await untilAllGood(probes, killed);
        return [recovered([{ what: 'the death of the primary', ms }], FAILED_OVER_MS)];
      },
    });
  },
};
