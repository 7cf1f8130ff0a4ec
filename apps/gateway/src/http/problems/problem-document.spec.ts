import { Problem, WebhookRefusal } from '@gatehouse/contract';
import { describe, expect, it } from '@jest/globals';

import { prepareProblem } from './problem-document.js';

describe('prepareProblem', () => {
  it('writes a problem as RFC 9457 has it, with our extensions', () => {
    const problem = new Problem('validation_failed', 'Some members are not valid.', {
      errors: [{ pointer: '/subject', detail: 'is required' }],
    });
    const answer = prepareProblem(problem, 'https://gatehouse.example', 'r-1');
    expect(answer).toMatchObject({ status: 422, contentType: 'application/problem+json', headers: {} });
    expect(JSON.parse(answer.body.toString())).toEqual({
      type: 'https://gatehouse.example/problems/validation_failed',
      title: 'The request is not valid',
      status: 422,
      detail: 'Some members are not valid.',
      instance: 'urn:gatehouse:request:r-1',
      code: 'validation_failed',
      requestId: 'r-1',
      errors: [{ pointer: '/subject', detail: 'is required' }],
    });
  });

  it('sets the fields that a status asks for', () => {
    const unauthenticated = prepareProblem(new Problem('unauthenticated', ''), 'https://g.example', 'r');
    expect(unauthenticated.headers).toEqual({ 'www-authenticate': 'Bearer' });
    const busy = new Problem('overloaded', '', { retryAfterSeconds: 1.2 });
    expect(prepareProblem(busy, 'https://g.example', 'r').headers).toEqual({ 'retry-after': '2' });
    const now = new Problem('provider_unavailable', '', { retryAfterSeconds: 0 });
    expect(prepareProblem(now, 'https://g.example', 'r').headers).toEqual({ 'retry-after': '1' });
  });

  it('asks a webhook for no key', () => {
    const problem = new Problem('unauthenticated', 'd', { cause: new WebhookRefusal('unauthentic', 'p') });
    const answer = prepareProblem(problem, 'https://g.example', 'r');
    expect(answer.headers).toEqual({});
    expect(JSON.parse(answer.body.toString())).toMatchObject({ code: 'unauthenticated' });
  });

  it('does not let an extension stand in for a member of ours', () => {
    const problem = new Problem('capability_unsupported', 'd', {
      provider: 'sardine',
      extensions: { supportedBy: ['sentinel'], code: 'planted' },
    });
    const document: unknown = JSON.parse(prepareProblem(problem, 'https://g.example', 'r').body.toString());
    expect(document).toMatchObject({
      code: 'capability_unsupported',
      provider: 'sardine',
      supportedBy: ['sentinel'],
    });
  });
});
