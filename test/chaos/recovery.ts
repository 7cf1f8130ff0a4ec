import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { type GatewayClient } from '../support/gateway-client.js';
import { createRequest } from '../support/people.js';
import { check, type Check, showing } from './invariants/check.js';

/** I10. */
export const RECOVERED_MS = 10_000;
/** Where somebody has to be sure first that the primary is dead. */
export const FAILED_OVER_MS = 15_000;

const EVERY_MS = 50;
/** Whoever is not answered by then hangs up and asks anew. */
const ANSWER_MS = 3_000;
const PATIENCE_MS = 60_000;

/** From when somebody died until creates were answered well again. */
export interface Recovery {
  readonly what: string;
  readonly ms: number;
}

/** Asks one gateway for verifications, for a tenant of which nothing else is wanted, at a vendor that always answers it well. */
export interface Probe {
  /** Whether a create is answered 201 within three seconds. */
  isGood(): Promise<boolean>;
  /** Asks until one is. Milliseconds since `since`, a time of `performance.now`; those of its patience, a minute, when none is. */
  untilGood(since: number): Promise<number>;
}

/** One for each gateway, by its own address and past whatever stands before it. */
export async function openProbes(
  client: GatewayClient,
  origins: readonly string[],
): Promise<readonly Probe[]> {
  const tenant = await client.tenant();
  await tenant.connect('sentinel');
  await tenant.route('sentinel');
  return origins.map((origin) => probeOf(`${origin}/v1/verifications`, tenant.key));
}

function probeOf(url: string, key: string): Probe {
  const isGood = async (): Promise<boolean> => {
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'idempotency-key': randomBytes(12).toString('hex'),
        },
        body: JSON.stringify(createRequest()),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      await answer.body?.cancel();
      return answer.status === 201;
    } catch {
      return false;
    }
  };
  return {
    isGood,
    async untilGood(since) {
      const deadline = performance.now() + PATIENCE_MS;
      while (!(await isGood()) && performance.now() < deadline) await delay(EVERY_MS);
      return Math.round(performance.now() - since);
    },
  };
}

/** When the last of them is good. */
export async function untilAllGood(probes: readonly Probe[], since: number): Promise<number> {
  return Math.max(...(await Promise.all(probes.map((probe) => probe.untilGood(since)))));
}

export function recovered(recoveries: readonly Recovery[], limitMs: number): Check {
  const late = recoveries.filter(({ ms }) => ms > limitMs).map(({ what, ms }) => `${what}: ${ms} ms`);
  const one = check(
    `10. creates are answered well again within ${limitMs / 1000} s`,
    recoveries.length,
    recoveries.length === 0 ? ['nothing was measured'] : late,
    [spreadOf(recoveries.map(({ ms }) => ms))],
  );
  return showing(['I10'], one);
}

/** The middle one and the longest. */
export function spreadOf(times: readonly number[]): string {
  const sorted = times.toSorted((one, other) => one - other);
  const middle = sorted[Math.floor(sorted.length / 2)];
  return middle === undefined
    ? 'nothing measured'
    : `after ${middle} ms in the middle, ${sorted.at(-1) ?? 0} ms at most`;
}
