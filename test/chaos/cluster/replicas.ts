import { setTimeout as delay } from 'node:timers/promises';

import { Dice } from '../dice.js';
import { type Check } from '../invariants/check.js';
import { underPressure } from './pressure.js';
import { nothingMissing, type Scenario } from './scenario.js';
import { openServer } from './server.js';

const COUNTS = [2, 4, 8];
const LIFE_MS = [4_000, 16_000] as const;
const LEAST_KILLS = 2;

export const replicas: Scenario = {
  name: 'replicas',
  what: `${COUNTS.join(', ')} gateways over one database, killed with -9 and started again`,
  missing: nothingMissing,
  async run(say) {
    const checks: Check[] = [];
    for (const count of COUNTS) {
      say(`${count} gateways`);
      const found = await withReplicas(count, say);
      checks.push(...found.map((one) => ({ ...one, what: `${one.what} (${count} gateways)` })));
    }
    return checks;
  },
};

async function withReplicas(count: number, say: (line: string) => void): Promise<readonly Check[]> {
  const server = await openServer();
  try {
    return await underPressure({
      databaseUrl: server.url,
      gateways: Array.from({ length: count }, () => ({ DATABASE_POOL_SIZE: '6' })),
      say,
      async trouble({ fleet }) {
        fleet.storm(new Dice(`replicas ${count}`), LIFE_MS);
        while (fleet.kills < LEAST_KILLS) await delay(100);
        await fleet.calm();
        return [];
      },
    });
  } finally {
    await server.close();
  }
}
