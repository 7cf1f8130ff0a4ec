import { setTimeout as delay } from 'node:timers/promises';

import { type Fleet } from '../fleet.js';

const CREATE = '"route":"/v1/verifications"';
const REFUSED = '"code":"overloaded"';
const PATIENCE_MS = 30_000;

/** How many creates (and lists) were answered 503 because of the store: each has its line in a gateway's log. */
export function refusedIn(fleet: Fleet): number {
  return fleet
    .output()
    .stdout.flatMap((text) => text.split('\n'))
    .filter((line) => line.includes(CREATE) && line.includes(REFUSED)).length;
}

/** Until so many more were refused, or half a minute is over; how many were. */
export async function refused(fleet: Fleet, more: number): Promise<number> {
  const before = refusedIn(fleet);
  const deadline = performance.now() + PATIENCE_MS;
  while (refusedIn(fleet) < before + more && performance.now() < deadline) await delay(100);
  return refusedIn(fleet) - before;
}

/** What is broken where fewer were refused than should have been. */
export function tooFew(count: number, expected: number): readonly string[] {
  return count < expected ? [`${count} were refused in half a minute, not ${expected}`] : [];
}
