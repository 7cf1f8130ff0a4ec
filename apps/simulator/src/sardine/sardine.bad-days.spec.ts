import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { at, type SimulatorUnderTest, startSimulator } from '../../test/simulator-under-test.js';
import { sardineAccount, type SardineUnderTest } from '../../test/twin-accounts.js';

const ANA = '+14155550188';

describe('a bad day at Sardine', () => {
  let simulator: SimulatorUnderTest;
  let sardine: SardineUnderTest;

  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(() => simulator.close());
  beforeEach(async () => {
    sardine = await sardineAccount(simulator);
  });

  it('reads as before the last change: no data yet, then the consent before it was revoked', async () => {
    const id = await sardine.verified(ANA);
    await sardine.fault({ on: 'request', kind: 'stale', times: 2 });
    expect((await sardine.entity(id)).status).toBe(404);
    await sardine.control('POST', `/people/${id}/revoke-consent`);
    expect(at((await sardine.entity(id)).json, 'profile.revokedAt')).toBeNull();
    expect(at((await sardine.entity(id)).json, 'profile.revokedAt')).toEqual(expect.any(String));
  });

  it('does not find a customer who was just made', async () => {
    const customerId = await sardine.create(ANA);
    await sardine.fault({ on: 'request', kind: 'stale' });
    const search = async (): Promise<unknown> =>
      at((await sardine.api('POST', '/entities/search', { phoneNumber: ANA })).json, 'customerId');
    expect([await search(), await search()]).toEqual([null, customerId]);
  });

  it('answers with another identity, known or not', async () => {
    const id = await sardine.verified(ANA);
    await sardine.fault({ on: 'request', kind: 'wrong-person', times: 2 });
    const stranger = (await sardine.entity(id)).json;
    expect(at(stranger, 'profile.userId')).not.toBe(id);
    expect(at(stranger, 'documentData.documentNumber')).toEqual(expect.any(String));
    const zoe = await sardine.verified('+14155550199');
    expect(at((await sardine.entity(id)).json, 'profile.userId')).toBe(zoe);
    expect(at((await sardine.entity(id)).json, 'profile.userId')).toBe(id);
  });

  it('finds another customer for a phone', async () => {
    const id = await sardine.create(ANA);
    await sardine.fault({ on: 'request', kind: 'wrong-person' });
    const found = await sardine.api('POST', '/entities/search', { phoneNumber: ANA });
    expect([found.status, at(found.json, 'customerId') === id]).toEqual([200, false]);
  });

  it.each([
    [null, 'unknown'],
    ['severe', 'severe'],
  ])('shows a level that is not listed: %s', async (value, level) => {
    const id = await sardine.verified(ANA);
    await sardine.fault({ on: 'request', kind: 'unknown-value', value });
    const answer = (await sardine.entity(id)).json;
    expect([at(answer, 'level'), at(answer, 'customer.level')]).toEqual([level, level]);
    expect(at((await sardine.entity(id)).json, 'level')).toBe('low');
  });

  it('answers as after a revocation, in the way the account has it', async () => {
    await sardine.switches({ revokedOwn: 'forbidden' });
    const id = await sardine.verified(ANA);
    await sardine.fault({ on: 'request', kind: 'revoked' });
    expect([(await sardine.entity(id)).status, (await sardine.entity(id)).status]).toEqual([403, 200]);
  });

  it('keeps a revocation for when there is something to revoke', async () => {
    const id = await sardine.create(ANA);
    await sardine.fault({ on: 'request', kind: 'revoked' });
    expect((await sardine.entity(id)).status).toBe(404);
    await sardine.widget(id);
    await sardine.finish(id, 'complete');
    expect(at((await sardine.entity(id)).json, 'profile.revokedAt')).toEqual(expect.any(String));
  });
});
