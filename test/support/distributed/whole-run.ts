import { afterAll, expect } from '@jest/globals';

import { actDistributed } from './distributed-mode.js';

/* For each spec file of `npm run test:distributed`. */

const SEED = process.env['TEST_DISTRIBUTED_SEED'] ?? 'gatehouse';

const mode = actDistributed({ seed: SEED, share: 0.05 });

afterAll(() => {
  // Also what a worker has logged and gone on from.
  expect(mode.refused).toEqual([]);
});
