import { HealthService } from '@gatehouse/core';
import { Controller, Get, Head, HttpStatus, Res } from '@nestjs/common';
import {
  ApiExcludeEndpoint,
  ApiOkResponse,
  ApiProperty,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';

import { Public } from './access.js';
import { Operation } from './openapi/operation.decorator.js';
import { type Plain } from './plain.js';
import { Load } from './route-config.js';

export class LivenessView {
  @ApiProperty({ enum: ['ok'] })
  status!: 'ok';
}

class ReadinessChecksView {
  @ApiProperty()
  database!: boolean;

  @ApiProperty({ description: 'No migration is missing.' })
  migrations!: boolean;

  @ApiProperty({ description: 'Scheduled work is taken up in time.' })
  queue!: boolean;
}

export class ReadinessView {
  @ApiProperty({ enum: ['ok', 'unavailable'] })
  status!: 'ok' | 'unavailable';

  @ApiProperty({ type: ReadinessChecksView })
  checks!: ReadinessChecksView;
}

@ApiTags('Operations')
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  @Public()
  @Load('probe')
  @Operation({
    id: 'getLiveness',
    summary: 'Whether the process runs',
    description: 'Asks nobody else. For a supervisor that restarts what hangs.',
  })
  @ApiOkResponse({ type: LivenessView, description: 'It does.', example: { status: 'ok' } })
  live(): Plain<LivenessView> {
    return { status: 'ok' };
  }

  @Get('ready')
  @Public()
  @Load('probe')
  // Above @Operation, whose 503 would else stand in its place.
  @ApiServiceUnavailableResponse({ type: ReadinessView, description: '`checks` names what is missing.' })
  @Operation({
    id: 'getReadiness',
    summary: 'Whether requests can be served: database, migrations, queue',
    description:
      'For a balancer: requests are welcome while it answers 200. With 503, `checks` says what is missing.',
  })
  @ApiOkResponse({
    type: ReadinessView,
    description: 'They can.',
    example: { status: 'ok', checks: { database: true, migrations: true, queue: true } },
  })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Plain<ReadinessView>> {
    const { ok, checks } = await this.health.ready();
    if (!ok) void reply.code(HttpStatus.SERVICE_UNAVAILABLE);
    return { status: ok ? 'ok' : 'unavailable', checks };
  }

  /** Balancers like to ask without a body. */
  @Head('live')
  @Public()
  @Load('probe')
  @ApiExcludeEndpoint()
  headLive(): Plain<LivenessView> {
    return this.live();
  }

  @Head('ready')
  @Public()
  @Load('probe')
  @ApiExcludeEndpoint()
  headReady(@Res({ passthrough: true }) reply: FastifyReply): Promise<Plain<ReadinessView>> {
    return this.ready(reply);
  }
}
