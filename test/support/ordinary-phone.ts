import { randomInt } from 'node:crypto';

const COUNT = 9_000;
let last = randomInt(COUNT);

/**
 * A number that needs a human at the twins: theirs that finish by themselves end in 900 to 999. No two are the same until all have been
 * given out, because a test's people would be one person to a vendor.
 */
export function ordinaryPhone(): string {
  last = (last + 1) % COUNT;
  return `+1415555${Math.floor(last / 900)}${String(last % 900).padStart(3, '0')}`;
}
