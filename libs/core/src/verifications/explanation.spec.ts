import { describe, expect, it } from '@jest/globals';

import { chainOf, type ExplainedEntry, type ExplainedSignal } from './explanation.js';

const PLACE = '00000000-0000-7000-8000-00000000000';

function entry(position: number, over: Partial<ExplainedEntry>): ExplainedEntry {
  return {
    id: `${PLACE}${position}`,
    kind: 'verification.status_changed',
    version: null,
    actor: 'system',
    data: {},
    at: new Date(position * 1000),
    ...over,
  };
}

const CREATED = entry(1, {
  kind: 'verification.created',
  version: 1,
  actor: 'key:1',
  data: { to: 'requires_input', reasonCodes: ['awaiting_user'] },
});
const CLAIM = entry(2, {
  version: 2,
  actor: 'provider:sentinel',
  data: {
    signal: 'webhook',
    source: 'webhook',
    signalId: 'signal-1',
    event: 'status_change',
    authenticity: 'passphrase',
    claim: 'verified',
    from: 'requires_input',
    to: 'processing',
    reasonCodes: [],
  },
});
const REFUTED = entry(3, {
  version: 3,
  data: {
    signal: 'read',
    source: 'read',
    contradictedClaim: 'verified',
    from: 'processing',
    to: 'rejected',
    reasonCodes: ['provider_declined'],
    rawStatus: '5',
  },
});
const LATE = entry(4, {
  kind: 'signal.set_aside',
  data: {
    signal: 'webhook',
    source: 'webhook',
    signalId: 'signal-2',
    reason: 'stale',
    authenticity: 'passphrase',
  },
});

function signal(over: Partial<ExplainedSignal>): ExplainedSignal {
  return {
    id: 'signal-1',
    provider: 'sentinel',
    event: 'status_change',
    authenticity: 'passphrase',
    state: 'applied',
    state_reason: null,
    received_at: new Date(9000),
    ...over,
  };
}

describe('chainOf', () => {
  it('tells of each signal how it proved itself and what became of it', () => {
    expect(chainOf([LATE, REFUTED, CREATED, CLAIM], [signal({}), signal({ id: 'signal-2' })])).toMatchObject([
      {
        what: 'created',
        source: 'caller',
        outcome: 'applied',
        statusBefore: null,
        version: 1,
        isDecisive: false,
      },
      {
        what: 'webhook',
        authenticity: 'passphrase',
        outcome: 'contradicted',
        claim: 'verified',
        statusAfter: 'processing',
      },
      {
        what: 'read',
        authenticity: 'authenticated_read',
        outcome: 'applied',
        contradicts: 'verified',
        statusBefore: 'processing',
        statusAfter: 'rejected',
        rawStatus: '5',
        isDecisive: true,
      },
      {
        what: 'webhook',
        outcome: 'set_aside',
        reason: 'stale',
        statusBefore: 'rejected',
        statusAfter: 'rejected',
      },
    ]);
  });

  it('shows what is stored and was not applied, and why it never will be', () => {
    const waiting = signal({ id: 'signal-3', state: 'pending' });
    const erased = signal({ id: 'signal-4', state: 'set_aside', state_reason: 'erased' });
    const links = chainOf([CREATED], [waiting, erased]);
    expect(links.slice(1)).toMatchObject([
      { what: 'webhook', outcome: 'pending', at: waiting.received_at },
      { what: 'webhook', outcome: 'set_aside', reason: 'erased' },
    ]);
  });

  it('keeps versions in their order where the clocks of two replicas disagree', () => {
    const early = { ...REFUTED, id: `${PLACE}0` };
    expect(chainOf([early, CLAIM, CREATED], []).map(({ version }) => version)).toEqual([1, 2, 3]);
  });

  it('takes no word from the ledger that is not one of ours', () => {
    const strange = entry(5, {
      data: { signal: 'read', to: 'excellent', reasonCodes: ['because'], fault: 7 },
    });
    expect(chainOf([CREATED, strange], [])[1]).toMatchObject({
      statusAfter: 'requires_input',
      reasonCodes: [],
      fault: null,
    });
  });

  it('counts a webhook as contradicted only if it claimed what was refuted', () => {
    const harmless = { ...CLAIM, data: { ...CLAIM.data, claim: 'requires_input' } };
    expect(chainOf([CREATED, harmless, REFUTED], [])[1]?.outcome).toBe('applied');
  });
});
