import { type Observation, type Reading } from '@gatehouse/contract';

import { isBeforeSecond, toInstant } from '../kit/dates.js';
import { type SentinelSettings } from './sentinel.config.js';
import { knownFrom, type SentinelHandle } from './sentinel.handle.js';
import { identityOf } from './sentinel.identity.js';
import { observeCustomer } from './sentinel.map.js';
import { type SentinelCustomer } from './sentinel.wire.js';

/** What a record that is the person's, surely or perhaps, says about this verification. */
export function readingOf(
  customer: SentinelCustomer,
  whose: 'ours' | 'doubtful',
  handle: SentinelHandle,
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
      // Remembering the customer id would make the next read trust it.
      reference: null,
      handlePatch: {},
    };
  return {
    kind: 'present',
    observation: age === 'unknown' ? withheld(observation) : observation,
    identity: identityOf(customer),
    reference: customer.uuid,
    handlePatch: knownFrom(customer),
  };
}

/** Whether the record is from before this verification, as far as the tenant minds. */
export function ageOf(
  customer: SentinelCustomer,
  handle: SentinelHandle,
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
