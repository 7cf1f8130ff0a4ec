import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { demoAccounts, demoStartingAccounts } from './demo-accounts.js';
import { MAGIC_PEOPLE } from './kit/magic.js';
import { at, type SimulatorUnderTest, startSimulator } from '../test/simulator-under-test.js';

describe('the simulator', () => {
  let simulator: SimulatorUnderTest;

  beforeAll(async () => {
    simulator = await startSimulator({ accounts: demoStartingAccounts });
  });
  afterAll(() => simulator.close());

  it('shows on its front page the base URLs and every magic word', async () => {
    const { status, text } = await simulator.call('GET', '/');
    expect(status).toBe(200);
    for (const path of ['/sentinel', '/sardine/v1', '/dentity/core/api/v1']) {
      expect(text).toContain(simulator.origin + path);
    }
    for (const { word } of MAGIC_PEOPLE) expect(text).toContain(`+${word}`);
  });

  it('starts with the demo accounts and comes back to them', async () => {
    const made = await simulator.call('PUT', '/control/accounts/dentity', { apiKey: 'mine', secretKey: 's' });
    expect(at(made.json, 'baseUrl')).toBe(`${simulator.origin}/dentity/core/api/v1`);
    await simulator.call('POST', '/control/reset');
    const { json } = await simulator.call('GET', '/control/accounts');
    expect(at(json, 'data.length')).toBe(3);
    expect(at(json, 'data.0.id')).toBe(demoAccounts.sentinel.clientUuid);
  });

  it('makes an account once, whatever how often it is put', async () => {
    const body = { clientId: 'twice', clientSecret: 'one' };
    await simulator.call('PUT', '/control/accounts/sardine', body);
    const again = await simulator.call('PUT', '/control/accounts/sardine', { ...body, clientSecret: 'two' });
    expect(again.json).toMatchObject({ id: 'twice', clientSecret: 'two' });
  });

  it.each([
    ['PUT', '/control/accounts/nobody', {}, 404],
    ['PUT', '/control/accounts/dentity', { apiKey: 'a', secretKey: 'b', surprise: 1 }, 400],
    ['PUT', '/control/accounts/dentity', 'not json', 400],
    ['PATCH', `/control/dentity/${demoAccounts.dentity.apiKey}/switches`, { noSuchSwitch: true }, 400],
    ['GET', '/control/sardine/stranger/people', undefined, 404],
    ['POST', `/control/dentity/${demoAccounts.dentity.apiKey}/people/x/finish`, { outcome: 'pass' }, 404],
  ])('explains a bad control call: %s %s', async (method, path, body, status) => {
    const answer = await simulator.call(method, path, body);
    expect([answer.status, at(answer.json, 'message')]).toEqual([status, expect.any(String)]);
  });

  it('makes links on its public URL when it has one', async () => {
    const hosted = await startSimulator({ accounts: demoStartingAccounts, publicUrl: 'https://twins.test/' });
    const { clientUuid, clientSecret } = demoAccounts.sentinel;
    const link = await hosted.call('POST', '/sentinel/clients/encrypt/url', {
      clientUuid,
      clientSecret,
      email: 'ana@mail.test',
      phoneNumber: '+14155550188',
    });
    expect(at(link.json, 'data')).toMatch(/^https:\/\/twins\.test\/sentinel\/portal\?data=/);
    await hosted.close();
  });
});
