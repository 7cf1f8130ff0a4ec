import { expect, it } from '@jest/globals';

import { DeliveryLanes } from './delivery-lanes.js';
import { type ClaimedDelivery } from './delivery-queue.js';

const NOW = new Date('2026-11-30T12:00:00.000Z');
const QUICK_MS = 4;

function delivery(number: number, endpointId = 'e', failingSince: Date | null = null): ClaimedDelivery {
  return {
    tenantId: 't',
    id: `d${number}`,
    endpointId,
    dueAt: NOW,
    claimedAt: NOW,
    attempts: 0,
    tries: 0,
    sealed: Buffer.alloc(0),
    failingSince,
    event: {
      id: 'v',
      kind: 'routing.rolled_back',
      environment: 'test',
      verificationId: null,
      version: null,
      provider: null,
      data: {},
      at: NOW,
    },
  };
}

/** With `count` claimed at once. */
function filled(count: number): { lanes: DeliveryLanes; begun: readonly ClaimedDelivery[] } {
  const lanes = new DeliveryLanes();
  const all = Array.from({ length: count }, (_, number) => delivery(number));
  return { lanes, begun: all.filter((one) => lanes.begins(one)) };
}

function idsOf(deliveries: readonly ClaimedDelivery[]): readonly string[] {
  return deliveries.map(({ id }) => id);
}

function after(ms: number): Date {
  return new Date(NOW.getTime() + ms);
}

it('begins as many as an endpoint has places, and the next in order as one ends', () => {
  const { lanes, begun } = filled(18);
  expect(idsOf(begun)).toEqual(Array.from({ length: 16 }, (_, number) => `d${number}`));
  expect(lanes.ended(delivery(3), QUICK_MS)?.id).toBe('d16');
  expect(lanes.ended(delivery(0), QUICK_MS)?.id).toBe('d17');
  expect(lanes.ended(delivery(1), QUICK_MS)).toBeNull();
  expect(lanes.places().ofEndpoint('e')).toBe(15);
});

it('has a place of another endpoint for what waits at none', () => {
  const { lanes } = filled(20);
  expect(lanes.begins(delivery(99, 'other'))).toBe(true);
  const { total, ofTenant, ofEndpoint } = lanes.places();
  expect([total, ofTenant('t'), ofEndpoint('e'), ofEndpoint('other')]).toEqual([17, 17, 16, 1]);
});

it('claims ahead for an endpoint that was quick, as long as something is under way there', () => {
  const { lanes } = filled(2);
  expect(lanes.places().aheadOf('e')).toBe(0);
  lanes.ended(delivery(0), QUICK_MS);
  expect(lanes.places().aheadOf('e')).toBe(112);
  lanes.ended(delivery(1), QUICK_MS);
  expect(lanes.places().aheadOf('e')).toBe(0);
});

it('counts what waits as claimed ahead', () => {
  const { lanes } = filled(20);
  lanes.ended(delivery(0), QUICK_MS);
  expect(lanes.places().aheadOf('e')).toBe(112 - 3);
});

it('believes an endpoint that becomes slow', () => {
  const { lanes } = filled(16);
  lanes.ended(delivery(0), QUICK_MS);
  for (let number = 1; number < 15; number += 1) lanes.ended(delivery(number), 15_000);
  expect(lanes.places().aheadOf('e')).toBe(0);
});

it('leaves what waits behind a failure, once, and claims nothing ahead until one succeeds', () => {
  const { lanes } = filled(19);
  expect(lanes.ended(delivery(0), null)).toBeNull();
  expect(idsOf(lanes.takeLeft(NOW))).toEqual(['d16', 'd17', 'd18']);
  expect(lanes.takeLeft(NOW)).toEqual([]);
  expect(lanes.places().aheadOf('e')).toBe(0);
  lanes.ended(delivery(1), QUICK_MS);
  expect(lanes.places().aheadOf('e')).toBe(112);
});

it('leaves what has waited for two seconds', () => {
  const { lanes } = filled(17);
  lanes.ended(delivery(0), QUICK_MS);
  lanes.begins(delivery(20));
  expect(lanes.takeLeft(after(2_000))).toEqual([]);
  expect(idsOf(lanes.takeLeft(after(2_001)))).toEqual(['d20']);
  expect(lanes.places().aheadOf('e')).toBe(0);
});

it('leaves all that waits when it ends', () => {
  const { lanes } = filled(18);
  lanes.begins(delivery(50, 'other'));
  expect(idsOf(lanes.takeAll())).toEqual(['d16', 'd17']);
  expect(lanes.ended(delivery(0), QUICK_MS)).toBeNull();
});

it('counts those of endpoints that fail', () => {
  const lanes = new DeliveryLanes();
  const failing = delivery(0, 'e', NOW);
  lanes.begins(failing);
  lanes.begins(delivery(1, 'other'));
  expect(lanes.places().failing).toBe(1);
  lanes.ended(failing, null);
  expect(lanes.places().failing).toBe(0);
});
