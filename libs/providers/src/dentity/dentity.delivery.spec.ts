import { describe, expect, test } from '@jest/globals';
import { type Observation } from '@gatehouse/contract';
import fc from 'fast-check';

import { CREDENTIALS, EMAIL_WEBHOOK, signedPut, SMS_WEBHOOK } from '../../test/dentity-bodies.js';
import { dentitySettings } from './dentity.config.js';
import { receiveDentityWebhook } from './dentity.webhook.js';

const settings = dentitySettings.parse({ baseUrl: 'https://api.dentity.com/core/api/v1' });

function observed(body: unknown): Observation {
  return receiveDentityWebhook({ credentials: CREDENTIALS, settings }, signedPut(body)).observation;
}

const email = (emailDeliveryEvents: unknown): Observation =>
  observed({ ...EMAIL_WEBHOOK, emailDeliveryEvents });
const sms = (smsDeliveryEvents: unknown): Observation => observed({ ...SMS_WEBHOOK, smsDeliveryEvents });
const statesOf = ({ delivery }: Observation): readonly string[] => delivery.map(({ state }) => state);

test.each([
  ['e-mail', EMAIL_WEBHOOK],
  ['SMS', SMS_WEBHOOK],
])('an event of %s says nothing of the verdict, whatever status is beside it', (_name, body) => {
  for (const status of ['pending', 'verified', 'failed'])
    expect(observed({ ...body, status })).toMatchObject({ verdict: null, rawStatus: status, evidence: null });
});

describe('e-mail', () => {
  test('tells its history, oldest first', () => {
    expect(observed(EMAIL_WEBHOOK).delivery).toEqual([
      { channel: 'email', state: 'queued', at: '2024-05-18T02:40:00.000Z' },
      { channel: 'email', state: 'delivered', at: '2024-05-18T02:40:02.000Z' },
    ]);
  });

  test.each([
    ['processed', 'queued', []],
    ['delivered', 'delivered', []],
    ['deferred', 'deferred', []],
    ['bounce', 'bounced', ['contact_unreachable']],
    ['dropped', 'dropped', ['contact_unreachable']],
    ['blocked', 'blocked', []],
  ])('%s is %s', (status, state, reasonCodes) => {
    const events = [{ email: 'li@mail.test', timestamp: 1_716_000_000, status }];
    for (const form of [events, events[0]])
      expect(email(form)).toMatchObject({
        delivery: [{ channel: 'email', state, at: '2024-05-18T02:40:00.000Z' }],
        reasonCodes,
      });
  });

  test('reads the same from any order of the history', () => {
    const events = [
      { timestamp: 1_716_000_001, status: 'processed' },
      { timestamp: 1_716_000_002, status: 'deferred' },
      { timestamp: 1_716_000_003, status: 'blocked' },
      { timestamp: 1_716_000_004, status: 'delivered' },
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(events, { minLength: events.length }), (shuffled) => {
        expect(statesOf(email(shuffled))).toEqual(['queued', 'deferred', 'blocked', 'delivered']);
      }),
    );
  });

  test('that bounced and was delivered later is not unreachable', () => {
    const events = [
      { timestamp: 1_716_000_009, status: 'delivered' },
      { timestamp: 1_716_000_001, status: 'bounce' },
    ];
    expect(email(events).reasonCodes).toEqual([]);
  });

  test.each([
    ['in one second', 1_716_000_000],
    ['without times', undefined],
  ])('%s is taken as the sample is: newest first', (_name, timestamp) => {
    const events = ['bounce', 'deferred', 'processed'].map((status) => ({ status, timestamp }));
    const observation = email(events);
    expect(statesOf(observation)).toEqual(['queued', 'deferred', 'bounced']);
    expect(observation.reasonCodes).toEqual(['contact_unreachable']);
  });

  test('leaves out a step without a time beside steps with one, which it would pass for the newest of', () => {
    const events = [
      { status: 'processed' },
      { status: 'bounce', timestamp: 1_716_000_000 },
      { status: 'sent' },
    ];
    expect(email(events).delivery).toEqual([
      { channel: 'email', state: 'bounced', at: '2024-05-18T02:40:00.000Z' },
    ]);
  });

  test.each([
    [1_716_000_000, '2024-05-18T02:40:00.000Z'],
    ['1716000000', '2024-05-18T02:40:00.000Z'],
    [1_716_000_000.25, '2024-05-18T02:40:00.250Z'],
    [1_716_000_000_000, null],
    [1e308, null],
    [0, null],
    [-1, null],
    ['2024-05-18T02:40:00Z', null],
    ['yesterday', null],
    ['', null],
    [null, null],
    [true, null],
    [{}, null],
  ])('has of the time %j %j', (timestamp, at) => {
    expect(email([{ status: 'delivered', timestamp }]).delivery).toEqual([
      { channel: 'email', state: 'delivered', at },
    ]);
  });
});

describe('SMS', () => {
  test.each([
    ['accepted', 'queued', []],
    ['queued', 'queued', []],
    ['sending', 'queued', []],
    ['sent', 'sent', []],
    ['delivered', 'delivered', []],
    ['undelivered', 'failed', ['contact_unreachable']],
    ['failed', 'failed', ['contact_unreachable']],
  ])('%s is %s, as an object and as a list', (status, state, reasonCodes) => {
    const event = { to: '+14155550123', status };
    for (const form of [event, [event]])
      expect(sms(form)).toMatchObject({ delivery: [{ channel: 'sms', state, at: null }], reasonCodes });
  });

  test('in several steps is told in the order in which they happen, whatever order they come in', () => {
    const events = ['accepted', 'sending', 'sent', 'failed', 'delivered'].map((status) => ({ status }));
    fc.assert(
      fc.property(fc.shuffledSubarray(events, { minLength: events.length }), (shuffled) => {
        const observation = sms(shuffled);
        expect(statesOf(observation)).toEqual(['queued', 'queued', 'sent', 'failed', 'delivered']);
        expect(observation.reasonCodes).toEqual([]);
      }),
    );
  });
});

test.each([
  ['a step that nobody knows', { ...SMS_WEBHOOK, smsDeliveryEvents: { status: 'teleported' } }],
  ['a step in capitals', { ...SMS_WEBHOOK, smsDeliveryEvents: { status: 'SENT' } }],
  ['a text', { ...SMS_WEBHOOK, smsDeliveryEvents: 'sent' }],
  ['nothing', { ...SMS_WEBHOOK, smsDeliveryEvents: undefined }],
  ['an empty list', { ...SMS_WEBHOOK, smsDeliveryEvents: [] }],
  ['strange entries', { ...EMAIL_WEBHOOK, emailDeliveryEvents: [{ status: 'opened' }, null, 3] }],
  [
    'an e-mail among SMS',
    { ...SMS_WEBHOOK, smsDeliveryEvents: null, emailDeliveryEvents: [{ status: 'bounce' }] },
  ],
  ['a type that nobody knows', { ...EMAIL_WEBHOOK, type: 'push_delivery_status' }],
])('%s reports nothing', (_name, body) => {
  expect(observed(body)).toMatchObject({ verdict: null, delivery: [], reasonCodes: [] });
});
