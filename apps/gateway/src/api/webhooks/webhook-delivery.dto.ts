import { DELIVERY_STATES, type DeliveryState } from '@gatehouse/core';

import { IdOf, OneOf } from '../../http/members.js';
import { PageQuery } from '../../http/paging.js';

export class ListWebhookDeliveriesQuery extends PageQuery {
  @IdOf('whe', { description: 'To this endpoint only, also where it has been removed.' })
  endpointId?: string | null;

  @IdOf('evt', { description: 'Of this event only.' })
  eventId?: string | null;

  @OneOf(DELIVERY_STATES, { description: 'In this state now.' })
  status?: DeliveryState | null;
}
