import { describe, expect, test } from '@jest/globals';

import { ALL_CODES, CUSTOMER, WEBHOOK } from '../../test/sentinel-bodies.js';
import { type SentinelSettings, sentinelSettings } from './sentinel.config.js';
import { observeCustomer, observeWebhook } from './sentinel.map.js';
import { customerAnswer, type SentinelCustomer, webhookBody } from './sentinel.wire.js';

const baseUrl = 'https://api.sentinel.example.com';
const configured: SentinelSettings = sentinelSettings.parse({ baseUrl, statusCodes: ALL_CODES });
const untouched: SentinelSettings = sentinelSettings.parse({ baseUrl });
const context = { now: new Date('2026-05-20T09:00:00.000Z'), warned: false };

const customer = (overrides: object = {}): SentinelCustomer =>
  customerAnswer.parse({ data: { ...CUSTOMER, ...overrides } }).data;
const passport = (overrides: object): { passport: object } => ({
  passport: { ...CUSTOMER.passport, ...overrides },
});

describe('a customer’s status (providers/mapping.md 4.1)', () => {
  test.each([
    [1, 'processing', []],
    [7, 'processing', []],
    [2, 'requires_input', ['awaiting_resubmission']],
    [3, 'needs_review', ['data_conflict']],
    [4, 'needs_review', ['duplicate_identity']],
    [5, 'rejected', ['provider_declined']],
    [6, 'verified', []],
    [99, 'needs_review', ['provider_status_unmapped']],
    [-1, 'needs_review', ['provider_status_unmapped']],
  ])('%d is %s', (status, verdict, reasonCodes) => {
    const observation = observeCustomer(customer({ status }), configured, context);
    expect(observation).toMatchObject({ verdict, reasonCodes, rawStatus: String(status) });
    expect(observation.providerTime).toBe('2026-05-20T08:04:10.000Z');
  });

  test.each([0, 1, 3, 4, 5, 6, 7, 100])('%d needs a human while nobody has said what it means', (status) => {
    expect(observeCustomer(customer({ status }), untouched, context)).toMatchObject({
      verdict: 'needs_review',
      reasonCodes: ['provider_status_unmapped'],
    });
  });

  test.each([
    [{ status: 2, isLive: false }, ['awaiting_resubmission', 'liveness_failed']],
    [{ status: 2, ...passport({ idMatch: false }) }, ['awaiting_resubmission', 'face_mismatch']],
    [
      { status: 2, ...passport({ idClassificationPassed: false }) },
      ['awaiting_resubmission', 'document_unreadable'],
    ],
    [
      { status: 2, ...passport({ dateOfExpiry: '2026-05-19' }) },
      ['awaiting_resubmission', 'document_expired'],
    ],
    [{ status: 2, expiredIds: ['emirates_id'] }, ['awaiting_resubmission', 'document_expired']],
    [{ status: 5, isLive: false }, ['provider_declined', 'liveness_failed']],
    [{ status: 6, isLive: false }, ['liveness_failed']],
    [{ status: 6, ...passport({ idMatch: false }) }, ['face_mismatch']],
    [{ status: 6, isLive: null }, []],
    [{ status: 6, ...passport({ dateOfExpiry: '2026-06-01' }) }, ['document_expiring']],
    [{ status: 3, isLive: false }, ['data_conflict']],
  ])('with flags %j has the reasons %j', (overrides, reasonCodes) => {
    expect(observeCustomer(customer(overrides), configured, context).reasonCodes).toEqual(reasonCodes);
  });

  test('of an accepted person stays verified although a check failed', () => {
    expect(observeCustomer(customer({ isLive: false }), configured, context).verdict).toBe('verified');
  });

  test('keeps a warning of Sentinel’s that comes earlier than ours', () => {
    const soon = customer(passport({ dateOfExpiry: '2026-08-01' }));
    expect(observeCustomer(soon, configured, context).validity?.state).toBe('valid');
    expect(observeCustomer(soon, configured, { ...context, warned: true }).validity?.state).toBe('expiring');
  });
});

describe('a webhook', () => {
  test.each([
    [{ newStatus: 6 }, 'verified', []],
    [{ newStatus: 2, event: 'anything at all' }, 'requires_input', ['awaiting_resubmission']],
    [{ newStatus: 5, event: undefined }, 'rejected', ['provider_declined']],
    [{ newStatus: 42 }, 'needs_review', ['provider_status_unmapped']],
    [{ newStatus: undefined }, null, []],
    [{ event: 'customer_created', newStatus: 1 }, 'processing', []],
    [{ event: 'customer_created', newStatus: 42 }, 'processing', []],
    [{ event: 'customer_created', newStatus: undefined }, 'processing', []],
    [{ event: 'customer_created', newStatus: 6 }, 'verified', []],
    [{ event: 'customer_created', newStatus: 3 }, 'needs_review', ['data_conflict']],
    [{ event: 'expiry_warning', newStatus: 6 }, null, ['document_expiring']],
  ])('%j has the verdict %s', (overrides, verdict, reasonCodes) => {
    const body = webhookBody.parse({ ...WEBHOOK, ...overrides });
    expect(observeWebhook(body, configured)).toMatchObject({ verdict, reasonCodes });
  });

  test('of an expiry says that a document is expiring and nothing of the status', () => {
    const body = webhookBody.parse({
      ...WEBHOOK,
      event: 'expiry_warning',
      expiryWarningFor: ['emirates_id'],
    });
    expect(observeWebhook(body, configured).validity).toMatchObject({
      documentExpiry: null,
      state: 'expiring',
    });
  });
});
