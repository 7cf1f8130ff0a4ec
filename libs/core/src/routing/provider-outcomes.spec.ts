import { expect, it } from '@jest/globals';
import { connectDatabase, Log } from '@gatehouse/platform';

import { createTestDatabase } from '../../../../test/support/database.js';
import { OUTCOMES, ProviderOutcomeQueries } from './provider-outcomes.js';

it('knows nothing of a provider without a verdict, and finds verdicts by their index', async () => {
  const files = await createTestDatabase();
  const database = await connectDatabase(files.url, { poolSize: 1, log: new Log({ level: 'silent' }) });
  try {
    expect(await new ProviderOutcomeQueries(database).of('east')).toEqual({
      sample: 0,
      passRate: null,
      timeToVerdict: null,
    });
    // A table without rows is read whole, unless that is made dear.
    await database.across.query({ name: 'test_no_seq_scan', text: 'SET enable_seqscan = off' });
    const plan = await database.across.query(
      { name: 'test_plan', text: `EXPLAIN (FORMAT JSON) ${OUTCOMES.text}` },
      ['east'],
    );
    expect(JSON.stringify(plan)).toContain('verifications_verdicts');
  } finally {
    await database.close();
    await files.drop();
  }
});
