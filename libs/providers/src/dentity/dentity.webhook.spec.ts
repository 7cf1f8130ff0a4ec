import { describe, expect, test } from '@jest/globals';
import { type InboundSignal, type RawWebhook, WebhookRefusal } from '@gatehouse/contract';
import fc from 'fast-check';

import {
  CREDENTIALS,
  EMAIL_WEBHOOK,
  signatureOf,
  signedPut,
  STATUS_WEBHOOK,
  USER,
  VERIFICATION_ID,
} from '../../test/dentity-bodies.js';
import { hmacBase64 } from '../kit/signatures.js';
import { dentitySettings } from './dentity.config.js';
import { receiveDentityWebhook } from './dentity.webhook.js';

const settings = dentitySettings.parse({ baseUrl: 'https://api.dentity.com/core/api/v1' });
const connection = { credentials: CREDENTIALS, settings };

const receive = (webhook: RawWebhook): InboundSignal => receiveDentityWebhook(connection, webhook);

function outcomeOf(webhook: RawWebhook): WebhookRefusal['kind'] | 'accepted' {
  try {
    receive(webhook);
    return 'accepted';
  } catch (error) {
    if (error instanceof WebhookRefusal) return error.kind;
    throw error;
  }
}

describe('a status webhook', () => {
  test('is a signal found by our own id and by Dentity’s', () => {
    expect(receive(signedPut(STATUS_WEBHOOK))).toMatchObject({
      event: 'verification_status',
      correlation: {
        verificationId: STATUS_WEBHOOK.metadata.verificationId,
        reference: VERIFICATION_ID,
        emails: [],
        phones: [],
      },
      observation: {
        verdict: 'verified',
        rawStatus: 'verified',
        reasonCodes: [],
        delivery: [],
        evidence: null,
      },
      reference: VERIFICATION_ID,
      handlePatch: { verificationId: VERIFICATION_ID },
      authenticity: 'hmac_raw',
      evidence: { user: USER },
    });
  });

  test.each([
    ['pending', 'requires_input', ['awaiting_user']],
    ['failed', 'rejected', ['provider_declined']],
    ['resting', 'needs_review', ['provider_status_unmapped']],
  ])('of %s is %s', (status, verdict, reasonCodes) => {
    expect(receive(signedPut({ ...STATUS_WEBHOOK, status })).observation).toMatchObject({
      verdict,
      reasonCodes,
    });
  });

  test('needs no type, as in the older documentation, and no metadata', () => {
    expect(receive(signedPut({ _id: VERIFICATION_ID, status: 'failed' }))).toMatchObject({
      event: 'verification_status',
      correlation: { verificationId: null },
      observation: { verdict: 'rejected' },
    });
  });

  test('keeps no address as evidence, whatever member has one', () => {
    const url = 'https://files.test/report?X-Amz-Signature=abc';
    const metadata = { ...STATUS_WEBHOOK.metadata, list: [{ url }, `see ${url}`] };
    const { evidence } = receive(signedPut({ ...STATUS_WEBHOOK, pdfUrl: url, metadata }));
    expect(evidence).toMatchObject({ pdfUrl: '(an address)', user: USER, metadata: STATUS_WEBHOOK.metadata });
    expect(JSON.stringify(evidence)).not.toContain('files.test');
  });

  test('has a verdict that knows nothing of what was seen before', () => {
    const { observation, handlePatch } = receive(signedPut({ ...STATUS_WEBHOOK, status: 'failed' }));
    expect(observation).toMatchObject({ verdict: 'rejected', reasonCodes: ['provider_declined'] });
    expect(handlePatch).toEqual({ verificationId: VERIFICATION_ID });
  });

  test.each([
    { metadata: null },
    { metadata: 'text' },
    { metadata: { verificationId: 7 } },
    { metadata: [] },
  ])('has none of our ids in %j', (change) => {
    expect(receive(signedPut({ ...STATUS_WEBHOOK, ...change })).correlation.verificationId).toBeNull();
  });
});

test('signals are the same only with the same type, id, status and bytes', () => {
  const bodies = [
    STATUS_WEBHOOK,
    { ...STATUS_WEBHOOK },
    { ...STATUS_WEBHOOK, status: 'failed' },
    { ...STATUS_WEBHOOK, _id: 'other' },
    { ...STATUS_WEBHOOK, note: 'x' },
    EMAIL_WEBHOOK,
  ];
  const keys = bodies.map((body) => receive(signedPut(body)).dedupKey);
  expect(keys[1]).toBe(keys[0]);
  expect(new Set(keys).size).toBe(5);
});

describe('the signature', () => {
  test('covers either the bytes or what JavaScript writes for them', () => {
    const pretty = Buffer.from(JSON.stringify({ ...STATUS_WEBHOOK, name: 'Zoë' }, null, 2));
    const compact = signatureOf(JSON.stringify(JSON.parse(pretty.toString())));
    expect(
      receive({ ...signedPut(''), body: pretty, headers: { 'dentity-signature': compact } }).authenticity,
    ).toBe('hmac_reserialized');
    expect(
      receive({ ...signedPut(''), body: pretty, headers: { 'dentity-signature': signatureOf(pretty) } })
        .authenticity,
    ).toBe('hmac_raw');
  });

  test.each(['Dentity-Signature', 'DENTITY-SIGNATURE', 'dentity-signature'])('is found under %s', (name) => {
    const webhook = signedPut(STATUS_WEBHOOK);
    expect(outcomeOf({ ...webhook, headers: { [name]: signatureOf(webhook.body) } })).toBe('accepted');
  });

  const good = signatureOf(JSON.stringify(STATUS_WEBHOOK));
  test.each<[string, RawWebhook['headers']]>([
    ['missing', {}],
    ['undefined', { 'dentity-signature': undefined }],
    ['empty', { 'dentity-signature': '' }],
    ['too short', { 'dentity-signature': good.slice(0, 43) }],
    ['too long', { 'dentity-signature': `${good}=` }],
    ['of the right length and wrong', { 'dentity-signature': 'A'.repeat(43) + '=' }],
    [
      'in base64url',
      { 'dentity-signature': good.replaceAll('+', '-').replaceAll('/', '_').replace('=', '-') },
    ],
    ['in 44 characters that are more bytes', { 'dentity-signature': 'é'.repeat(44) }],
    ['given twice', { 'dentity-signature': [good, good] }],
    ['given twice in two spellings', { 'dentity-signature': good, 'Dentity-Signature': good }],
    ['given with a second in one', { 'dentity-signature': `${good}, ${good}` }],
    ['an empty list', { 'dentity-signature': [] }],
    ['of another key', { 'dentity-signature': hmacBase64('another key', JSON.stringify(STATUS_WEBHOOK)) }],
    [
      'with the API key',
      { 'dentity-signature': hmacBase64(CREDENTIALS.apiKey, JSON.stringify(STATUS_WEBHOOK)) },
    ],
    ['of an empty key', { 'dentity-signature': hmacBase64('', JSON.stringify(STATUS_WEBHOOK)) }],
  ])('is refused when %s', (_name, headers) => {
    expect(outcomeOf(signedPut(STATUS_WEBHOOK, { headers }))).toBe('unauthentic');
  });

  test('is never accepted where no secret is configured', () => {
    const { apiKey } = CREDENTIALS;
    for (const key of ['', 'undefined', apiKey]) {
      const webhook = signedPut(STATUS_WEBHOOK, {
        headers: { 'dentity-signature': hmacBase64(key, JSON.stringify(STATUS_WEBHOOK)) },
      });
      expect(() => receiveDentityWebhook({ credentials: { apiKey }, settings }, webhook)).toThrow(
        expect.objectContaining({ kind: 'unconfigured' }),
      );
    }
  });

  test('does not hold for a body with any bit changed', () => {
    const webhook = signedPut(STATUS_WEBHOOK);
    fc.assert(
      fc.property(fc.nat(webhook.body.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const body = Uint8Array.from(webhook.body);
        body[at] = (body[at] ?? 0) ^ flip;
        expect(outcomeOf({ ...webhook, body })).toBe('unauthentic');
      }),
    );
  });

  test('is not forged by anything without the key', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.base64String(), fc.base64String({ minLength: 44, maxLength: 44 })),
        (forged) => {
          fc.pre(forged !== good);
          expect(outcomeOf(signedPut(STATUS_WEBHOOK, { headers: { 'dentity-signature': forged } }))).toBe(
            'unauthentic',
          );
        },
      ),
    );
  });
});

describe('a body that is authentic', () => {
  test.each([
    ['no JSON', 'type=verification_status'],
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['without an id', '{"status":"verified"}'],
    ['with an id that is no text', '{"_id":7,"status":"verified"}'],
    ['with a hostile key', `{"_id":"a","status":"verified","__proto__":{}}`],
    ['nested too deeply', `${'['.repeat(500)}${']'.repeat(500)}`],
  ])('and %s is malformed', (_name, body) => {
    expect(outcomeOf(signedPut(body))).toBe('malformed');
  });

  test('and sent by another method is malformed', () => {
    expect(outcomeOf(signedPut(STATUS_WEBHOOK, { method: 'POST' }))).toBe('malformed');
  });
});

describe('whatever arrives', () => {
  const headers = fc.dictionary(
    fc.oneof(fc.string(), fc.constant('dentity-signature')),
    fc.oneof(fc.string(), fc.array(fc.string()), fc.constant(undefined)),
  );

  test('bytes: nothing but a refusal is thrown and nothing is accepted', () => {
    fc.assert(
      fc.property(fc.string(), headers, fc.uint8Array({ maxLength: 500 }), (method, head, body) => {
        expect(outcomeOf({ method, headers: head, body })).not.toBe('accepted');
        expect(outcomeOf({ method: 'PUT', headers: head, body })).toBe('unauthentic');
      }),
    );
  });

  test('signed bytes: a signal or a refusal, never another error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (body) => {
        expect(['accepted', 'malformed']).toContain(outcomeOf(signedPut(body)));
      }),
    );
  });

  test('signed bodies with members of any shape: a signal or a refusal', () => {
    const names = [...Object.keys(STATUS_WEBHOOK), 'emailDeliveryEvents', 'smsDeliveryEvents', 'idvImages'];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), fc.jsonValue()), (members) => {
        expect(['accepted', 'malformed']).toContain(
          outcomeOf(signedPut({ _id: VERIFICATION_ID, ...members })),
        );
      }),
    );
  });
});
