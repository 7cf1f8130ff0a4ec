import { type webhooks } from './generated/api.js';
import { type Schemas } from './schemas.js';

/** What the data of an event is, by its type: ids, statuses and numbers, no personal data. Read the verification for more. */
export type EventData = {
  readonly [
    Type in keyof webhooks
  ]: webhooks[Type]['post']['requestBody']['content']['application/json']['data'];
} & {
  /** That you asked for with `POST /v1/webhook-endpoints/{id}/test`; in no feed. */
  readonly 'endpoint.test': Schemas['EndpointEventData'];
};

export type EventType = keyof EventData;

/**
 * What happened, from a webhook or from the feed; `type` tells what `data` is. Keep a default case where you switch on it: a
 * newer gateway may send types that are not here.
 */
export type GatehouseEvent = {
  readonly [Type in EventType]: {
    /** The same on every attempt of a webhook, and in the feed: what was handled once need not be again. */
    readonly id: string;
    readonly type: Type;
    /** When it happened. */
    readonly timestamp: string;
    readonly data: EventData[Type];
  };
}[EventType];
