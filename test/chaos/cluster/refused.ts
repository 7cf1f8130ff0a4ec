import { setTimeout as delay } from 'node:timers/promises';

import { type Fleet } from '../fleet.js';

const CREATE = '"route":"/v1/verifications"';
const REFUSED = '"code":"overloaded"';

/** How many creates (and lists) were answered 503 because of the store: each has its line in a gateway's log. */
export function refusedIn(fleet: Fleet): number {
  return fleet
    .output()
    .stdout.flatMap((text) => text.split('\n'))
    .filter((line) => line.includes(CREATE) && line.includes(REFUSED)).length;
}

/** Until so many more were refused. */
export async function refused(fleet: Fleet, more: number): Promise<number> {
  const before = refusedIn(fleet);
  while (refusedIn(fleet) < before + more) await delay(100);
  return refusedIn(fleet) - before;
}
