import { describe, expect, it } from '@jest/globals';

import { Handover } from './handover.js';
import { type SignalRow } from './signal.rows.js';

const NOW = new Date('2026-11-30T12:00:00.000Z');

function signal(id: string): SignalRow {
  return {
    tenant_id: 'tenant',
    id,
    connection_id: 'connection',
    environment: 'test',
    provider: 'toy',
    verification_id: 'verification',
    event: 'told',
    authenticity: 'signed',
    body_sealed: Buffer.alloc(0),
    state: 'pending',
    state_reason: null,
    attempts: 0,
    received_at: NOW,
    subject_id: null,
    key_wrapped: null,
    key_version: null,
    spare_key_sealed: null,
  };
}

describe('Handover', () => {
  it('claims for five seconds while somebody takes what is handed over', () => {
    const handover = new Handover();
    expect(handover.leaseFrom(NOW)).toBeNull();
    handover.open();
    expect(handover.leaseFrom(NOW)).toEqual(new Date('2026-11-30T12:00:05.000Z'));
    handover.close();
    expect(handover.leaseFrom(NOW)).toBeNull();
  });

  it('claims no more than are applied in that time', () => {
    const handover = new Handover();
    handover.open();
    let given = 0;
    for (; handover.leaseFrom(NOW) !== null; given += 1) handover.give(signal(String(given)));
    expect(given).toBe(256);
  });

  it('claims nothing that comes after one for which there was no room, until no more of those are due', () => {
    const handover = new Handover();
    handover.open();
    for (let n = 0; handover.leaseFrom(NOW) !== null; n += 1) handover.give(signal(String(n)));
    handover.take(Infinity);
    expect(handover.leaseFrom(NOW)).toBeNull();
    handover.isBehind = false;
    expect(handover.leaseFrom(NOW)).not.toBeNull();
  });

  it('claims nothing while others wait', () => {
    const handover = new Handover();
    handover.open();
    handover.isBehind = true;
    expect(handover.leaseFrom(NOW)).toBeNull();
  });

  it('gives each once, in the order in which they came', () => {
    const handover = new Handover();
    for (const id of ['1', '2', '3']) handover.give(signal(id));
    expect(handover.take(2).map(({ id }) => id)).toEqual(['1', '2']);
    expect(handover.take(Infinity).map(({ id }) => id)).toEqual(['3']);
    expect(handover.take(2)).toEqual([]);
  });
});
