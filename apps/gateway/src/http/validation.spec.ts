import 'reflect-metadata';

import { type FieldError, Problem } from '@gatehouse/contract';
import { describe, expect, it } from '@jest/globals';

import { CreateVerificationBody, ListVerificationsQuery } from '../api/verifications/verification.dto.js';
import { RequestValidationPipe } from './validation.js';

const pipe = new RequestValidationPipe();

async function errorsOf(value: unknown, type: 'body' | 'query' = 'body'): Promise<readonly FieldError[]> {
  const metatype = type === 'body' ? CreateVerificationBody : ListVerificationsQuery;
  try {
    await pipe.transform(value, { type, metatype });
    return [];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    expect(error.code).toBe('validation_failed');
    return error.errors;
  }
}

async function pointersOf(value: unknown, type?: 'body' | 'query'): Promise<readonly string[]> {
  return (await errorsOf(value, type)).map((error) => error.pointer);
}

const subject = { email: 'jane@mail.test' };

describe('RequestValidationPipe', () => {
  it('takes a full request', async () => {
    const body = {
      subject: {
        ...subject,
        phone: '+971 50 123 4542',
        firstName: 'Jane',
        lastName: 'Example',
        dateOfBirth: '1990-05-17',
        address: {
          street: '12 Palm Street',
          city: 'Dubai',
          region: null,
          postalCode: '00000',
          country: 'AE',
        },
      },
      reference: 'user-42',
      checks: ['document', 'liveness'],
      documentTypes: ['passport'],
      redirectUrl: 'https://app.example/done',
      reviewRedirectUrl: 'https://app.example/review',
      reuse: 'allow',
      message: 'Please: {{link}}',
      expiresInSeconds: 300,
      metadata: { plan: 'gold' },
      provider: 'sentinel',
    };
    expect(await errorsOf(body)).toEqual([]);
  });

  it('takes null for absent', async () => {
    const body = {
      subject: { ...subject, phone: null, address: null },
      checks: null,
      metadata: null,
      message: null,
    };
    expect(await errorsOf(body)).toEqual([]);
  });

  it('points at unknown members at every depth', async () => {
    const body = { subject: { ...subject, emial: 'x', address: { zip: '1' } }, 'a/b': 1 };
    expect(await errorsOf(body)).toEqual([
      { pointer: '/a~1b', detail: 'is not a known member' },
      { pointer: '/subject/emial', detail: 'is not a known member' },
      { pointer: '/subject/address/zip', detail: 'is not a known member' },
    ]);
  });

  it('says that a member is required, once', async () => {
    expect(await errorsOf({})).toEqual([{ pointer: '/subject', detail: 'is required' }]);
    expect(await errorsOf(undefined)).toEqual([{ pointer: '/subject', detail: 'is required' }]);
    expect(await errorsOf({ subject: null })).toEqual([{ pointer: '/subject', detail: 'is required' }]);
  });

  it.each([
    ['/subject', { subject: 'jane' }],
    ['/subject', { subject: [subject] }],
    ['/subject/email', { subject: { email: 5 } }],
    ['/subject/phone', { subject: { phone: '0501234542' } }],
    ['/subject/firstName', { subject: { ...subject, firstName: 'a\u0007b' } }],
    ['/subject/dateOfBirth', { subject: { ...subject, dateOfBirth: '1990-02-30' } }],
    ['/subject/address', { subject: { ...subject, address: [] } }],
    ['/subject/address/country', { subject: { ...subject, address: { country: 'XX' } } }],
    ['/checks', { subject, checks: ['document', 'document'] }],
    ['/checks', { subject, checks: 'document' }],
    ['/checks', { subject, checks: [] }],
    ['/documentTypes', { subject, documentTypes: ['library_card'] }],
    ['/redirectUrl', { subject, redirectUrl: 'http://app.example' }],
    ['/reuse', { subject, reuse: 'maybe' }],
    ['/message', { subject, message: 'no link' }],
    ['/message', { subject, message: `{{link}}${'x'.repeat(480)}` }],
    ['/expiresInSeconds', { subject, expiresInSeconds: 299 }],
    ['/expiresInSeconds', { subject, expiresInSeconds: '300' }],
    ['/expiresInSeconds', { subject, expiresInSeconds: Infinity }],
    ['/metadata', { subject, metadata: { plan: 5 } }],
    ['/metadata', { subject, metadata: { ['x'.repeat(41)]: '' } }],
    [
      '/metadata',
      { subject, metadata: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, ''])) },
    ],
    ['/provider', { subject, provider: 'No Such' }],
  ])('points at %s', async (pointer, body) => {
    expect(await pointersOf(body)).toEqual([pointer]);
  });

  it.each([[[]], ['text'], [5], [null]])('refuses %j as a body', async (value) => {
    expect(await errorsOf(value)).toEqual([{ pointer: '', detail: 'must be an object' }]);
  });

  it('never repeats a value', async () => {
    const secret = 'planted-secret';
    const errors = await errorsOf({
      subject: { email: secret, phone: secret, dateOfBirth: secret, address: secret },
      checks: [secret],
      redirectUrl: secret,
      expiresInSeconds: secret,
    });
    expect(errors).toHaveLength(7);
    expect(JSON.stringify(errors)).not.toContain(secret);
  });

  it('names parameters of a query by their names', async () => {
    const query = { limit: '0', cursor: '', status: 'done', createdAfter: 'yesterday', foo: '1' };
    const expected = ['createdAfter', 'cursor', 'foo', 'limit', 'status'];
    expect([...(await pointersOf(query, 'query'))].sort()).toEqual(expected);
  });

  it('notices unknown parameters that are called like what every object has', async () => {
    expect(await pointersOf({ toString: '1', constructor: '2' }, 'query')).toEqual([
      'toString',
      'constructor',
    ]);
  });
});
