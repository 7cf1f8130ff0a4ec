import {
  type EndpointChange,
  type Environment,
  type NewEndpoint,
  type ReplayRange,
  type WebhookEndpoint,
} from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';

import { type Plain } from '../../http/plain.js';
import { invalid } from '../../http/validation.js';
import {
  type ChangeWebhookEndpointBody,
  type CreateWebhookEndpointBody,
  type ReplayBody,
} from './webhook-endpoint.dto.js';
import { type WebhookEndpointView } from './webhook-endpoint.view.js';

export function toNewEndpoint(body: CreateWebhookEndpointBody): NewEndpoint {
  return {
    url: body.url,
    description: body.description ?? null,
    eventTypes: body.eventTypes ?? [],
    disabled: body.disabled ?? false,
  };
}

/** In a change, null is a value of the description, which can be absent. Throws Problem `validation_failed` where nothing is changed. */
export function toEndpointChange(body: ChangeWebhookEndpointBody): EndpointChange {
  const { url, description, eventTypes, disabled } = body;
  if (url == null && description === undefined && eventTypes == null && disabled == null)
    throw invalid([{ pointer: '', detail: 'must have at least one member that changes something' }]);
  return {
    description,
    ...(url != null && { url }),
    ...(eventTypes != null && { eventTypes }),
    ...(disabled != null && { disabled }),
  };
}

/** Throws Problem `validation_failed` for a range that holds no moment. */
export function toReplayRange(body: ReplayBody): ReplayRange {
  const since = new Date(body.since);
  const until = new Date(body.until);
  if (since >= until) throw invalid([{ pointer: '/until', detail: 'must be after since' }]);
  return { since, until, onlyUndelivered: body.only === 'undelivered' };
}

export function toWebhookEndpointView(
  environment: Environment,
  endpoint: WebhookEndpoint,
): Plain<WebhookEndpointView> {
  return {
    object: 'webhook_endpoint',
    id: toTypeId('whe', endpoint.id),
    environment,
    url: endpoint.url,
    description: endpoint.description,
    eventTypes: [...endpoint.eventTypes],
    disabled: endpoint.disabledAt !== null,
    disabledReason: endpoint.disabledReason,
    failingSince: endpoint.failingSince?.toISOString() ?? null,
    previousSecretUntil: endpoint.previousSecretUntil?.toISOString() ?? null,
    createdAt: endpoint.createdAt.toISOString(),
    updatedAt: endpoint.updatedAt.toISOString(),
  };
}
