import { type Page, type TimelineEvent } from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';

import { type EventPageView, type EventView } from './event.view.js';
import { type Plain } from '../../http/plain.js';
import { toPublicActor } from '../../http/public-actor.js';

/** The facts of the ledger that a caller is told. What an entry holds beyond them (our own ids, say) stays inside. */
const TOLD = [
  'signal',
  'source',
  'from',
  'to',
  'reasonCodes',
  'attempt',
  'rawStatus',
  'delivery',
  'reason',
  'claim',
  'contradictedClaim',
  'mappingVersion',
  'formerMappingVersion',
  'provider',
  'policyVersion',
  'routingReason',
  'failedProvider',
  'checks',
  'documentTypes',
  'event',
  'authenticity',
  'way',
  'why',
  'start',
  'warnings',
  'fault',
  'effect',
  'code',
  'decision',
  'members',
  'matchedBy',
  'images',
  'imageId',
  'confidences',
  'isArchived',
  'byteLength',
  'purpose',
  'ticket',
] as const;

export function toEventView(event: TimelineEvent): Plain<EventView> {
  const told = TOLD.filter((name) => Object.hasOwn(event.data, name)).map(
    (name) => [name, toPublicValue(name, event.data[name])] as const,
  );
  return {
    object: 'event',
    id: toTypeId('evt', event.id),
    type: event.type,
    at: event.at.toISOString(),
    actor: toPublicActor(event.actor),
    version: event.version,
    data: Object.fromEntries(told),
  };
}

/** Ids have the form in which the rest of the API knows them. */
function toPublicValue(name: (typeof TOLD)[number], value: unknown): unknown {
  return name === 'imageId' && typeof value === 'string' ? toTypeId('img', value) : value;
}

export function toEventPageView(page: Page<TimelineEvent>): Plain<EventPageView> {
  return { data: page.data.map(toEventView), nextCursor: page.nextCursor };
}
