import { FAULTS, type ProviderError, type ProviderFault } from '@gatehouse/contract';
import { expect, it } from '@jest/globals';

import { closedPort, monotonousVendor } from '../support/conformance/odd-vendors.js';
import { type ProviderAtTwin } from '../support/conformance/provider-at-twin.js';
import { outcomeOf } from '../support/conformance/readings.js';
import { impatiently } from '../support/conformance/registry.js';
import { type FaultRow } from '../support/conformance/rows.js';
import { describeProviders, openSuite } from '../support/conformance/suite.js';
import { present } from '../support/eventually.js';

type Outcome = Pick<ProviderError, 'fault' | 'effect'>;

interface Breakage {
  readonly row: FaultRow;
  readonly plan: { readonly kind: string } & Readonly<Record<string, unknown>>;
  readonly fault: ProviderFault;
  /** The vendor said that it did nothing. */
  readonly isRefusal: boolean;
}

const BREAKAGES: readonly Breakage[] = [
  { row: 'server_error', plan: { kind: 'status', status: 503 }, fault: 'unavailable', isRefusal: false },
  { row: 'rate_limit', plan: { kind: 'status', status: 429 }, fault: 'rate_limited', isRefusal: true },
  {
    row: 'unknown_refusal',
    plan: { kind: 'status', status: 418 },
    fault: 'invalid_request',
    isRefusal: true,
  },
  { row: 'html', plan: { kind: 'html' }, fault: 'contract', isRefusal: false },
  { row: 'truncated', plan: { kind: 'truncate' }, fault: 'contract', isRefusal: false },
  { row: 'reset', plan: { kind: 'reset' }, fault: 'unavailable', isRefusal: false },
  { row: 'hang', plan: { kind: 'hang' }, fault: 'timeout', isRefusal: false },
];
const LATE_MS = 300;

describeProviders(await openSuite(), ({ provider, harness, open, fault: whenVendor }) => {
  const outcomes = begunTogether(BREAKAGES, async ({ plan }) => {
    const [read, ...starts] = await Promise.all([
      brokenRead(plan),
      ...harness.start.paths.map((path) => brokenStart(path, plan)),
    ]);
    return { read, starts };
  });

  for (const breakage of BREAKAGES)
    whenVendor(breakage.row, () => {
      const { fault, isRefusal } = breakage;
      it(`fails as ${fault}, knowing what may have happened, and tries again only what may be`, async () => {
        const { read, starts } = await outcomes(breakage);
        const effect = isRefusal ? 'none' : harness.start.effect;
        const isSentAgain = effect === 'none' && isRetried(fault);
        expect(starts).toEqual(starts.map(() => ({ fault, effect, isSentAgain })));
        expect(read).toEqual({ fault, effect: 'none' });
      });
    });

  whenVendor('reset', () => {
    it('gets over it in a read, if it happens once', async () => {
      const at = await open();
      const { handle } = await at.verified();
      await at.vendor.twin.plan({ on: 'request', kind: 'reset', path: harness.paths.read });
      expect(outcomeOf(await at.read(handle))).toBe('verified');
    });
  });

  whenVendor('latency', () => {
    it('waits, and does everything once', async () => {
      const at = await open();
      const late = { on: 'request', kind: 'latency', delayMs: LATE_MS, times: null } as const;
      await at.vendor.twin.plan(late);
      const { handle } = await at.verified();
      expect(outcomeOf(await at.read(handle))).toBe('verified');
      expect(await at.vendor.countAtVendor()).toBe(1);
    });
  });

  whenVendor('unreachable', () => {
    it('knows that nothing can have happened, whatever was to be done', async () => {
      const at = await open();
      const { handle } = await at.verified();
      const nowhere = at.connection({ baseUrl: `http://127.0.0.1:${await closedPort()}` });
      const calls = [
        ['start', at.start({}, nowhere)] as const,
        ['read', at.read(handle, nowhere)] as const,
        ...at.otherCalls(handle, nowhere),
      ];
      const outcomes = await Promise.all(
        calls.map(async ([name, call]) => [name, outcomeOfFailure(await at.failure(call))]),
      );
      expect(outcomes).toEqual(calls.map(([name]) => [name, { fault: 'unavailable', effect: 'none' }]));
    });

    it('finds it out by a check, and does not blame the credentials', async () => {
      const at = await open();
      const findings = await at.check(at.connection({ baseUrl: `http://127.0.0.1:${await closedPort()}` }));
      expect(findings.map(({ ok }) => ok)).toContain(false);
      expect(findings.map(({ detail }) => detail).join(' ')).not.toMatch(/refused the credentials/u);
    });
  });

  whenVendor('wrong_shape', () => {
    it.each([[[1]], ['words'], [7], [true]])('breaks the contract with %j', async (json) => {
      const at = await open();
      const { handle } = await at.start();
      const vendor = await monotonousVendor(json);
      try {
        const connection = at.connection({ baseUrl: vendor.origin });
        const start = await at.failure(at.start({}, connection));
        const read = await at.failure(at.read(handle, connection));
        expect([start, read].map(outcomeOfFailure)).toEqual([
          { fault: 'contract', effect: harness.start.effect },
          { fault: 'contract', effect: 'none' },
        ]);
      } finally {
        await vendor.close();
      }
    });
  });

  whenVendor('lost_start', () => {
    it('does not ask the person twice', async () => {
      const at = await open();
      await at.vendor.loseAnswerOfStart();
      const first = await at.start().catch((error: unknown) => error);
      // Absent exactly where repeating could reach the person a second time.
      expect(provider.resume === undefined).toBe(harness.start.effect === 'unknown');
      if (provider.resume === undefined) expect(first).toMatchObject({ effect: 'unknown' });
      else await at.resume();
      await at.vendor.approve();
      expect(await at.vendor.countAtVendor()).toBe(1);
    });
  });

  async function brokenStart(
    path: string,
    plan: Breakage['plan'],
  ): Promise<Outcome & { readonly isSentAgain: boolean }> {
    const at = await open();
    await misbehave(at, path, plan);
    const outcome = outcomeOfFailure(await at.failure(patienceFor(plan, path, () => at.start())));
    return { ...outcome, isSentAgain: (await at.vendor.twin.requestsTo(path)).length > 1 };
  }

  async function brokenRead(plan: Breakage['plan']): Promise<Outcome> {
    const at = await open();
    const { handle } = await at.verified();
    const path = harness.paths.read;
    await misbehave(at, path, plan);
    return outcomeOfFailure(await at.failure(patienceFor(plan, path, () => at.read(handle))));
  }
});

/** What comes of each, all of them begun when the first is asked for: most of their time they wait to try again. */
function begunTogether<T, R>(cases: readonly T[], run: (each: T) => Promise<R>): (each: T) => Promise<R> {
  const begun = new Map<T, Promise<R>>();
  return async (wanted) => {
    for (const each of cases) if (!begun.has(each)) begun.set(each, run(each));
    // Whose turn comes later must not end the process by failing earlier.
    await Promise.allSettled(begun.values());
    return present(begun.get(wanted), 'case');
  };
}

/** What never ends by itself is given up soon. */
function patienceFor<T>({ kind }: Breakage['plan'], path: string, call: () => Promise<T>): Promise<T> {
  return kind === 'hang' ? impatiently(path, call) : call();
}

/** From now on. A status comes with everything that we sent, as from a vendor that echoes. */
async function misbehave(at: ProviderAtTwin, path: string, plan: Breakage['plan']): Promise<void> {
  const echo = { message: at.unspeakable().join(' '), errors: [{ message: at.unspeakable().join(' ') }] };
  await at.vendor.twin.plan({
    on: 'request',
    path,
    times: null,
    ...plan,
    ...(plan.kind === 'status' ? { body: JSON.stringify(echo) } : {}),
  });
}

function outcomeOfFailure({ fault, effect }: ProviderError): Outcome {
  return { fault, effect };
}

/** What is tried again at once, if it may be repeated at all. */
function isRetried(fault: ProviderFault): boolean {
  return FAULTS[fault].retryable && FAULTS[fault].breaker === 'vendor';
}
