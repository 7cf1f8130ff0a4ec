import { expect, it } from '@jest/globals';

import { kindsOf, type PublishedEntry, publishedEvent } from './published-event.js';

const ENTRY: PublishedEntry = {
  id: '019b0000-0000-7000-8000-000000000001',
  kind: 'verification.status_changed',
  environment: 'test',
  verificationId: '019b0000-0000-7000-8000-000000000002',
  version: 3,
  provider: 'east',
  data: { signal: 'read', from: 'processing', to: 'verified', reasonCodes: [], attempt: 2, delivery: null },
  at: new Date('2026-01-31T12:00:00.000Z'),
};

it('tells of a verification as the entry left it, and nothing else that the entry holds', () => {
  expect(publishedEvent({ ...ENTRY, data: { ...ENTRY.data, connectionId: 'ours', actor: 'ours' } })).toEqual({
    id: ENTRY.id,
    type: 'verification.status_changed',
    at: ENTRY.at,
    environment: 'test',
    verification: {
      id: ENTRY.verificationId,
      version: 3,
      status: 'verified',
      reasonCodes: [],
      attempt: 2,
      provider: 'east',
      delivery: null,
    },
    routing: null,
    endpoint: null,
  });
});

it('names the provider where a verification was begun, also when another one took it over', () => {
  const data = { provider: 'west', to: 'requires_input', reasonCodes: ['awaiting_user'] };
  const created = publishedEvent({ ...ENTRY, kind: 'verification.created', version: 1, data });
  expect(created.verification).toMatchObject({ provider: 'west', status: 'requires_input', attempt: 1 });
});

it('calls the first entry of an imported one what callers know: created', () => {
  expect(publishedEvent({ ...ENTRY, kind: 'verification.imported' }).type).toBe('verification.created');
  expect(kindsOf(['verification.created'])).toEqual(['verification.created', 'verification.imported']);
  expect(kindsOf([])).not.toContain('identity.viewed');
});
