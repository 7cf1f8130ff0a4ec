import { EVENT_TYPES, EventFeed, type EventType, type TenantScope } from '@gatehouse/core';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';

import { Caller, RequireScope } from '../../http/access.js';
import { OneOf } from '../../http/members.js';
import { Operation } from '../../http/openapi/operation.decorator.js';
import { PageQuery, pageRequest } from '../../http/paging.js';
import { type Plain } from '../../http/plain.js';
import { EVENT_FEED_EXAMPLE, EventFeedView, toEventFeedView } from './event-feed.view.js';

export class EventFeedQuery extends PageQuery {
  @OneOf(EVENT_TYPES, { description: 'Events of this type only.' })
  type?: EventType | null;
}

@ApiTags('Events')
@Controller('v1/events')
export class EventsController {
  constructor(private readonly feed: EventFeed) {}

  @Get()
  @RequireScope('verifications:read')
  @Operation({
    id: 'listEvents',
    summary: 'What happened, in the order in which it was committed',
    description:
      'Oldest first. Read on from `nextCursor` for ever: no event is skipped, and none comes twice. Each is the ledger entry of what it tells of.',
    problems: ['validation_failed'],
  })
  @ApiOkResponse({ type: EventFeedView, description: 'A stretch of the feed.', example: EVENT_FEED_EXAMPLE })
  async list(@Caller() scope: TenantScope, @Query() query: EventFeedQuery): Promise<Plain<EventFeedView>> {
    const types = query.type == null ? [] : [query.type];
    return toEventFeedView(await this.feed.page(scope, types, pageRequest(query)));
  }
}
