import { randomBytes } from 'node:crypto';

import { Webhook } from 'standardwebhooks';

/** An endpoint’s secret, and the one before it. */
export const SECRET = `whsec_${randomBytes(24).toString('base64')}`;
export const OLD_SECRET = `whsec_${randomBytes(24).toString('base64')}`;
export const BODY = JSON.stringify({
  type: 'verification.status_changed',
  timestamp: '2026-01-31T12:05:00.000Z',
  data: { verificationId: 'ver_01kahn4r5sf1trr9gy5vqd2s0x', status: 'verified' },
});

interface Signing {
  readonly secret?: string;
  readonly body?: string;
  readonly at?: Date;
}

/** The headers of a message as our gateway signs it. */
export function headersOf({ secret = SECRET, body = BODY, at = new Date() }: Signing = {}): Record<
  string,
  string
> {
  return {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign('evt_1', at, body),
  };
}

const AGES_AGO = new Date(Date.now() - 6 * 60_000);
/** What no receiver may take for ours. */
export const FORGED: readonly (readonly [what: string, body: string, headers: Record<string, string>])[] = [
  ['another body', BODY.replace('verified', 'rejected'), headersOf()],
  ['another secret', BODY, headersOf({ secret: `whsec_${randomBytes(24).toString('base64')}` })],
  ['an old message', BODY, headersOf({ at: AGES_AGO })],
  [
    'an old message with a new time',
    BODY,
    { ...headersOf({ at: AGES_AGO }), 'webhook-timestamp': headersOf()['webhook-timestamp'] ?? '' },
  ],
  ['another id', BODY, { ...headersOf(), 'webhook-id': 'evt_2' }],
];
