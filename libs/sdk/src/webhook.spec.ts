import { randomBytes } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';

import { verifyWebhook, WebhookVerificationError } from './webhook.js';

const OLD = secret();
const NEW = secret();
const BODY = JSON.stringify({
  type: 'verification.status_changed',
  timestamp: '2026-01-31T12:05:00.000Z',
  data: { verificationId: 'ver_01kahn4r5sf1trr9gy5vqd2s0x', status: 'verified', provider: 'Zoë’s' },
});

function secret(): string {
  return `whsec_${randomBytes(24).toString('base64')}`;
}

/** Signed `ageSeconds` ago by each of `secrets`, as one who rotates them does. */
function headersOf(secrets: readonly string[], body = BODY, ageSeconds = 0): Record<string, string> {
  const at = new Date(Date.now() - ageSeconds * 1000);
  return {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': secrets.map((each) => new Webhook(each).sign('evt_1', at, body)).join(' '),
  };
}

describe('a webhook', () => {
  it('gives its event, typed by its type', () => {
    const event = verifyWebhook(BODY, headersOf([NEW]), NEW);
    if (event.type !== 'verification.status_changed') throw new Error(`is a ${event.type}`);
    const { status } = event.data;
    expect({ ...event, status }).toEqual({ id: 'evt_1', ...JSON.parse(BODY), status: 'verified' });
  });

  it.each([
    ['as bytes', Buffer.from(BODY), headersOf([NEW])],
    ['with headers of fetch', BODY, new Headers(headersOf([NEW]))],
    ['with names in any case', BODY, capitals(headersOf([NEW]))],
  ])('is read %s', (_how, body, headers) => {
    expect(verifyWebhook(body, headers, NEW).id).toBe('evt_1');
  });

  it.each([
    ['the sender signs with both', [OLD, NEW], [NEW]],
    ['the sender still signs with the old one', [OLD], [OLD, NEW]],
    ['the sender signs with the new one only', [NEW], [OLD, NEW]],
  ])('is verified during a rotation, where %s', (_where, senders, receivers) => {
    expect(verifyWebhook(BODY, headersOf(senders), receivers).id).toBe('evt_1');
  });

  it.each([
    ['another body', BODY.replace('verified', 'rejected'), headersOf([NEW])],
    ['another id', BODY, { ...headersOf([NEW]), 'webhook-id': 'evt_2' }],
    [
      'another time',
      BODY,
      { ...headersOf([NEW]), 'webhook-timestamp': headersOf([NEW], BODY, 60)['webhook-timestamp'] },
    ],
    ['another secret', BODY, headersOf([OLD])],
    ['no signature', BODY, { ...headersOf([NEW]), 'webhook-signature': undefined }],
    ['two ids', BODY, { ...headersOf([NEW]), 'Webhook-Id': 'evt_1' }],
    ['a time six minutes ago', BODY, headersOf([NEW], BODY, 360)],
    ['a time in six minutes', BODY, headersOf([NEW], BODY, -360)],
    ['a signature of an unknown version', BODY, { ...headersOf([NEW]), 'webhook-signature': 'v2,AAAA' }],
    ['a body that is no event', '[]', headersOf([NEW], '[]')],
    ['a body that is no JSON', 'hello', headersOf([NEW], 'hello')],
    ['bytes that are no text', Buffer.from([0xff, 0xfe]), headersOf([NEW], '\ufffd\ufffd')],
  ])('is refused with %s', (_what, body, headers) => {
    expect(() => verifyWebhook(body, headers, NEW)).toThrow(WebhookVerificationError);
  });

  it.each([
    ['no secret', []],
    ['an empty secret', ''],
    ['an empty secret beside a good one', [NEW, 'whsec_']],
    ['what is no secret', '%%%'],
  ])('is not verified by %s', (_what, secrets) => {
    expect(() => verifyWebhook(BODY, headersOf([NEW]), secrets)).toThrow(TypeError);
  });

  it('shows in no error what it was verified with', () => {
    const wrong = `whsec_${'é'.repeat(20)}`;
    const caught: unknown[] = [];
    for (const secrets of [wrong, OLD]) {
      try {
        verifyWebhook(BODY, headersOf([NEW]), secrets);
      } catch (error) {
        caught.push(error);
      }
    }
    expect(caught).toHaveLength(2);
    const shown = caught.map((error) =>
      error instanceof Error ? `${error.message}${error.stack ?? ''}` : '',
    );
    expect(shown.join('')).not.toMatch(/é|whsec_[A-Za-z0-9+/]/u);
  });
});

function capitals(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
}
