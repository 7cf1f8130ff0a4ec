import { afterAll, expect } from '@jest/globals';

import { actDistributed } from '../support/distributed/distributed-mode.js';

/*
 * Of `npm run test:distributed` what tells most in a few seconds: creates, webhooks, what is claimed, applied and set aside, on sessions of
 * which every tenth transaction is told to try again.
 */

const mode = actDistributed({ seed: 'inbox', share: 0.1 });
await import('../core/inbox.spec.js');

afterAll(() => {
  expect(mode.refused).toEqual([]);
  const { within, commit, alone } = mode.raised;
  expect(Math.min(within, commit, alone)).toBeGreaterThan(0);
});
