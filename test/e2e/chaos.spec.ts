import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';

import { reportOf } from '../chaos/report.js';
import { runChaos } from '../chaos/run-chaos.js';
import { createTestDatabase } from '../support/database.js';

/*
 * docs/CHAOS.md in small: what must hold of a thousand must hold of ten. The hour that killed processes' leases and far reads would
 * take is skipped, by the database's clock marks, while no gateway runs.
 */

// For a machine that is busy with other things.
jest.setTimeout(180_000);

let database: Awaited<ReturnType<typeof createTestDatabase>>;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('keeps every promise while gateways are killed, vendors fail and webhooks are lost, doubled and forged', async () => {
  const result = await runChaos({
    verifications: 10,
    seed: 'ten',
    databaseUrl: database.url,
    lifeMs: [200, 800],
    arrivalsMs: 1_500,
    personMs: 200,
    leastKills: 4,
    skipAnHour: true,
    nudgeAfterMs: 5_000,
    giveUpAfterMs: 90_000,
    say: () => undefined,
  });
  const broken = result.checks.filter((check) => check.broken.length > 0);
  if (broken.length > 0) throw new Error(reportOf(result));
  expect(result.verifications).toBe(10);
  expect(result.kills).toBeGreaterThanOrEqual(4);
  // Something has gone wrong, and something was forged: else nothing was tried.
  expect(result.faults.size).toBeGreaterThan(0);
  expect(result.checks.find(({ what }) => what.startsWith('6. forged'))?.looked).toBeGreaterThan(0);
});
