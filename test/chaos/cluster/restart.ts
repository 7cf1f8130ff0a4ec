import { setTimeout as delay } from 'node:timers/promises';

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
        async trouble(_, soFar) {
          for (let crash = 1; crash <= CRASHES; crash += 1) {
            await after(crash * 8, soFar);
            await server.crash();
            say(`crash ${crash} of ${CRASHES}`);
            await delay(DOWN_MS);
            await server.start();
          }
          return [];
        },
      });
    } finally {
      await server.close();
    }
  },
};
