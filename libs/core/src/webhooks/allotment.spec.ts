import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';

import { ahead, allot, type Queue, TURNS, type UnderWay } from './allotment.js';

const IDLE: UnderWay = { total: 0, failing: 0, ofTenant: () => 0, ofEndpoint: () => 0, aheadOf: () => 0 };

function queue(tenant: number, endpoint: number, isFailing = false): Queue {
  return { tenantId: `t${tenant}`, endpointId: `t${tenant}e${endpoint}`, isFailing };
}

function takes(queues: readonly Queue[], underWay: UnderWay = IDLE, turn: 0 | 1 = 0): readonly number[] {
  const allotted = allot(queues, underWay, turn);
  return queues.map((one) => allotted.find(({ queue }) => queue === one)?.take ?? 0);
}

describe('the places of deliveries', () => {
  it('gives each endpoint the same, until nothing is free', () => {
    const queues = Array.from({ length: 64 }, (_, tenant) => queue(tenant, 0));
    expect(new Set(takes(queues))).toEqual(new Set([8]));
  });

  it('gives one endpoint only a few, however much is free', () => {
    expect(takes([queue(0, 0)])).toEqual([16]);
  });

  it('keeps places for what is new', () => {
    expect(takes([queue(0, 0)], IDLE, 1)).toEqual([12]);
    expect(takes([queue(0, 0)], { ...IDLE, total: 384 }, 1)).toEqual([0]);
    expect(takes([queue(0, 0)], { ...IDLE, total: 384 }, 0)).toEqual([16]);
  });

  it('asks an endpoint that fails by one message at a time, and keeps half of the places for sound ones', () => {
    expect(takes([queue(0, 0, true), queue(0, 1)])).toEqual([1, 16]);
    expect(takes([queue(0, 0, true), queue(0, 1)], { ...IDLE, total: 256, failing: 256 })).toEqual([0, 16]);
  });

  it('lets no tenant take the places of another', () => {
    const busy = Array.from({ length: 30 }, (_, endpoint) => queue(0, endpoint));
    const all = takes([...busy, queue(1, 0)]);
    expect(all.slice(0, 30).reduce((sum, take) => sum + take, 0)).toBe(128);
    expect(all.at(-1)).toBe(16);
  });

  it('claims ahead for an endpoint that has all of its places, if it is quick and does not fail', () => {
    const quick = { ...IDLE, aheadOf: () => 40 };
    expect(takes([queue(0, 0)], quick)).toEqual([56]);
    expect(takes([queue(0, 0)], { ...quick, ofEndpoint: () => 16 })).toEqual([40]);
    expect(takes([queue(0, 0)], quick, 1)).toEqual([42]);
    expect(takes([queue(0, 0, true)], quick)).toEqual([1]);
  });

  it('claims nothing ahead where others have the places', () => {
    const quick = { ...IDLE, aheadOf: () => 40 };
    expect(takes([queue(0, 0)], { ...quick, total: 512 })).toEqual([0]);
    expect(takes([queue(0, 0)], { ...quick, ofTenant: () => 120 })).toEqual([8]);
  });

  it('claims as many ahead as an endpoint takes within a tenth of a second', () => {
    expect([null, 0, 5, 20, 100, 800, 15_000].map(ahead)).toEqual([0, 112, 112, 80, 16, 2, 0]);
  });

  test('hold whatever is due and under way', () => {
    const queues = fc.uniqueArray(
      fc.record({ tenant: fc.nat(5), endpoint: fc.nat(40), isFailing: fc.boolean() }),
      { selector: ({ tenant, endpoint }) => `${tenant}/${endpoint}`, maxLength: 120 },
    );
    fc.assert(
      fc.property(queues, fc.nat(600), fc.constantFrom(...TURNS), (due, total, turn) => {
        const given = allot(
          due.map(({ tenant, endpoint, isFailing }) => queue(tenant, endpoint, isFailing)),
          { ...IDLE, total },
          turn,
        );
        const sum = given.reduce((all, { take }) => all + take, 0);
        expect(sum).toBeLessThanOrEqual(Math.max(0, 512 - total));
        for (const { queue: one, take } of given) expect(take).toBeLessThanOrEqual(one.isFailing ? 1 : 16);
      }),
    );
  });
});
