import { toTypeId } from '@gatehouse/platform';

import { type PublishedEvent } from './published-event.js';

/** An event in the words of the API: the same in the feed and in a webhook's body. No personal data. */
export interface ToldEvent {
  /** `evt_…`: in the feed the event's id, in a webhook its header `webhook-id`. */
  readonly id: string;
  readonly type: PublishedEvent['type'];
  /** RFC 3339. */
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export function toldEvent(event: PublishedEvent): ToldEvent {
  const { environment, verification, routing, endpoint } = event;
  const { id, ...facts } = verification ?? { id: null };
  return {
    id: toTypeId('evt', event.id),
    type: event.type,
    timestamp: event.at.toISOString(),
    data: {
      ...(id !== null && { verificationId: toTypeId('ver', id) }),
      environment,
      ...facts,
      ...routing,
      ...(endpoint !== null && {
        endpointId: toTypeId('whe', String(endpoint.id)),
        reason: endpoint.reason,
        failingSince: endpoint.failingSince,
      }),
    },
  };
}
