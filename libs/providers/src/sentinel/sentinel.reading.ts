import { type Observation, type Reading, type Remapped } from '@gatehouse/contract';
import { z } from 'zod';

import { isBeforeSecond, toInstant } from '../kit/dates.js';
import { readEvidence } from '../kit/evidence.js';
import { type SentinelSettings } from './sentinel.config.js';
import { knownFrom, type SentinelHandle, sentinelHandle } from './sentinel.handle.js';
import { withImages } from './sentinel.evidence.js';
import { identityOf } from './sentinel.identity.js';
import { observeCustomer } from './sentinel.map.js';
import { type FoundCustomer } from './sentinel.search.js';
import { customerAnswer, type SentinelCustomer } from './sentinel.wire.js';

/** Of the handle, what a reading depends on besides whose the record is. */
const { startedAt, warned, images } = sentinelHandle.shape;
type Context = Pick<SentinelHandle, 'startedAt' | 'warned'>;

/** The body, what was known by then, and how many images had been counted. */
const evidence = z.object({ body: customerAnswer, known: z.object({ startedAt, warned }), images });

/** What a record that is the person's, surely or perhaps, says about this verification. */
export function readingOf(
  { customer, whose, kept }: Pick<FoundCustomer, 'customer' | 'whose' | 'kept'>,
  handle: Context,
  settings: SentinelSettings,
  now: Date,
): Reading {
  const observation = observeCustomer(customer, settings, { now, warned: handle.warned });
  const age = ageOf(customer, handle, settings);
  // Sentinel keeps one record per person. An older one says nothing about whoever is at the link now: knowing
  // somebody's e-mail address would be enough to be verified as them.
  if (age === 'old')
    return { kind: 'absent', rawStatus: observation.rawStatus, reasonCodes: ['awaiting_user'] };
  if (whose === 'doubtful')
    return {
      kind: 'present',
      observation: { ...observation, verdict: 'needs_review', reasonCodes: ['contact_mismatch'] },
      identity: null,
      // Remembering the customer id would make the next read trust it, and the rest may be somebody else's.
      reference: null,
      handlePatch: {},
      evidence: null,
    };
  return {
    kind: 'present',
    observation: age === 'unknown' ? withheld(observation) : observation,
    identity: identityOf(customer),
    reference: customer.uuid,
    handlePatch: knownFrom(customer),
    evidence:
      kept === null
        ? null
        : { body: kept, known: { startedAt: handle.startedAt, warned: handle.warned }, images: null },
  };
}

export function remapped(kept: unknown, settings: SentinelSettings, readAt: Date): Remapped {
  const { body, known, images: counted } = readEvidence(evidence, kept);
  const reading = readingOf({ customer: body.data, whose: 'ours', kept: null }, known, settings, readAt);
  if (reading.kind !== 'present') return { kind: reading.kind };
  const { kind, observation, identity } = withImages(reading, counted);
  return { kind, observation, identity };
}

/** Whether the record is from before this verification, as far as the tenant minds. */
export function ageOf(
  customer: SentinelCustomer,
  handle: Pick<SentinelHandle, 'startedAt'>,
  settings: SentinelSettings,
): 'old' | 'new' | 'unknown' {
  if (settings.existingResult === 'accept') return 'new';
  const changedAt = toInstant(customer.updatedAt);
  if (changedAt === null || handle.startedAt === null) return 'unknown';
  return isBeforeSecond(changedAt, handle.startedAt) ? 'old' : 'new';
}

/** A decision that cannot be dated is for a human: it may be about an earlier journey of the person. */
function withheld(observation: Observation): Observation {
  if (observation.verdict !== 'verified' && observation.verdict !== 'rejected') return observation;
  return {
    ...observation,
    verdict: 'needs_review',
    reasonCodes: [...observation.reasonCodes, 'manual_review_required'],
  };
}
