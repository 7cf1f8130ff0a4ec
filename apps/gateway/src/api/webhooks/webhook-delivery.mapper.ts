import { type DeliveryFilter, type Page, type WebhookDelivery } from '@gatehouse/core';
import { fromTypeId, toTypeId } from '@gatehouse/platform';

import { type Plain } from '../../http/plain.js';
import { type ListWebhookDeliveriesQuery } from './webhook-delivery.dto.js';
import { type WebhookDeliveryPageView, type WebhookDeliveryView } from './webhook-delivery.view.js';

export function toDeliveryFilter(query: ListWebhookDeliveriesQuery): DeliveryFilter {
  return {
    // What is no such id does not get here.
    endpointId: query.endpointId == null ? null : fromTypeId('whe', query.endpointId),
    eventId: query.eventId == null ? null : fromTypeId('evt', query.eventId),
    state: query.status ?? null,
  };
}

export function toWebhookDeliveryView(delivery: WebhookDelivery): Plain<WebhookDeliveryView> {
  return {
    object: 'webhook_delivery',
    id: toTypeId('dlv', delivery.id),
    eventId: toTypeId('evt', delivery.eventId),
    endpointId: toTypeId('whe', delivery.endpointId),
    type: delivery.eventType,
    status: delivery.state,
    nextAttemptAt: delivery.nextAttemptAt?.toISOString() ?? null,
    createdAt: delivery.createdAt.toISOString(),
    completedAt: delivery.completedAt?.toISOString() ?? null,
    attempts: delivery.attempts.map(({ at, responseStatus, durationMs, error }) => ({
      at: at.toISOString(),
      responseStatus,
      durationMs,
      error,
    })),
  };
}

export function toWebhookDeliveryPageView(page: Page<WebhookDelivery>): Plain<WebhookDeliveryPageView> {
  return { data: page.data.map(toWebhookDeliveryView), nextCursor: page.nextCursor };
}
