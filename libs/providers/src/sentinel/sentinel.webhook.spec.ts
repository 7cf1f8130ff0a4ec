import { describe, expect, test } from '@jest/globals';
import { type InboundSignal, type RawWebhook, WebhookRefusal } from '@gatehouse/contract';
import fc from 'fast-check';

import { ALL_CODES, CREDENTIALS, CUSTOMER, WEBHOOK } from '../../test/sentinel-bodies.js';
import { sentinelSettings } from './sentinel.config.js';
import { receiveSentinelWebhook } from './sentinel.webhook.js';

const settings = sentinelSettings.parse({
  baseUrl: 'https://api.sentinel.example.com',
  statusCodes: ALL_CODES,
});
const connection = { credentials: CREDENTIALS, settings };

function post(body: unknown, overrides: Partial<RawWebhook> = {}): RawWebhook {
  const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: bytes, ...overrides };
}

const receive = (webhook: RawWebhook): InboundSignal => receiveSentinelWebhook(connection, webhook);

function refusalOf(webhook: RawWebhook): WebhookRefusal['kind'] | 'accepted' {
  try {
    receive(webhook);
    return 'accepted';
  } catch (error) {
    if (error instanceof WebhookRefusal) return error.kind;
    throw error;
  }
}

describe('an authentic webhook', () => {
  test('is a signal with every name of the person and no secret', () => {
    const { passphrase, ...kept } = WEBHOOK;
    const signal = receive(post({ ...WEBHOOK, selfie: 'data:image/jpeg;base64,AAAA' }));
    expect(signal).toMatchObject({
      event: 'status_change',
      correlation: {
        verificationId: null,
        reference: CUSTOMER.uuid,
        emails: [CUSTOMER.email],
        phones: [CUSTOMER.phoneNumber],
      },
      observation: { verdict: 'verified', providerTime: '2026-05-20T08:04:10.000Z' },
      reference: CUSTOMER.uuid,
      handlePatch: { uuid: CUSTOMER.uuid, latestEmail: CUSTOMER.email, latestPhone: CUSTOMER.phoneNumber },
      authenticity: 'passphrase',
      evidence: { ...kept, selfie: null },
    });
    expect(JSON.stringify(signal)).not.toContain(passphrase);
    expect(JSON.stringify(signal)).not.toContain('base64');
  });

  test.each<[string, unknown, readonly string[]]>([
    ['in snake case', ['emirates_id', 'egypt_national_id'], ['emirates_id', 'egypt_national_id']],
    ['in camel case', ['passport', 'emiratesId'], ['passport', 'emirates_id']],
    ['twice', ['emirates_id', 'emiratesId'], ['emirates_id']],
    ['unknown to us', ['residence_visa'], []],
    ['unreadable', [7, {}], []],
    ['as no list', 'passport', ['passport']],
    ['in no readable way', { passport: true }, []],
    ['not at all', undefined, []],
  ])(
    'of an expiry warning names the documents, %s, and is remembered',
    (_name, expiryWarningFor, documents) => {
      const signal = receive(post({ ...WEBHOOK, event: 'expiry_warning', expiryWarningFor }));
      expect(signal).toMatchObject({
        event: 'expiry_warning',
        observation: {
          verdict: null,
          reasonCodes: ['document_expiring'],
          validity: { documentExpiry: null, state: 'expiring', documents },
        },
        handlePatch: { warned: true },
        evidence: expiryWarningFor === undefined ? {} : { expiryWarningFor },
      });
    },
  );

  test.each(['status_change', 'customer_created', 'anything at all'])(
    'of the event %s warns of nothing, whatever documents it names',
    (event) => {
      const signal = receive(post({ ...WEBHOOK, event, expiryWarningFor: ['passport'] }));
      expect(signal.observation.validity).toBeNull();
      expect(signal.handlePatch).not.toHaveProperty('warned');
    },
  );

  test('of a customer who was created tells who they are before there is a verdict', () => {
    const signal = receive(post({ ...WEBHOOK, event: 'customer_created', newStatus: 1 }));
    expect(signal).toMatchObject({
      event: 'customer_created',
      observation: { verdict: 'processing', rawStatus: '1' },
      reference: CUSTOMER.uuid,
      handlePatch: { uuid: CUSTOMER.uuid, latestEmail: CUSTOMER.email, latestPhone: CUSTOMER.phoneNumber },
    });
  });

  test('that is delivered again is the same signal to the byte', () => {
    expect(receive(post(WEBHOOK))).toEqual(receive(post(JSON.stringify(WEBHOOK, null, 2))));
  });

  test('may lack contacts and an event', () => {
    const { uuid, newStatus, updatedAt, passphrase } = WEBHOOK;
    expect(receive(post({ uuid, newStatus, updatedAt, passphrase }))).toMatchObject({
      event: 'status_change',
      correlation: { emails: [], phones: [] },
      handlePatch: { uuid },
    });
  });

  test('is the same signal only with the same customer, event, status and time', () => {
    const keys = [
      {},
      { id: 99, email: 'other@mail.test' },
      { uuid: 'another' },
      { event: 'customer_created' },
      { newStatus: 2 },
      { updatedAt: '2026-05-20T08:04:11.000Z' },
    ].map((change) => receive(post({ ...WEBHOOK, ...change })).dedupKey);
    expect(keys[1]).toBe(keys[0]);
    expect(new Set(keys).size).toBe(5);
  });
});

describe('a refusal', () => {
  test.each<[string, RawWebhook, WebhookRefusal['kind']]>([
    ['a wrong passphrase', post({ ...WEBHOOK, passphrase: 's3cr3t-pasS' }), 'unauthentic'],
    ['a passphrase with more behind it', post({ ...WEBHOOK, passphrase: 's3cr3t-pass ' }), 'unauthentic'],
    ['no passphrase', post({ ...WEBHOOK, passphrase: undefined }), 'unauthentic'],
    ['an empty passphrase', post({ ...WEBHOOK, passphrase: '' }), 'unauthentic'],
    ['a passphrase that is no text', post({ ...WEBHOOK, passphrase: ['s3cr3t-pass'] }), 'unauthentic'],
    ['a wrong passphrase around a broken body', post({ passphrase: 'wrong' }), 'unauthentic'],
    ['JSON that is no object', post('[]'), 'unauthentic'],
    ['null', post('null'), 'unauthentic'],
    ['no JSON', post('uuid=1&passphrase=s3cr3t-pass'), 'malformed'],
    ['nothing', post(''), 'malformed'],
    ['a prototype', post(`{"passphrase":"s3cr3t-pass","uuid":"u","__proto__":{}}`), 'malformed'],
    ['no customer', post({ ...WEBHOOK, uuid: undefined }), 'malformed'],
    ['a status in letters', post({ ...WEBHOOK, newStatus: 'six' }), 'malformed'],
    ['another method', post(WEBHOOK, { method: 'PUT' }), 'malformed'],
  ])('of %s', (_name, webhook, kind) => {
    expect(refusalOf(webhook)).toBe(kind);
  });

  test('of everything where no passphrase is configured', () => {
    const { clientUuid, clientSecret } = CREDENTIALS;
    for (const body of [WEBHOOK, { ...WEBHOOK, passphrase: '' }, { ...WEBHOOK, passphrase: undefined }])
      expect(() =>
        receiveSentinelWebhook({ credentials: { clientUuid, clientSecret }, settings }, post(body)),
      ).toThrow(expect.objectContaining({ kind: 'unconfigured' }));
  });
});

describe('whatever arrives', () => {
  const headers = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.array(fc.string())));

  test('bytes: nothing but a refusal is thrown', () => {
    fc.assert(
      fc.property(fc.string(), headers, fc.uint8Array({ maxLength: 500 }), (method, head, body) => {
        expect(refusalOf({ method, headers: head, body })).not.toBe('accepted');
      }),
    );
  });

  test('JSON: nothing without the passphrase is accepted', () => {
    fc.assert(
      fc.property(fc.jsonValue(), headers, (value, head) => {
        expect(refusalOf(post(value, { headers: head }))).not.toBe('accepted');
      }),
    );
  });

  test('a body like the real one with any other passphrase is unauthentic', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.jsonValue()).filter((value) => value !== WEBHOOK.passphrase),
        (passphrase) => {
          fc.pre(!JSON.stringify(passphrase).includes('__proto__'));
          expect(refusalOf(post({ ...WEBHOOK, passphrase }))).toBe('unauthentic');
        },
      ),
    );
  });

  test('with the passphrase: a signal or a refusal, never another error', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(WEBHOOK)), fc.jsonValue()), (members) => {
        expect(['accepted', 'malformed']).toContain(
          refusalOf(post({ ...members, passphrase: WEBHOOK.passphrase })),
        );
      }),
    );
  });
});
