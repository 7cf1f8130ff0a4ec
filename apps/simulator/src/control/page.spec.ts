import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { type Answer, at, type SimulatorUnderTest, startSimulator } from '../../test/simulator-under-test.js';
import {
  plannedFaults,
  sardineAccount,
  sentinelAccount,
  type SentinelUnderTest,
} from '../../test/twin-accounts.js';

describe('the control page', () => {
  let simulator: SimulatorUnderTest;
  let sentinel: SentinelUnderTest;

  const page = async (): Promise<string> =>
    (await simulator.call('GET', `/control/sentinel/${sentinel.id}`)).text;
  const press = (action: string, fields: Record<string, string> = {}): Promise<Answer> =>
    simulator.submit(`/control/page/sentinel/${sentinel.id}/${action}`, fields);
  const pressed = async (action: string, fields: Record<string, string> = {}): Promise<void> => {
    const answer = await press(action, fields);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toMatch(`/control/sentinel/${sentinel.id}#`);
  };
  /** The fields of one form as a browser would post them. */
  const fieldsOf = (html: string, action: string): Record<string, string> => {
    const form = html.split(`/${action}"`)[1]?.split('</form>')[0] ?? '';
    const inputs = [...form.matchAll(/<input[^>]* name="([^"]+)" value="([^"]*)"/g)];
    const selects = [...form.matchAll(/<select[^>]* name="([^"]+)">.*?<option selected>([^<]*)<\/option>/g)];
    return Object.fromEntries(
      [...inputs, ...selects].map(([, name = '', value = '']) => [name, value.replaceAll('&quot;', '"')]),
    );
  };

  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(() => simulator.close());
  beforeEach(async () => {
    sentinel = await sentinelAccount(simulator);
  });

  it('is linked from the front page and leads to each account', async () => {
    expect((await simulator.call('GET', '/')).text).toContain('href="/control"');
    const overview = (await simulator.call('GET', '/control')).text;
    expect(overview).toContain(`href="/control/sentinel/${sentinel.id}"`);
  });

  it('needs no script, loads nothing from elsewhere, and tells no secret', async () => {
    const { text, headers } = await simulator.call('GET', `/control/sentinel/${sentinel.id}`);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(text).not.toMatch(/<script|<link|<img|onclick=/);
    expect(text).not.toContain(sentinel.auth.clientSecret);
    for (const action of ['scenario', 'weather', 'clock', 'switches', 'reset'])
      expect(text).toContain(`action="/control/page/sentinel/${sentinel.id}/${action}"`);
  });

  it('acts as a person by a button', async () => {
    await sentinel.mint({ email: 'omar@mail.test' });
    const fields = fieldsOf(await page(), 'finish');
    await pressed('finish', { ...fields, outcome: 'approve' });
    expect(at((await sentinel.status('omar@mail.test')).json, 'data.status')).toBe(6);
    expect(await page()).toContain('finished, accepted');
  });

  it('plans a bad day for one person, shows how often it happened, and removes it', async () => {
    await pressed('scenario', { scenario: 'server-error', person: 'omar@mail.test', times: '2' });
    expect((await sentinel.status('omar@mail.test')).status).toBe(503);
    expect(await page()).toContain('happened 1×, 1 to come');
    await pressed('remove-fault', { name: 'server-error' });
    expect(await plannedFaults(sentinel)).toEqual({ waiting: [], happened: {} });
  });

  it('makes weather and ends it', async () => {
    await pressed('weather', { ...fieldsOf(await page(), 'weather'), serverErrors: '1' });
    expect((await sentinel.status('omar@mail.test')).status).toBeGreaterThanOrEqual(500);
    expect(await page()).toContain('<summary>Rough</summary>');
    await pressed('weather', { calm: 'calm' });
    expect((await sentinel.status('omar@mail.test')).status).toBe(404);
  });

  it('moves the clock, stops it, and brings it back', async () => {
    const clock = async (): Promise<unknown> => (await sentinel.control('GET', '/clock')).json;
    await pressed('clock', { change: 'freeze' });
    await pressed('clock', { change: 'to', now: '2031-05-20T08:00' });
    await pressed('clock', { change: '86400' });
    expect(await clock()).toMatchObject({ now: '2031-05-21T08:00:00.000Z', frozen: true });
    await pressed('clock', { change: 'reset' });
    expect(await clock()).toEqual({ now: expect.any(String), offsetSeconds: 0, frozen: false });
  });

  it('saves the switches as they stand, and a changed one', async () => {
    const now = async (): Promise<unknown> => at((await sentinel.switches({})).json, 'switches');
    const before = await now();
    const fields = fieldsOf(await page(), 'switches');
    expect(Object.keys(fields)).toEqual(expect.arrayContaining(Object.keys(Object.assign({}, before))));
    await pressed('switches', fields);
    expect(await now()).toEqual(before);
    await pressed('switches', { ...fields, defaultEvent: 'changed', rekycOnExpiry: '["passport"]' });
    expect(await now()).toMatchObject({ defaultEvent: 'changed', rekycOnExpiry: ['passport'] });
    expect(await page()).toContain('<summary>2 changed</summary>');
  });

  it('empties an account, and everything', async () => {
    await sentinel.mint({ email: 'omar@mail.test' });
    await pressed('reset');
    expect(await page()).toContain('Nobody yet.');
    expect((await simulator.submit('/control/page/reset', {})).status).toBe(303);
    expect((await simulator.call('GET', `/control/sentinel/${sentinel.id}`)).status).toBe(404);
  });

  it.each([
    ['switches', { decisionDelayMs: 'soon' }, 400, 'decisionDelayMs'],
    ['clock', { change: 'to', now: 'tomorrow' }, 400, 'now'],
    ['scenario', { scenario: 'revoked-consent', person: '', times: '' }, 422, 'Sentinel cannot have'],
    ['finish', { person: 'nobody', outcome: 'approve' }, 404, 'nobody holds a link'],
    ['fly', {}, 404, 'no button'],
  ])('says in words what it cannot do: %s %j', async (action, fields, status, words) => {
    const answer = await press(action, fields);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(words);
  });

  it('takes no form that another site sent', async () => {
    const answer = await simulator.call('POST', `/control/page/sentinel/${sentinel.id}/reset`, 'a=b', {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'cross-site',
    });
    expect(answer.status).toBe(403);
  });

  it('escapes what vendors were told', async () => {
    const sardine = await sardineAccount(simulator);
    await sardine.api('GET', '/entities/<b>bold</b>');
    const { text } = await simulator.call('GET', `/control/sardine/${sardine.id}`);
    expect(text).toContain('bold');
    expect(text).not.toContain('<b>bold');
  });
});
