import { type PolicyVersion, RoutingService } from '@gatehouse/core';
import { Body, Controller, Get, Put, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';

import { Actor, AdminOnly } from '../../http/access.js';
import { ETAG_HEADER, TakesIfMatch } from '../../http/etag.js';
import { atAnyVersion, etagOf, IfMatch } from '../../http/if-match.js';
import { idParameter } from '../../http/openapi/id-parameter.js';
import { Operation } from '../../http/openapi/operation.decorator.js';
import { IdParam } from '../../http/type-id.pipe.js';
import { EnvironmentQuery } from '../environment.js';
import { ROUTING_POLICY_EXAMPLE, RoutingPolicyBody, RoutingPolicyView } from './routing.dto.js';
import { type Plain } from '../../http/plain.js';

const ID = idParameter('tnt');

@ApiTags('Routing')
@Controller('admin/v1/tenants/:id/routing')
export class RoutingController {
  constructor(private readonly routing: RoutingService) {}

  @Get()
  @ApiParam(ID)
  @AdminOnly('admin', 'support', 'approver')
  @Operation({
    id: 'getRoutingPolicy',
    summary: 'Read the policy in force',
    description: '404 before the first one.',
    problems: ['not_found', 'validation_failed'],
  })
  @ApiOkResponse({
    type: RoutingPolicyView,
    headers: ETAG_HEADER,
    description: 'The policy.',
    example: ROUTING_POLICY_EXAMPLE,
  })
  async get(
    @IdParam('tnt') tenantId: string,
    @Query() { environment }: EnvironmentQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Plain<RoutingPolicyView>> {
    return tagged(reply, await this.routing.get(tenantId, environment));
  }

  @Put()
  @ApiParam(ID)
  @AdminOnly('admin')
  @TakesIfMatch()
  @Operation({
    id: 'putRoutingPolicy',
    summary: 'Put a policy in force',
    description: 'It holds for verifications made from now on.',
    body: true,
    problems: ['not_found', 'provider_not_configured', 'stale_version'],
  })
  @ApiOkResponse({
    type: RoutingPolicyView,
    headers: ETAG_HEADER,
    description: 'The policy, now in force.',
    example: ROUTING_POLICY_EXAMPLE,
  })
  async put(
    @Actor() actor: string,
    @IdParam('tnt') tenantId: string,
    @Query() { environment }: EnvironmentQuery,
    @Body() body: RoutingPolicyBody,
    @IfMatch() ifVersions: readonly number[] | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Plain<RoutingPolicyView>> {
    const policy = {
      provider: body.provider,
      callerMayChoose: body.callerMayChoose ?? false,
      note: body.note ?? null,
    };
    const put = (ifVersion: number | null): Promise<PolicyVersion> =>
      this.routing.put(actor, tenantId, environment, policy, ifVersion);
    return tagged(reply, await atAnyVersion(ifVersions, put));
  }
}

function tagged(reply: FastifyReply, { version, policy }: PolicyVersion): Plain<RoutingPolicyView> {
  void reply.header('etag', etagOf(version));
  return { provider: policy.provider, callerMayChoose: policy.callerMayChoose, note: policy.note };
}
