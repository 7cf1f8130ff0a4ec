import {
  FAULTS,
  InvalidShape,
  Problem,
  PROBLEMS,
  PROVIDER_FAULTS,
  ProviderError,
  WebhookRefusal,
} from '@gatehouse/contract';
import { VerificationStartFailed } from '@gatehouse/core';
import { DatabaseError, MasterKeyUnavailable, SealError } from '@gatehouse/platform';
import { describe, expect, it } from '@jest/globals';
import { HttpException, NotFoundException } from '@nestjs/common';

import { PROBLEM_GUIDE } from './problem-guide.js';
import { problemOf } from './problem-of.js';

describe('problemOf', () => {
  it('leaves a problem as it is', () => {
    const problem = new Problem('conflict', 'because');
    expect(problemOf(problem)).toBe(problem);
  });

  it.each(PROVIDER_FAULTS)(
    'answers the fault %s as its table says, and never with the error’s message',
    (fault) => {
      const problem = problemOf(new ProviderError('sentinel', fault, 'none', 'planted'));
      expect(problem.code).toBe(FAULTS[fault].problem);
      expect(problem.provider).toBe('sentinel');
      expect(problem.message).not.toContain('planted');
    },
  );

  it('says when to try an unavailable provider again', () => {
    expect(problemOf(new ProviderError('sentinel', 'unavailable', 'none', '')).retryAfterSeconds).toBe(30);
    const limited = new ProviderError('sentinel', 'rate_limited', 'none', '', { retryAfterSeconds: 7 });
    expect(problemOf(limited).retryAfterSeconds).toBe(7);
  });

  it.each(PROVIDER_FAULTS)(
    'answers a failed start like its cause %s, and names the verification',
    (fault) => {
      const cause = new ProviderError('sentinel', fault, 'none', 'planted', { retryAfterSeconds: 7 });
      const { reason } = FAULTS[fault];
      const failed = new VerificationStartFailed('019aa8a4-60b9-7e9e-b2a7-b1ed9b2681d0', reason, cause);
      const problem = problemOf(failed);
      expect(problem).toMatchObject({
        code: FAULTS[fault].problem,
        provider: 'sentinel',
        retryAfterSeconds: 7,
        extensions: { verificationId: expect.stringMatching(/^ver_\w{26}$/), reasonCode: reason },
        cause,
      });
      expect(problem.message).toContain('new idempotency key');
      expect(problem.message).not.toContain('planted');
    },
  );

  it('says to look at a verification whose start has an unknown outcome', () => {
    const cause = new ProviderError('dentity', 'timeout', 'unknown', '');
    const failed = new VerificationStartFailed('019aa8a4-60b9-7e9e-b2a7-b1ed9b2681d0', null, cause);
    expect(problemOf(failed).message).toContain('may still be found');
  });

  it('says that phone and e-mail do not belong together', () => {
    const error = new ProviderError('sentinel', 'subject', 'none', '');
    expect(problemOf(error).message).toContain('do not belong together');
  });

  it.each([
    ['unauthentic', 'unauthenticated'],
    ['malformed', 'bad_request'],
    ['unconfigured', 'webhook_not_configured'],
  ] as const)('answers a webhook that is %s with %s', (kind, code) => {
    expect(problemOf(new WebhookRefusal(kind, 'planted')).code).toBe(code);
  });

  it('keeps the pointers of an invalid shape', () => {
    const errors = [{ pointer: '/a', detail: 'is required' }];
    expect(problemOf(new InvalidShape(errors))).toMatchObject({ code: 'validation_failed', errors });
  });

  it('tells a store that is away from a statement that is wrong', () => {
    const codes = [
      '08006',
      'ECONNREFUSED',
      'EAI_AGAIN',
      '25006',
      '42501',
      '53100',
      '53300',
      '55P03',
      '57014',
      '57P01',
    ];
    for (const code of codes) {
      const problem = problemOf(new DatabaseError(code, 's', 'passing'));
      expect([code, problem.code, problem.retryAfterSeconds]).toEqual([code, 'overloaded', 1]);
    }
    expect(problemOf(new DatabaseError('42703', 's', 'no such column')).code).toBe('internal_error');
  });

  it('tells a master key that cannot be had at the moment from a value that does not open', () => {
    const problem = problemOf(new MasterKeyUnavailable('sealed'));
    expect([problem.code, problem.retryAfterSeconds]).toEqual(['overloaded', 10]);
    expect(problem.message).not.toContain('sealed');
    expect(problemOf(new SealError()).code).toBe('internal_error');
  });

  it('reads what Nest and Fastify throw by code and status, and repeats none of their words', () => {
    const tooLarge = Object.assign(new Error('planted'), {
      code: 'FST_ERR_CTP_BODY_TOO_LARGE',
      statusCode: 413,
    });
    expect(problemOf(new HttpException('planted', 413, { cause: tooLarge })).code).toBe('payload_too_large');
    expect(problemOf(tooLarge).code).toBe('payload_too_large');
    const notFound = problemOf(new NotFoundException('Cannot GET /planted'));
    expect(notFound.code).toBe('not_found');
    expect(notFound.message).not.toContain('planted');
    expect(problemOf(new HttpException('planted', 418)).code).toBe('bad_request');
    expect(problemOf(new HttpException('planted', 502)).code).toBe('internal_error');
  });

  it.each([new Error('planted'), 'planted', null, undefined, { message: 'planted' }])(
    'answers anything else as our own failure, without its words',
    (error) => {
      const problem = problemOf(error);
      expect(problem.code).toBe('internal_error');
      expect(problem.message).not.toContain('planted');
    },
  );
});

describe('PROBLEM_GUIDE', () => {
  it('has a page for every problem', () => {
    expect(Object.keys(PROBLEM_GUIDE).sort()).toEqual(Object.keys(PROBLEMS).sort());
  });
});
