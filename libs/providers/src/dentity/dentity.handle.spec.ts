import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Handle } from '@gatehouse/contract';

import { CREDENTIALS, USER, VERIFICATION_ID } from '../../test/dentity-bodies.js';
import { json, ScriptedVendor } from '../../test/scripted-vendor.js';
import { VendorHttp } from '../../test/vendor-http.js';
import { DentityProvider } from './dentity.provider.js';

let vendor: ScriptedVendor;
let client: VendorHttp;
let provider: DentityProvider;
beforeEach(async () => {
  vendor = await ScriptedVendor.open();
  client = new VendorHttp();
  provider = new DentityProvider(client.http);
});
afterEach(async () => {
  await client.close();
  await vendor.close();
});

function connection(settings: object = {}): Parameters<DentityProvider['read']>[0] {
  return {
    credentials: CREDENTIALS,
    settings: provider.settings.parse({ baseUrl: `${vendor.url}/core/api/v1`, ...settings }),
  };
}

const HANDLE = { verificationId: VERIFICATION_ID };
const NOW = new Date('2026-11-24T10:00:00.000Z');

describe('a decision', () => {
  const LATER = new Date('2026-11-24T18:00:00.000Z');
  const REPORT = { images: 0, imagesUntil: null, report: true, reportUntil: '2026-11-25T10:00:00.000Z' };

  /** What reads show, each with what the one before left in the handle; statuses in order, an hour apart. */
  async function readsOf(statuses: readonly string[]): Promise<readonly unknown[]> {
    const seen: unknown[] = [];
    let handle: Handle = provider.handle.parse(HANDLE);
    for (const [index, status] of statuses.entries()) {
      vendor.will(json(200, { data: { _id: VERIFICATION_ID, status, user: USER } }));
      const now = new Date(NOW.getTime() + index * 3_600_000);
      const reading = await provider.read(connection(), handle, now);
      if (reading.kind !== 'present') throw new Error(`It is ${reading.kind}`);
      const { verdict, reasonCodes, evidence } = reading.observation;
      seen.push([verdict, reasonCodes, evidence?.reportUntil ?? null]);
      // As the core keeps it.
      handle = provider.handle.parse(JSON.parse(JSON.stringify({ ...handle, ...reading.handlePatch })));
    }
    return seen;
  }

  test.each([
    ['verified', { completedAt: NOW.toISOString(), wasVerified: true }],
    ['failed', { completedAt: NOW.toISOString() }],
  ])('%s has a report for a day from when it was first seen', async (status, patch) => {
    const answer = json(200, { data: { _id: VERIFICATION_ID, status } });
    vendor.will(answer, answer);
    const first = await provider.read(connection(), HANDLE, NOW);
    expect(first).toMatchObject({ observation: { evidence: REPORT } });
    expect(first).toHaveProperty('handlePatch', patch);
    expect(await provider.read(connection(), { ...HANDLE, ...patch }, LATER)).toEqual(first);
  });

  test.each(['pending', 'resting', ''])('that is none, %j, has no report', async (status) => {
    vendor.will(json(200, { data: { _id: VERIFICATION_ID, status } }));
    const reading = await provider.read(connection(), HANDLE, NOW);
    expect(reading).toMatchObject({ observation: { evidence: null } });
    expect(reading).toHaveProperty('handlePatch', {});
  });

  test('that was seen once is never unsaid, since another read may be under way', async () => {
    const handle = { ...HANDLE, completedAt: NOW.toISOString(), wasVerified: true };
    vendor.will(json(200, { data: { _id: VERIFICATION_ID, status: 'pending' } }));
    const patch = { completedAt: NOW.toISOString(), wasVerified: true };
    expect(await provider.read(connection(), handle, LATER)).toHaveProperty('handlePatch', patch);
  });

  test('has no report where the account’s agent has none', async () => {
    vendor.will(json(200, { data: { _id: VERIFICATION_ID, status: 'verified' } }));
    expect(await provider.read(connection({ report: 'none' }), HANDLE, NOW)).toMatchObject({
      observation: { verdict: 'verified', evidence: null },
      handlePatch: { completedAt: NOW.toISOString() },
    });
  });

  test('that somebody failed may become that they passed, who then has a report anew', async () => {
    expect(await readsOf(['pending', 'failed', 'failed', 'verified', 'verified'])).toEqual([
      ['requires_input', ['awaiting_user'], null],
      ['rejected', ['provider_declined'], '2026-11-25T11:00:00.000Z'],
      ['rejected', ['provider_declined'], '2026-11-25T11:00:00.000Z'],
      ['verified', [], '2026-11-25T13:00:00.000Z'],
      ['verified', [], '2026-11-25T13:00:00.000Z'],
    ]);
  });

  test('that somebody passed does not become that they failed without a human, however often it is read', async () => {
    const review = ['needs_review', ['provider_declined', 'data_conflict'], '2026-11-25T10:00:00.000Z'];
    expect(
      await readsOf(['verified', 'failed', 'failed', 'pending', 'failed', 'verified', 'failed']),
    ).toEqual([
      ['verified', [], '2026-11-25T10:00:00.000Z'],
      review,
      review,
      ['requires_input', ['awaiting_user'], null],
      review,
      ['verified', [], '2026-11-25T10:00:00.000Z'],
      review,
    ]);
  });
});

describe('the handle', () => {
  test('of before the adapter remembered decisions still reads', () => {
    expect(provider.handle.parse(HANDLE)).toEqual({ ...HANDLE, completedAt: null, wasVerified: false });
  });
});
