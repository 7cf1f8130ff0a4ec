import { type Provider, ProviderError, type ProviderFault } from '@gatehouse/contract';
import { Log, SystemClock } from '@gatehouse/platform';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { type ConnectionPlace, type Probed, ProviderHealth } from './provider-health.js';
import { type BreakerNotices } from './shared-breakers.js';

const PLACE: ConnectionPlace = {
  id: '0199e2f0-0000-7000-8000-000000000001',
  version: 1,
  tenantId: '0199e2f0-0000-7000-8000-000000000002',
  environment: 'test',
  provider: 'north',
};
const RULES = { windowMs: 30_000, minimumCalls: 5, failureShare: 0.5, restsMs: [10_000, 20_000] } as const;

let told: (readonly unknown[])[];
let health: ProviderHealth;
beforeEach(() => {
  jest.useFakeTimers({
    now: new Date('2026-06-01T09:00:00Z'),
    doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'],
  });
  told = [];
  const notices: BreakerNotices = {
    opened: (_place, fault, openUntil) => Promise.resolve(told.push(['opened', fault, openUntil])),
    closed: () => Promise.resolve(told.push(['closed'])),
  };
  health = new ProviderHealth(notices, new SystemClock(), new Log({ level: 'silent' }), RULES);
});
afterEach(() => {
  jest.useRealTimers();
});

const fails = (fault: ProviderFault) => (): Promise<never> =>
  Promise.reject(new ProviderError('north', fault, 'none', 'failed'));
const works = (): Promise<string> => Promise.resolve('an answer');
const call = (invoke: () => Promise<unknown>, isProbed = true): Promise<unknown> =>
  health.call(PLACE, isProbed, invoke).catch((error: unknown) => error);
const away = (openUntil: Date | null = null): Date | null =>
  health.awayUntil({ provider: 'north', connectionId: PLACE.id, version: 1, openUntil });

async function times(count: number, invoke: () => Promise<unknown>, isProbed = true): Promise<void> {
  for (let n = 0; n < count; n += 1) await call(invoke, isProbed);
}

function connectionThat(isOk: boolean): Probed {
  const provider = {
    name: 'north',
    check: () => Promise.resolve([{ ok: isOk, what: 'Access', detail: '' }]),
  };
  return { provider: provider as unknown as Provider, credentials: null, settings: null, webhookUrl: '' };
}

describe('a connection', () => {
  it.each<ProviderFault>(['unavailable', 'timeout', 'contract', 'credentials', 'rate_limited'])(
    'of which enough calls fail with %s is given a rest',
    async (fault) => {
      await times(4, fails(fault));
      expect(away()).toBeNull();
      await times(1, fails(fault));
      expect(away()).toEqual(new Date('2026-06-01T09:00:10Z'));
      let isAsked = false;
      const refused = await call(() => {
        isAsked = true;
        return works();
      });
      expect(isAsked).toBe(false);
      expect(refused).toMatchObject({ fault: 'unavailable', effect: 'none', retryAfterSeconds: 10 });
      // With the time that trying it may take.
      expect(told).toEqual([['opened', fault, new Date('2026-06-01T09:00:25Z')]]);
    },
  );

  it.each<ProviderFault>(['subject', 'invalid_request', 'conflict', 'not_found'])(
    'is not failing, however many calls end with %s',
    async (fault) => {
      await times(50, fails(fault));
      expect(away()).toBeNull();
    },
  );

  it('is not failing while most of its calls work', async () => {
    await times(10, works);
    await times(9, fails('unavailable'));
    expect(away()).toBeNull();
  });

  it('is not failing for what was long ago', async () => {
    await times(4, fails('unavailable'));
    jest.setSystemTime(new Date('2026-06-01T09:01:00Z'));
    await times(4, fails('unavailable'));
    expect(away()).toBeNull();
  });

  it('is tried without a person after its rest, and used again when that works', async () => {
    await times(5, fails('unavailable'));
    expect(await health.probe(() => Promise.resolve(connectionThat(true)))).toBe(false);
    jest.setSystemTime(new Date('2026-06-01T09:00:10Z'));
    // Nobody is sent there to find out.
    expect(away()).not.toBeNull();
    expect(await health.probe(() => Promise.resolve(connectionThat(true)))).toBe(true);
    expect(away()).toBeNull();
    expect(await call(works)).toBe('an answer');
    expect(told.map(([name]) => name)).toEqual(['opened', 'closed']);
  });

  it('rests longer each time that trying it fails', async () => {
    await times(5, fails('unavailable'));
    for (const [at, until] of [
      ['2026-06-01T09:00:10Z', '2026-06-01T09:00:30Z'],
      ['2026-06-01T09:00:30Z', '2026-06-01T09:00:50Z'],
    ] as const) {
      jest.setSystemTime(new Date(at));
      expect(await health.probe(() => Promise.resolve(connectionThat(false)))).toBe(true);
      expect(away()).toEqual(new Date(until));
    }
  });

  it('that cannot be tried otherwise is tried by the next call', async () => {
    await times(5, fails('unavailable'), false);
    jest.setSystemTime(new Date('2026-06-01T09:00:10Z'));
    expect(away()).toBeNull();
    expect(await call(works, false)).toBe('an answer');
    expect(away()).toBeNull();
  });

  it('with other credentials begins anew', async () => {
    await times(5, fails('credentials'));
    expect(
      health.awayUntil({ provider: 'north', connectionId: PLACE.id, version: 2, openUntil: null }),
    ).toBeNull();
    expect(await health.call({ ...PLACE, version: 2 }, true, works)).toBe('an answer');
  });

  it('that another replica found failing is left alone for as long as that one says', () => {
    expect(away(new Date('2026-06-01T09:00:05Z'))).toEqual(new Date('2026-06-01T09:00:05Z'));
    expect(away(new Date('2026-06-01T08:59:59Z'))).toBeNull();
  });
});

it('sums up the calls of a provider by what went wrong', async () => {
  await times(3, works);
  await times(1, fails('timeout'));
  await times(2, fails('subject'));
  expect(health.summary('north')).toMatchObject({
    calls: 6,
    faults: { timeout: 1, subject: 2 },
    errorRate: 1 / 6,
    openConnections: 0,
  });
  expect(health.summary('south')).toMatchObject({ calls: 0, errorRate: null, p50Ms: null });
});
