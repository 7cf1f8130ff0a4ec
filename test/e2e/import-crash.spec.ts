import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';

import { eventually } from '../support/eventually.js';
import { required, text } from '../support/gateway-client.js';
import { openProcessWorld, type ProcessWorld } from '../support/process-world.js';
import { INSPECTED, settledMb } from '../support/settled-memory.js';

// For a machine that is busy with other things.
jest.setTimeout(240_000);

const PEOPLE = 10_000;
/** What a process may hold more of after it has adopted the last 4,000. */
const GROWTH_MB = 30;

let world: ProcessWorld;
beforeAll(async () => {
  world = await openProcessWorld({ extra: INSPECTED });
});
afterAll(() => world.close());

it('adopts 10,000 people exactly once each, killed twice on the way, and its memory stays flat', async () => {
  await world.start();
  const tenant = await world.client.tenant();
  const account = await tenant.connect('sentinel');
  await tenant.route('sentinel');
  await account.control('POST', '/customers', { count: PEOPLE });
  const id = text(required(await tenant.call('POST', '/imports', {}), 202), 'id');

  const adopted = async (): Promise<number> => {
    const { adopted: count } = required(await tenant.call('GET', `/imports/${id}`), 200);
    return Number(count);
  };
  const past = (count: number): Promise<number> =>
    eventually(
      async () => {
        const now = await adopted();
        if (now < count) throw new Error(`only ${now} of ${count} so far`);
        return now;
      },
      { timeoutMs: 100_000 },
    );

  for (const kill of [1000, 2000]) {
    const before = await past(kill);
    await world.crash();
    await world.start();
    // Where it stands outlives the process.
    expect(await adopted()).toBeGreaterThanOrEqual(before);
    // The dead worker's lease runs out in a minute; the test does not wait for it.
    await world.pool.query('UPDATE imports SET due_at = now()');
  }

  const gateway = await world.start();
  await past(6000);
  const early = await settledMb(gateway);
  const done = await eventually(
    async () => {
      const found = required(await tenant.call('GET', `/imports/${id}`), 200);
      if (found['status'] === 'running') throw new Error(JSON.stringify(found));
      return found;
    },
    { timeoutMs: 150_000 },
  );
  const late = await settledMb(gateway);
  expect(done).toMatchObject({ status: 'done', total: PEOPLE, failure: null });
  if (early !== null && late !== null) expect(late - early).toBeLessThan(GROWTH_MB);

  const { rows } = await world.pool.query<Record<string, string>>(
    `SELECT count(*) AS verifications, count(DISTINCT provider_reference) AS people, count(DISTINCT subject_id) AS subjects,
            count(*) FILTER (WHERE status = 'verified') AS verified,
            (SELECT count(*) FROM subjects) AS all_subjects,
            (SELECT count(*) FROM ledger_entries WHERE kind = 'verification.imported') AS ledgered FROM verifications`,
  );
  const all = String(PEOPLE);
  expect(rows[0]).toEqual({
    verifications: all,
    people: all,
    subjects: all,
    verified: all,
    all_subjects: all,
    ledgered: all,
  });
});
