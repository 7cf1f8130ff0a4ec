import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';

import { examine, type Finding } from './examine.js';
import { fromLines, parseHeaders } from './headers.js';
import { newSecret, signedHeaders } from './signing.js';

const NOW = new Date('2026-01-31T12:00:00.000Z');
const SECRET = newSecret();
const BODY = JSON.stringify({
  type: 'verification.created',
  timestamp: NOW.toISOString(),
  data: { version: 1 },
});
const FIELDS = signedHeaders(SECRET, { id: 'evt_1', at: NOW, body: BODY });

function look(
  over: {
    body?: string;
    fields?: Readonly<Record<string, string>>;
    secret?: string;
    now?: Date;
    tolerance?: number;
  } = {},
): {
  readonly ok: boolean;
  of(what: Finding['what']): Finding | undefined;
} {
  const { body = BODY, fields = FIELDS, secret = SECRET, now = NOW, tolerance = null } = over;
  const webhook = { body: Buffer.from(body), headers: new Map(Object.entries(fields)), secret };
  const { ok, findings } = examine(webhook, now, tolerance);
  return { ok, of: (what) => findings.findLast((one) => one.what === what) };
}

describe('a stored webhook', () => {
  it('verifies as it was signed', () => {
    const found = look();
    expect(found.ok).toBe(true);
    expect(found.of('signature')?.ok).toBe(true);
  });

  it('verifies with either of the signatures of a rotation', () => {
    const other = signedHeaders(newSecret(), { id: 'evt_1', at: NOW, body: BODY })['webhook-signature'] ?? '';
    const both = `${other} ${FIELDS['webhook-signature'] ?? ''}`;
    expect(look({ fields: { ...FIELDS, 'webhook-signature': both } }).ok).toBe(true);
  });

  it.each([
    ['another body', { body: BODY.replace('"version":1', '"version":2') }, 'was changed on the way'],
    ['another id', { fields: { ...FIELDS, 'webhook-id': 'evt_2' } }, 'was changed on the way'],
    ['another secret', { secret: newSecret() }, 'another endpoint’s'],
    ['a line break more', { body: `${BODY}\n` }, 'appended'],
    ['a body written anew', { body: JSON.stringify(JSON.parse(BODY), null, 2) }, 'written anew'],
    ['a version that nobody knows', { fields: { ...FIELDS, 'webhook-signature': 'v2,abc' } }, 'version v1'],
  ])('does not with %s, and it is said why', (_, over, why) => {
    const found = look(over);
    expect(found.ok).toBe(false);
    expect(found.of('signature')).toMatchObject({
      ok: false,
      detail: expect.stringContaining(why),
    });
  });

  it('does not where the sender took the secret for a text', () => {
    const signature = new Webhook(SECRET, { format: 'raw' }).sign('evt_1', NOW, BODY);
    const found = look({ fields: { ...FIELDS, 'webhook-signature': signature } });
    expect(found.of('signature')).toMatchObject({
      ok: false,
      detail: expect.stringContaining('decode'),
    });
  });

  it('does not without one of its header fields', () => {
    const found = look({ fields: { 'webhook-id': 'evt_1', 'webhook-timestamp': '1' } });
    expect(found.ok).toBe(false);
    expect(found.of('headers')?.detail).toBe('Missing: webhook-signature.');
  });

  it('does not with a secret that was cut off, which is not shown', () => {
    const found = look({ secret: 'whsec_no base64' });
    expect(found).toMatchObject({ ok: false });
    expect(found.of('secret')?.ok).toBe(false);
    expect(found.of('secret')?.detail).not.toContain('no base64');
  });

  it('is old by nature, which counts only where it was asked for', () => {
    const now = new Date(NOW.getTime() + 3_600_000);
    expect(look({ now })).toMatchObject({ ok: true });
    expect(look({ now }).of('age')?.detail).toContain('refuses it');
    expect(look({ now, tolerance: 300 }).ok).toBe(false);
    expect(look({ now, tolerance: 3600 }).ok).toBe(true);
  });
});

describe('stored header fields', () => {
  it.each([
    ['lines', 'POST /hook HTTP/1.1\r\nWebhook-Id: evt_1\r\nX-Time: 12:00\r\n'],
    ['JSON', '{"Webhook-Id": "evt_1", "X-Time": ["12:00"]}'],
  ])('are read as %s', (_, text) => {
    expect([...parseHeaders(text)]).toEqual([
      ['webhook-id', 'evt_1'],
      ['x-time', '12:00'],
    ]);
  });

  it.each(['{"a": 1}', '{no JSON'])('are refused as %s', (text) => {
    expect(() => parseHeaders(text)).toThrow();
  });

  it('are refused without a colon, and not shown', () => {
    expect(() => fromLines(['whsec_secret'])).toThrow(/^(?!.*whsec)/);
  });
});
