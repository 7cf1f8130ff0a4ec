import { randomInt } from 'node:crypto';

/** A number that needs a human at the twins: theirs that finish by themselves end in 900 to 999. */
export function ordinaryPhone(): string {
  return `+1415555${randomInt(10)}${String(randomInt(900)).padStart(3, '0')}`;
}
