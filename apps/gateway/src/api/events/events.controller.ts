import { EVENT_TYPES, EventFeed, type EventType, type TenantScope } from '@gatehouse/core';
import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';

import { Caller, RequireScope } from '../../http/access.js';
import { departureOf } from '../../http/byte-stream.js';
import { OneOf, WholeInQuery } from '../../http/members.js';
import { Operation } from '../../http/openapi/operation.decorator.js';
import { PageQuery, pageRequest } from '../../http/paging.js';
import { type Plain } from '../../http/plain.js';
import { Load } from '../../http/route-config.js';
import { EVENT_FEED_EXAMPLE, EventFeedView, toEventFeedView } from './event-feed.view.js';

export class EventFeedQuery extends PageQuery {
  @OneOf(EVENT_TYPES, { description: 'Events of this type only.' })
  type?: EventType | null;

  @WholeInQuery({
    min: 0,
    max: 30,
    default: 0,
    description: 'Where there is no event yet: for how many seconds the answer waits for one.',
  })
  wait?: string | null;
}

@ApiTags('Events')
@Controller('v1/events')
export class EventsController {
  constructor(private readonly feed: EventFeed) {}

  @Get()
  @RequireScope('verifications:read')
  @Load('waiting')
  @Operation({
    id: 'listEvents',
    summary: 'What happened, in the order in which it was committed',
    description:
      'Oldest first. Keep `nextCursor` and read on from it for ever: no event is skipped, and none comes twice. Unlike in other lists it is always given, also at the end; whether there is more already says `hasMore`. With `wait`, the answer comes as soon as there is an event. A cursor belongs to one tenant and environment. Each event is the ledger entry of what it tells of.',
    problems: ['validation_failed'],
  })
  @ApiOkResponse({ type: EventFeedView, description: 'A stretch of the feed.', example: EVENT_FEED_EXAMPLE })
  async list(
    @Caller() scope: TenantScope,
    @Query() query: EventFeedQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Plain<EventFeedView>> {
    const types = query.type == null ? [] : [query.type];
    const patience = { waitMs: Number(query.wait ?? 0) * 1000, signal: departureOf(reply) };
    return toEventFeedView(await this.feed.page(scope, types, pageRequest(query), patience));
  }
}
