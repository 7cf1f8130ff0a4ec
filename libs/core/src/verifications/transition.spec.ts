import { isDeepStrictEqual } from 'node:util';

import { describe, expect, it } from '@jest/globals';
import {
  type DeliveryReport,
  DELIVERY_STATES,
  isLegalMove,
  isListedMove,
  type Observation,
  PROVIDER_VERDICTS,
  type ProviderVerdict,
} from '@gatehouse/contract';
import fc from 'fast-check';

import { observation } from '../../../../test/support/observation.js';
import { type Facts, NO_FACTS } from './facts.js';
import { type Signal, transition, type View, viewOf } from './transition.js';

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

const read = (minute: number, verdict: ProviderVerdict, over: Partial<Observation> = {}): Signal => ({
  kind: 'read',
  at: at(minute),
  observation: observation(verdict, over),
});
const webhook = (
  minute: number,
  verdict: ProviderVerdict | null,
  over: Partial<Observation> = {},
): Signal => ({
  kind: 'webhook',
  at: at(minute),
  observation: observation(verdict, over),
});
const started: Signal = { kind: 'started', at: at(0), delivery: null };
const absent = (minute: number): Signal => ({ kind: 'absent', at: at(minute), reasonCodes: [] });
const revokedConsent = { id: null, grantedAt: at(0), revokedAt: at(3), sharedFrom: null };

function fold(signals: readonly Signal[], from: Facts = NO_FACTS): { facts: Facts; views: View[] } {
  const views: View[] = [];
  let facts = from;
  for (const signal of signals) {
    const step = transition(facts, signal);
    facts = step.facts;
    views.push(step.view);
  }
  return { facts, views };
}
function reverseMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reverseMembers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reverseMembers(member)]),
  );
}
const statusAfter = (...signals: Signal[]): string => viewOf(fold(signals).facts).status;

const times = fc.integer({ min: 1, max: 30 }).map(at);
const deliveries: fc.Arbitrary<DeliveryReport[]> = fc.array(
  fc.record({
    channel: fc.constantFrom('sms' as const, 'email' as const),
    state: fc.constantFrom(...DELIVERY_STATES),
    at: fc.option(times),
  }),
  { maxLength: 2 },
);
const observations = (verdicts: fc.Arbitrary<ProviderVerdict | null>): fc.Arbitrary<Observation> =>
  fc.record({
    verdict: verdicts,
    rawStatus: fc.constantFrom('1', '2', '6', null),
    reasonCodes: fc.subarray(['face_mismatch', 'risk_high', 'provider_status_unmapped'] as const),
    providerTime: fc.option(times),
    delivery: deliveries,
    validity: fc.option(
      fc.record({
        documentExpiry: fc.constantFrom('2031-01-31', null),
        state: fc.constantFrom('valid' as const, 'expiring' as const, 'expired' as const),
        documents: fc.subarray(['passport', 'national_id']),
      }),
    ),
    riskLevel: fc.constantFrom('low' as const, 'high' as const, null),
    consent: fc.constantFrom(null, revokedConsent),
    evidence: fc.option(
      fc.record({
        images: fc.integer({ min: 0, max: 3 }),
        imagesUntil: fc.option(times),
        report: fc.boolean(),
        reportUntil: fc.option(times),
      }),
    ),
  });
const verdictOrNull = fc.constantFrom(...PROVIDER_VERDICTS, null);

/** Everything that comes from the provider, the browser or the clock. */
const providerSignals: fc.Arbitrary<Signal> = fc.oneof(
  fc.record({
    kind: fc.constant('started' as const),
    at: times,
    delivery: fc.constantFrom('sms' as const, null),
  }),
  fc.record({
    kind: fc.constant('read' as const),
    at: times,
    observation: observations(fc.constantFrom(...PROVIDER_VERDICTS)),
  }),
  fc.record({
    kind: fc.constant('absent' as const),
    at: times,
    reasonCodes: fc.subarray(['awaiting_user', 'consent_missing'] as const),
  }),
  fc.record({
    kind: fc.constant('gone' as const),
    at: times,
    meaning: fc.constantFrom('revoked' as const, 'error' as const),
  }),
  fc.record({ kind: fc.constant('foreign' as const), at: times }),
  fc.record({ kind: fc.constant('superseded' as const), at: times }),
  fc.record({ kind: fc.constant('webhook' as const), at: times, observation: observations(verdictOrNull) }),
  fc.record({
    kind: fc.constant('return' as const),
    at: times,
    way: fc.constantFrom('success' as const, 'review' as const),
  }),
  fc.record({ kind: fc.constant('unshared' as const), at: times }),
  fc.record({ kind: fc.constant('deadline' as const), at: times }),
);
const decisions: fc.Arbitrary<Signal> = fc.record({
  kind: fc.constant('decision' as const),
  at: times,
  verdict: fc.constantFrom('verified' as const, 'rejected' as const),
});

const remap = (minute: number, verdict: ProviderVerdict, over: Partial<Observation> = {}): Signal => ({
  kind: 'remap',
  at: at(minute),
  observation: observation(verdict, over),
});

describe('a reading that is read anew', () => {
  const unmapped: Partial<Observation> = { rawStatus: '6', reasonCodes: ['provider_status_unmapped'] };
  const inReview = read(5, 'needs_review', unmapped);

  it('takes the place of what it was read as before, whichever would be the greater', () => {
    for (const verdict of ['verified', 'rejected'] as const) {
      const { facts } = fold([started, inReview]);
      expect(transition(facts, remap(5, verdict, { rawStatus: '6' }))).toMatchObject({
        changed: true,
        setAside: null,
        view: { status: verdict, reasonCodes: [], rawStatus: '6' },
        facts: { read: { verdict, readAt: at(5) } },
      });
    }
  });

  it('says nothing new where the mapping says the same', () => {
    const step = transition(fold([started, inReview]).facts, remap(5, 'needs_review', unmapped));
    expect(step).toMatchObject({ changed: false, setAside: 'repeated' });
  });

  it.each<[string, readonly Signal[], string]>([
    ['another read has followed', [inReview, read(6, 'rejected')], 'stale'],
    ['the record was not there at a later read', [inReview, absent(6)], 'stale'],
    [
      'the record was gone at a later read',
      [inReview, { kind: 'gone', at: at(6), meaning: 'error' }],
      'stale',
    ],
    ['its result was found to be another’s', [inReview, { kind: 'superseded', at: at(6) }], 'stale'],
    ['nothing was ever read', [], 'stale'],
    ['it was called off', [inReview, { kind: 'cancel', at: at(6) }], 'closed'],
  ])('verifies nobody when %s', (_name, signals, reason) => {
    const { facts } = fold([started, ...signals]);
    expect(transition(facts, remap(5, 'verified'))).toEqual({
      facts,
      view: viewOf(facts),
      changed: false,
      setAside: reason,
    });
  });

  it('makes no move that is none, not even with a step in between', () => {
    const { facts } = fold([started, read(5, 'verified')]);
    expect(transition(facts, remap(5, 'processing'))).toMatchObject({
      changed: false,
      setAside: 'not_allowed',
      facts,
    });
    expect(transition(facts, remap(5, 'needs_review'))).toMatchObject({
      changed: true,
      view: { status: 'needs_review' },
    });
  });

  it('leaves the last word to a reviewer who turned down what it now accepts', () => {
    const rejected: Signal = { kind: 'decision', at: at(6), verdict: 'rejected' };
    const { facts } = fold([started, inReview, rejected]);
    expect(transition(facts, remap(5, 'verified', { rawStatus: '6' })).view).toMatchObject({
      status: 'needs_review',
      reasonCodes: ['manual_review_required'],
    });
  });

  it('is verified only in the place of the last read, whatever has happened', () => {
    const remaps = fc.record({
      kind: fc.constant('remap' as const),
      at: times,
      observation: observations(fc.constantFrom(...PROVIDER_VERDICTS)),
    });
    fc.assert(
      fc.property(
        fc.array(fc.oneof(providerSignals, decisions), { maxLength: 12 }),
        remaps,
        (signals, signal) => {
          const { facts } = fold(signals);
          const before = viewOf(facts);
          const step = transition(facts, signal);
          if (step.setAside !== null) return;
          expect(facts.read?.readAt).toBe(signal.at);
          expect(
            [facts.absentAt ?? '', facts.goneAt ?? '', facts.supersededAt ?? ''].every(
              (time) => time <= signal.at,
            ),
          ).toBe(true);
          expect(isListedMove(before.status, step.view.status)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('transition: properties', () => {
  it('ends in the same state whatever the order and repetition of the same signals', () => {
    fc.assert(
      fc.property(
        fc.array(providerSignals, { maxLength: 10 }).chain((signals) =>
          fc.tuple(
            fc.constant(signals),
            fc.shuffledSubarray([...signals, ...signals], {
              minLength: signals.length * 2,
              maxLength: signals.length * 2,
            }),
          ),
        ),
        ([once, shuffledTwice]) => {
          expect(fold(shuffledTwice).facts).toEqual(fold(once).facts);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('shows only moves that the table allows when reviewers decide in between', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(providerSignals, decisions), { maxLength: 15 }), (signals) => {
        const seen = [viewOf(NO_FACTS), ...fold(signals).views].map((view) => view.status);
        seen.slice(1).forEach((to, index) => {
          const from = seen[index] ?? to;
          if (!isLegalMove(from, to)) throw new Error(`${from} → ${to}`);
        });
      }),
      { numRuns: 2000 },
    );
  });

  it('is verified by nothing but a verifying read or an approval of what waits for a human', () => {
    const noVerifyingRead = providerSignals.filter(
      (signal) => !(signal.kind === 'read' && signal.observation.verdict === 'verified'),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(noVerifyingRead, decisions), { maxLength: 15 }), (signals) => {
        let facts = NO_FACTS;
        for (const signal of signals) {
          const before = viewOf(facts).status;
          const step = transition(facts, signal);
          facts = step.facts;
          if (step.view.status !== 'verified' || before === 'verified') continue;
          // Approved now, or approved before and the provider says again what was approved.
          expect(facts.decision?.verdict).toBe('verified');
          if (signal.kind === 'decision') expect(before).toBe('needs_review');
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('is verified only when an authenticated read verified, whatever else arrives', () => {
    const noVerifyingRead = providerSignals.filter(
      (signal) => !(signal.kind === 'read' && signal.observation.verdict === 'verified'),
    );
    fc.assert(
      fc.property(fc.array(noVerifyingRead, { maxLength: 15 }), (signals) => {
        for (const view of fold(signals).views) expect(view.status).not.toBe('verified');
      }),
      { numRuns: 2000 },
    );
  });

  it('is not verified when a greater read says otherwise', () => {
    fc.assert(
      fc.property(
        fc.array(providerSignals, { maxLength: 10 }),
        fc.constantFrom(...PROVIDER_VERDICTS.filter((verdict) => verdict !== 'verified')),
        (signals, verdict) => {
          const newest = read(59, verdict, { providerTime: at(59) });
          expect(viewOf(fold([...signals, newest]).facts).status).not.toBe('verified');
        },
      ),
    );
  });

  it('shows only moves that the table allows', () => {
    fc.assert(
      fc.property(fc.array(providerSignals, { maxLength: 15 }), (signals) => {
        const seen = [viewOf(NO_FACTS), ...fold(signals).views].map((view) => view.status);
        seen.slice(1).forEach((to, index) => {
          const from = seen[index] ?? to;
          if (!isLegalMove(from, to)) throw new Error(`${from} → ${to}`);
        });
      }),
      { numRuns: 2000 },
    );
  });

  it('never leaves canceled or revoked', () => {
    const closed = fc.constantFrom(
      fold([started, { kind: 'cancel', at: at(2) }]).facts,
      fold([started, read(2, 'verified'), read(4, 'requires_input', { consent: revokedConsent })]).facts,
    );
    fc.assert(
      fc.property(closed, fc.array(providerSignals, { maxLength: 10 }), (facts, signals) => {
        const status = viewOf(facts).status;
        expect(['canceled', 'revoked']).toContain(status);
        expect(viewOf(fold(signals, facts).facts).status).toBe(status);
      }),
    );
  });

  it('reports a change exactly when the view changed by more than the end of a report', () => {
    const news = (view: View): unknown => ({
      ...view,
      evidence: view.evidence === null ? null : { ...view.evidence, reportUntil: null },
    });
    fc.assert(
      fc.property(fc.array(providerSignals, { maxLength: 10 }), providerSignals, (signals, last) => {
        const { facts } = fold(signals);
        const step = transition(facts, last);
        expect(step.changed).toBe(!isDeepStrictEqual(news(step.view), news(viewOf(facts))));
        if (step.changed) expect(step.setAside).toBeNull();
      }),
    );
  });

  it('does not depend on the order in which the database keeps the members of facts', () => {
    fc.assert(
      fc.property(fc.array(providerSignals, { maxLength: 10 }), (signals) => {
        const { facts } = fold(signals);
        const reversed = reverseMembers(facts) as Facts;
        for (const signal of signals) expect(transition(reversed, signal).changed).toBe(false);
      }),
    );
  });

  it('never moves the status by a delivery event', () => {
    fc.assert(
      fc.property(fc.array(providerSignals, { maxLength: 8 }), deliveries, (signals, delivery) => {
        const { facts } = fold([started, ...signals]);
        const after = transition(facts, webhook(45, null, { delivery }));
        expect(after.view.status).toBe(viewOf(facts).status);
      }),
    );
  });
});

describe('transition: the story of one verification', () => {
  it('waits for the person once started', () => {
    expect(viewOf(fold([started]).facts)).toMatchObject({
      status: 'requires_input',
      reasonCodes: ['awaiting_user'],
    });
  });

  it('treats an absent record as waiting', () => {
    expect(statusAfter(started, absent(1))).toBe('requires_input');
  });

  it('shows a claimed verdict as processing until a read decides', () => {
    expect(statusAfter(started, webhook(2, 'verified'))).toBe('processing');
    expect(statusAfter(started, webhook(2, 'verified'), read(3, 'verified'))).toBe('verified');
    expect(statusAfter(started, webhook(2, 'verified'), read(3, 'rejected'))).toBe('rejected');
    expect(statusAfter(started, webhook(2, 'verified'), absent(3))).toBe('requires_input');
  });

  it('keeps a verdict until a read confirms a webhook that contradicts it', () => {
    const facts = fold([started, read(2, 'verified', { providerTime: at(2) })]).facts;
    const step = transition(facts, webhook(5, 'requires_input', { providerTime: at(5) }));
    expect(step).toMatchObject({ changed: false, setAside: null, view: { status: 'verified' } });
  });

  it('sets an older read aside as stale', () => {
    const facts = fold([started, read(2, 'verified', { providerTime: at(4) })]).facts;
    const step = transition(facts, read(9, 'processing', { providerTime: at(3) }));
    expect(step).toMatchObject({ changed: false, setAside: 'stale', view: { status: 'verified' } });
  });

  it('goes back to the person when a verified document has to be renewed', () => {
    expect(
      statusAfter(
        started,
        read(2, 'verified', { providerTime: at(2) }),
        read(9, 'requires_input', { providerTime: at(8), reasonCodes: ['awaiting_resubmission'] }),
      ),
    ).toBe('requires_input');
  });

  it('is revoked for good when consent is withdrawn after it was in force', () => {
    expect(
      statusAfter(
        started,
        read(2, 'verified'),
        read(4, 'requires_input', { consent: revokedConsent }),
        read(6, 'verified'),
      ),
    ).toBe('revoked');
  });

  it('gives a read that contradicts itself to a human', () => {
    expect(statusAfter(started, read(2, 'verified', { consent: revokedConsent }))).toBe('needs_review');
  });

  it('asks again when consent is withdrawn before it was in force', () => {
    expect(statusAfter(started, read(4, 'requires_input', { consent: revokedConsent }))).toBe(
      'requires_input',
    );
  });

  it('does not un-verify because a record is absent once, and does when it is gone and that means revoked', () => {
    const verified = fold([started, read(2, 'verified')]).facts;
    const once = transition(verified, absent(3));
    expect(once).toMatchObject({ changed: false, setAside: 'absent_after_present' });
    expect(transition(once.facts, { kind: 'gone', at: at(4), meaning: 'revoked' }).view.status).toBe(
      'revoked',
    );
    expect(transition(once.facts, { kind: 'gone', at: at(4), meaning: 'error' }).view.status).toBe(
      'verified',
    );
  });

  it('reports a vanished record that was not verified as an error until it is back', () => {
    const vanished: Signal[] = [
      started,
      read(2, 'processing'),
      { kind: 'gone', at: at(4), meaning: 'error' },
    ];
    expect(statusAfter(...vanished)).toBe('error');
    expect(statusAfter(...vanished, read(5, 'processing'))).toBe('processing');
  });

  it('holds a manual-review return until a read says more', () => {
    const manual: Signal = { kind: 'return', at: at(2), way: 'review' };
    expect(statusAfter(started, manual, absent(3))).toBe('needs_review');
    expect(statusAfter(started, manual, read(4, 'verified'))).toBe('verified');
  });

  it('expires at the deadline and still takes a late result', () => {
    const deadline: Signal = { kind: 'deadline', at: at(10) };
    expect(statusAfter(started, deadline)).toBe('expired');
    expect(statusAfter(started, deadline, read(12, 'requires_input'))).toBe('expired');
    expect(statusAfter(started, deadline, read(12, 'verified'))).toBe('verified');
    expect(statusAfter(started, read(2, 'needs_review'), deadline)).toBe('needs_review');
  });

  it('keeps an unknown start as an error until a webhook proves that it happened', () => {
    const failed: Signal = { kind: 'start_failed', at: at(1), reason: 'provider_unavailable' };
    expect(statusAfter(failed)).toBe('error');
    expect(statusAfter(failed, webhook(2, 'requires_input'))).toBe('requires_input');
    expect(statusAfter(failed, webhook(2, 'verified'), read(3, 'verified'))).toBe('verified');
  });

  it('refuses to cancel what is decided', () => {
    const facts = fold([started, read(2, 'verified')]).facts;
    expect(transition(facts, { kind: 'cancel', at: at(3) })).toMatchObject({
      changed: false,
      setAside: 'not_allowed',
    });
  });

  it('moves text messages forward only and takes e-mail events by their own time', () => {
    const sms = (state: DeliveryReport['state']): Partial<Observation> => ({
      delivery: [{ channel: 'sms', state, at: null }],
    });
    const { facts } = fold([started, webhook(2, null, sms('delivered')), webhook(3, null, sms('sent'))]);
    expect(viewOf(facts).delivery).toMatchObject({ channel: 'sms', state: 'delivered' });

    const email = (state: DeliveryReport['state'], minute: number): Partial<Observation> => ({
      delivery: [{ channel: 'email', state, at: at(minute) }],
    });
    const bounced = fold([
      started,
      webhook(9, null, email('bounced', 5)),
      webhook(10, null, email('queued', 4)),
    ]);
    expect(viewOf(bounced.facts)).toMatchObject({
      delivery: { state: 'bounced', at: at(5) },
      reasonCodes: ['awaiting_user', 'contact_unreachable'],
    });
  });

  it('adds an expiry notice without touching the status or the date', () => {
    const { facts } = fold([
      started,
      read(2, 'verified', {
        providerTime: at(2),
        validity: { documentExpiry: '2026-02-01', state: 'valid', documents: [] },
      }),
      webhook(5, null, {
        providerTime: at(5),
        validity: { documentExpiry: null, state: 'expiring', documents: ['passport'] },
      }),
    ]);
    expect(viewOf(facts)).toMatchObject({
      status: 'verified',
      reasonCodes: ['document_expiring'],
      validity: { documentExpiry: '2026-02-01', state: 'expiring', documents: ['passport'] },
    });
  });
});

describe('a reviewer’s decision', () => {
  const decision = (minute: number, verdict: 'verified' | 'rejected'): Signal => ({
    kind: 'decision',
    at: at(minute),
    verdict,
  });
  const inReview = [started, read(2, 'needs_review', { rawStatus: '3', reasonCodes: ['data_conflict'] })];

  it.each(['verified', 'rejected'] as const)('makes what waits for a human %s', (verdict) => {
    const { facts } = fold([...inReview, decision(3, verdict)]);
    expect(viewOf(facts)).toMatchObject({ status: verdict, reasonCodes: ['data_conflict'] });
  });

  it('is not allowed where nothing waits for a human', () => {
    for (const signals of [[started], [started, read(2, 'verified')], [started, read(2, 'rejected')]]) {
      const { facts } = fold(signals);
      const step = transition(facts, decision(3, 'verified'));
      expect(step).toEqual({ facts, view: viewOf(facts), changed: false, setAside: 'not_allowed' });
    }
  });

  it('holds for as long as the provider says the same', () => {
    const again = read(5, 'needs_review', { rawStatus: '3', reasonCodes: ['data_conflict'] });
    expect(statusAfter(...inReview, decision(3, 'verified'), again)).toBe('verified');
    const other = read(5, 'needs_review', { rawStatus: '4', reasonCodes: ['duplicate_identity'] });
    expect(statusAfter(...inReview, decision(3, 'verified'), other)).toBe('needs_review');
  });

  it('gives way to a later decision of the provider, except that a rejected person goes back to a human', () => {
    const accepted = read(5, 'verified', { rawStatus: '6' });
    const declined = read(5, 'rejected', { rawStatus: '5' });
    expect(statusAfter(...inReview, decision(3, 'verified'), declined)).toBe('rejected');
    expect(statusAfter(...inReview, decision(3, 'verified'), accepted)).toBe('verified');
    expect(statusAfter(...inReview, decision(3, 'rejected'), declined)).toBe('rejected');
    expect(statusAfter(...inReview, decision(3, 'rejected'), accepted)).toBe('needs_review');
    expect(statusAfter(...inReview, decision(3, 'rejected'), accepted, decision(6, 'rejected'))).toBe(
      'rejected',
    );
    expect(statusAfter(...inReview, decision(3, 'rejected'), accepted, decision(6, 'verified'))).toBe(
      'verified',
    );
  });

  it('does not outlive a consent that is withdrawn', () => {
    const withdrawn = read(5, 'requires_input', { consent: { ...revokedConsent, revokedAt: at(5) } });
    expect(statusAfter(...inReview, decision(3, 'verified'), withdrawn)).toBe('revoked');
  });

  it('decides about a person whom the provider sent away for a manual review', () => {
    const sentAway: Signal = { kind: 'return', at: at(2), way: 'review' };
    expect(statusAfter(started, sentAway, decision(3, 'rejected'))).toBe('rejected');
    expect(statusAfter(started, sentAway, decision(3, 'rejected'), absent(4))).toBe('rejected');
  });
});

describe('an identity that cannot be shared', () => {
  it('leaves the person waited for, with the reason', () => {
    const { facts } = fold([started, { kind: 'unshared', at: at(1) }]);
    expect(viewOf(facts)).toMatchObject({
      status: 'requires_input',
      reasonCodes: ['awaiting_user', 'identity_not_shareable'],
    });
  });
});

describe('a report that can be had for a while', () => {
  it('can be had until the time that the first read told, however often it is read', () => {
    const until = (minute: number): Partial<Observation> => ({
      evidence: { images: 0, imagesUntil: null, report: true, reportUntil: at(minute) },
    });
    const first = fold([started, read(2, 'verified', until(40))]);
    const again = transition(first.facts, read(5, 'verified', until(43)));
    expect(again).toMatchObject({
      changed: false,
      view: { evidence: { report: true, reportUntil: at(40) } },
    });
    const other = transition(again.facts, read(6, 'rejected', until(44)));
    expect(other.view.evidence).toMatchObject({ reportUntil: at(44) });
  });
});

describe('images that come with a webhook', () => {
  const evidence = { images: 2, imagesUntil: at(4), report: false, reportUntil: null };

  it('are told of, beside the report that a read tells of', () => {
    const ofRead = { images: 0, imagesUntil: null, report: true, reportUntil: at(30) };
    const { facts } = fold([
      started,
      webhook(2, 'verified', { evidence }),
      read(3, 'verified', { evidence: ofRead }),
    ]);
    expect(viewOf(facts).evidence).toEqual({
      images: 2,
      imagesUntil: at(4),
      report: true,
      reportUntil: at(30),
    });
  });

  it('give way to images that the provider itself keeps', () => {
    const kept = { images: 3, imagesUntil: null, report: false, reportUntil: null };
    const { facts } = fold([
      started,
      webhook(2, 'verified', { evidence }),
      read(3, 'verified', { evidence: kept }),
    ]);
    expect(viewOf(facts).evidence).toEqual(kept);
  });
});
