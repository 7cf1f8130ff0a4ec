import { type Reading, type Remapped } from '@gatehouse/contract';
import { z } from 'zod';

import { readEvidence } from '../kit/evidence.js';
import { type SardineSettings } from './sardine.config.js';
import { type SardineHandle, sardineHandle } from './sardine.handle.js';
import { identityOf } from './sardine.identity.js';
import { observeEntity, type SardineFinding } from './sardine.map.js';
import { entity, type SardineEntity } from './sardine.wire.js';

/** The body, and whom and what was asked for: an answer says neither. */
const evidence = z.object({ body: entity.unwrap(), asked: sardineHandle });

/** What an entity, of which `kept` may be kept, says about a verification. */
export function readingOf(
  found: { readonly entity: SardineEntity; readonly kept: unknown },
  asked: SardineHandle,
  settings: SardineSettings,
  now: Date,
): Reading {
  const finding = observeEntity(found.entity, asked, settings, now);
  if (finding.kind === 'foreign') return { kind: 'foreign' };
  if (finding.kind === 'waiting')
    return { kind: 'absent', rawStatus: finding.rawStatus, reasonCodes: finding.reasonCodes };
  const isKept = finding.kind === 'decided' && found.kept !== null;
  return {
    ...observed(finding, found.entity),
    reference: asked.customerId,
    handlePatch: {},
    evidence: isKept ? { body: found.kept, asked } : null,
  };
}

export function remapped(kept: unknown, settings: SardineSettings, readAt: Date): Remapped {
  const { body, asked } = readEvidence(evidence, kept);
  const finding = observeEntity(body, asked, settings, readAt);
  if (finding.kind === 'foreign') return { kind: 'foreign' };
  return finding.kind === 'waiting' ? { kind: 'absent' } : observed(finding, body);
}

function observed(
  { kind, observation }: Extract<SardineFinding, { kind: 'revoked' | 'decided' }>,
  held: SardineEntity,
): Extract<Remapped, { kind: 'present' }> {
  // What a person has withdrawn is not passed on.
  return { kind: 'present', observation, identity: kind === 'revoked' ? null : identityOf(held) };
}
