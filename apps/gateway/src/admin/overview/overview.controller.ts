import { ProviderRegistry } from '@gatehouse/contract';
import { NO_OUTCOMES, type Overview, OverviewQueries, ProviderHealth } from '@gatehouse/core';
import { Clock } from '@gatehouse/platform';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';

import { AdminOnly } from '../../http/access.js';
import { Operation } from '../../http/openapi/operation.decorator.js';
import { type Plain } from '../../http/plain.js';
import { OverviewQuery, toOverviewFilter } from './overview.dto.js';
import { OVERVIEW_EXAMPLE, type OverviewProviderView, OverviewView } from './overview.view.js';

@ApiTags('Overview')
@Controller('admin/v1/overview')
export class OverviewController {
  constructor(
    private readonly overview: OverviewQueries,
    private readonly providers: ProviderRegistry,
    private readonly health: ProviderHealth,
    private readonly clock: Clock,
  ) {}

  @Get()
  @AdminOnly('admin', 'support')
  @Operation({
    id: 'getOverview',
    summary: 'How it goes, in figures',
    description:
      'Verifications that began in `[since, until)`, by day, provider and present status, without what was imported; how long verdicts took; how the providers and the webhooks are doing. Nobody’s data.',
    problems: ['validation_failed'],
  })
  @ApiOkResponse({ type: OverviewView, description: 'The figures.', example: OVERVIEW_EXAMPLE })
  async get(@Query() query: OverviewQuery): Promise<Plain<OverviewView>> {
    const filter = toOverviewFilter(query, this.clock.now());
    // One after the other: at once, the second would wait for a connection where there are few, as long as the first takes, or be refused.
    const overview = await this.overview.of(filter);
    const standing = await this.overview.standing(filter);
    const { passRate, timeToVerdict, ...total } = overview.total;
    return {
      since: filter.since.toISOString(),
      until: filter.until.toISOString(),
      total,
      passRate,
      timeToVerdict,
      days: [...overview.days],
      daily: [...overview.daily],
      providers: this.providers.all().map(({ name }) => this.#provider(name, overview)),
      webhooks: { in: standing.inbound, out: standing.outbound },
      openReviews: standing.openReviews,
    };
  }

  #provider(name: string, overview: Overview): Plain<OverviewProviderView> {
    const { created, passRate, timeToVerdict } = overview.providers.get(name) ?? NO_OUTCOMES;
    const { calls, errorRate, p50Ms, p95Ms, openConnections } = this.health.summary(name);
    return {
      provider: name,
      created,
      passRate,
      timeToVerdict,
      calls,
      errorRate,
      p50Ms,
      p95Ms,
      openConnections,
    };
  }
}
