import { type PublishedEntry } from '../events/published-event.js';

/** What a delivery tells, of its entry `e` and the entry's verification `v`. */
export const EVENT_COLUMN = `json_build_object('id', e.id, 'kind', e.kind, 'environment', e.environment, 'verificationId', e.verification_id,
                                  'version', e.version, 'provider', v.provider, 'data', e.data, 'at', e.at) AS event`;

/** As JSON has it: the time is text. */
export type EventColumn = Omit<PublishedEntry, 'at'> & { readonly at: string };

export function entryOf(event: EventColumn): PublishedEntry {
  return { ...event, at: new Date(event.at) };
}
