import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { listCases } from '../../bench/growth/cases.js';
import { looked } from '../../bench/growth/look.js';
import { fillStage, type Stage } from '../../bench/growth/stage.js';
import { StatementListener } from '../../bench/growth/statements.js';
import { type GatewayHarness, startGateway } from '../support/gateway-harness.js';

/*
 * Every list of the OpenAPI document, on some thousand verifications and by PostgreSQL's own choice of plans: a list that has no index
 * shows already where a page is small. `npm run bench:growth` has the times, and millions.
 */
const VERIFICATIONS = 6_000;
const TENANTS = 20;
const PAGE = 50;

let harness: GatewayHarness;
let stage: Stage;
let listener: StatementListener;

beforeAll(async () => {
  listener = new StatementListener();
  harness = await startGateway({ role: 'api' });
  stage = await fillStage(harness, {
    verifications: VERIFICATIONS,
    tenants: TENANTS,
    listener,
    onProgress: () => undefined,
  });
});

afterAll(async () => {
  await harness.close();
});

/** Each fault with the list that shows it. */
async function faults(lists: Awaited<ReturnType<typeof listCases>>): Promise<readonly string[]> {
  const found: string[] = [];
  for (const list of lists)
    for (const { statement, detail } of (await looked(stage, listener, list)).faults)
      found.push(`${list.name}: ${statement}: ${detail}`);
  return found;
}

describe('every list', () => {
  it('reads about as many rows as it shows, whatever is asked for', async () => {
    const lists = (await listCases(stage, { page: PAGE, pairs: false })).filter(
      // So large a part of a small table is rightly read as a whole.
      ({ page }) => page === null || page === PAGE,
    );
    expect(lists.length).toBeGreaterThan(150);
    expect(await faults(lists)).toEqual([]);
  });

  it('is seen to read more without its index', async () => {
    await harness.pool.query('DROP INDEX ledger_by_actor');
    const lists = await listCases(stage, { page: PAGE, pairs: false });
    const ofActor = lists.filter(
      ({ name }) => name === '/admin/v1/audit-log (operator) tenantId=giant actor=rare operator',
    );
    expect(ofActor).toHaveLength(1);
    expect(await faults(ofActor)).toContainEqual(expect.stringContaining('Rows Removed by Filter'));
  });
});
