import { type Reading, type Remapped } from '@gatehouse/contract';
import { z } from 'zod';

import { type Evidenced, readEvidence } from '../kit/evidence.js';
import { type DentitySettings } from './dentity.config.js';
import { afterStatus, type DentityHandle, dentityHandle, patchOf } from './dentity.handle.js';
import { identityOf } from './dentity.identity.js';
import { observeStatus } from './dentity.map.js';
import { type DentityStatus, verificationStatus } from './dentity.wire.js';

/** The body, and what was known by then: an answer has no history. */
const evidence = z.object({ body: verificationStatus, known: dentityHandle });

/** What an answer says of the verification that was asked for. */
export function readingOf(
  { value, kept }: Evidenced<DentityStatus>,
  before: DentityHandle,
  settings: DentitySettings,
  now: Date,
): Reading {
  const { verificationId } = before;
  const { _id: answered, status } = value.data;
  if (answered !== verificationId) return { kind: 'foreign' };
  const known = afterStatus(before, status, now);
  return {
    ...observed(value, known, settings),
    reference: verificationId,
    handlePatch: patchOf(known),
    evidence: kept === null ? null : { body: kept, known },
  };
}

export function remapped(kept: unknown, settings: DentitySettings): Remapped {
  const { body, known } = readEvidence(evidence, kept);
  return observed(body, known, settings);
}

function observed(
  { data: { status, user } }: DentityStatus,
  known: DentityHandle,
  settings: DentitySettings,
): Extract<Remapped, { kind: 'present' }> {
  return {
    kind: 'present',
    observation: observeStatus(status, known, settings),
    identity: user == null ? null : identityOf(user),
  };
}
