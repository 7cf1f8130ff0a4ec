import { setTimeout as delay } from 'node:timers/promises';

import { recovered, RECOVERED_MS, type Recovery, untilAllGood } from '../recovery.js';
import { after, STORE_WAS_AWAY, underPressure } from './pressure.js';
import { nothingMissing, type Scenario } from './scenario.js';
import { openServer } from './server.js';

const CRASHES = 3;
/** Long enough that callers meet a database that is not there. */
const DOWN_MS = 1_500;

export const restart: Scenario = {
  name: 'restart',
  what: `PostgreSQL crashes (immediate stop) and is started again, ${CRASHES} times`,
  missing: nothingMissing,
  async run(say) {
    const server = await openServer();
    try {
      return await underPressure({
        databaseUrl: server.url,
        say,
        expected: [STORE_WAS_AWAY],
        async trouble({ probes }, soFar) {
          const recoveries: Recovery[] = [];
          for (let crash = 1; crash <= CRASHES; crash += 1) {
            await after(crash * 8, soFar);
            const crashed = performance.now();
            await server.crash();
            say(`crash ${crash} of ${CRASHES}`);
            await delay(DOWN_MS);
            await server.start();
            recoveries.push({ what: `crash ${crash}`, ms: await untilAllGood(probes, crashed) });
          }
          return [recovered(recoveries, RECOVERED_MS)];
        },
      });
    } finally {
      await server.close();
    }
  },
};
