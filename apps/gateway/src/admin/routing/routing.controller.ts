import { Problem } from '@gatehouse/contract';
import { type PolicyPlace, PolicyPreview, type PolicyVersion, RoutingService } from '@gatehouse/core';
import { Clock } from '@gatehouse/platform';
import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';

import { Actor, AdminOnly } from '../../http/access.js';
import { JsonBody, NoBody } from '../../http/body.js';
import { ETAG_HEADER, TakesIfMatch } from '../../http/etag.js';
import { atAnyVersion, etagOf, IfMatch } from '../../http/if-match.js';
import { idParameter } from '../../http/openapi/id-parameter.js';
import { IDEMPOTENCY_PROBLEMS, Operation } from '../../http/openapi/operation.decorator.js';
import { Idempotent } from '../../http/idempotency.interceptor.js';
import { pageRequest } from '../../http/paging.js';
import { type Plain } from '../../http/plain.js';
import { IdParam } from '../../http/type-id.pipe.js';
import { EnvironmentQuery } from '../environment.js';
import {
  POLICY_EXAMPLES,
  PolicyVersionsQuery,
  PREVIEW_EXAMPLES,
  PreviewBody,
  RollBackBody,
  RoutingPolicyBody,
} from './routing.dto.js';
import { toPolicyVersionView, toRoutingPolicy, toRoutingPolicyView } from './routing.mapper.js';
import {
  POLICY_VERSION_EXAMPLE,
  PolicyVersionsView,
  PolicyVersionView,
  PREVIEW_EXAMPLE,
  ROUTING_POLICY_EXAMPLE,
  RoutingPolicyView,
  RoutingPreviewView,
} from './routing.view.js';

const ID = idParameter('tnt');
const VERSION = {
  name: 'version',
  schema: { type: 'integer' as const, minimum: 1 },
  example: 4,
  description: 'As `GET …/routing/versions` lists it.',
};
const DEFAULT_PREVIEW_DAYS = 7;
const PROPOSED = {
  type: PolicyVersionView,
  description: 'Proposed: the tenant wants another admin to approve it first.',
  example: { ...POLICY_VERSION_EXAMPLE, state: 'proposed', proposedUntil: '2026-02-07T12:00:00.000Z' },
};

@ApiTags('Routing')
@Controller('admin/v1/tenants/:id/routing')
export class RoutingController {
  constructor(
    private readonly routing: RoutingService,
    private readonly previews: PolicyPreview,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiParam(ID)
  @AdminOnly('admin', 'support', 'approver')
  @Operation({
    id: 'getRoutingPolicy',
    summary: 'Read the policy in force',
    description:
      '404 before the first one. The ETag is of the newest version that was accepted, which may be still to come into force.',
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
    const { policy, newest } = await this.routing.get({ tenantId, environment });
    void reply.header('etag', etagOf(newest));
    return toRoutingPolicyView(policy.policy);
  }

  @Put()
  @ApiParam(ID)
  @AdminOnly('admin')
  @TakesIfMatch()
  @JsonBody(RoutingPolicyBody, POLICY_EXAMPLES)
  @Operation({
    id: 'putRoutingPolicy',
    summary: 'Put a policy in force',
    description:
      'It holds for verifications made from now on, or from `effectiveAt` on; every replica follows within a second. Where the tenant wants two persons, it is a proposal (202).',
    body: true,
    problems: ['not_found', 'provider_not_configured', 'stale_version'],
  })
  @ApiOkResponse({
    type: RoutingPolicyView,
    headers: ETAG_HEADER,
    description: 'The policy, accepted.',
    example: ROUTING_POLICY_EXAMPLE,
  })
  @ApiAcceptedResponse(PROPOSED)
  async put(
    @Actor() actor: string,
    @IdParam('tnt') tenantId: string,
    @Query() { environment }: EnvironmentQuery,
    @Body() body: RoutingPolicyBody,
    @IfMatch() ifVersions: readonly number[] | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Plain<RoutingPolicyView | PolicyVersionView>> {
    const policy = toRoutingPolicy(body);
    const put = (ifVersion: number | null): Promise<PolicyVersion> =>
      this.routing.put(actor, { tenantId, environment }, { policy, ifVersion });
    return this.#written(reply, await atAnyVersion(ifVersions, put));
  }

  @Get('versions')
  @ApiParam(ID)
  @AdminOnly('admin', 'support', 'approver')
  @Operation({
    id: 'listRoutingPolicyVersions',
    summary: 'All versions of the policy, newest first',
    description: 'Who put which policy, when and why, and what became of it.',
    problems: ['not_found', 'validation_failed'],
  })
  @ApiOkResponse({
    type: PolicyVersionsView,
    description: 'One page.',
    example: { data: [POLICY_VERSION_EXAMPLE], nextCursor: null },
  })
  async versions(
    @IdParam('tnt') tenantId: string,
    @Query() query: PolicyVersionsQuery,
  ): Promise<Plain<PolicyVersionsView>> {
    const place = { tenantId, environment: query.environment };
    const { limit, cursor } = pageRequest(query);
    const found = await this.routing.versions(place, beforeOf(cursor), limit + 1);
    const data = found.slice(0, limit);
    const last = found.length > limit ? data.at(-1) : undefined;
    const inForce = await this.#inForce(place);
    return {
      data: data.map((version) => toPolicyVersionView(version, inForce, this.clock.now())),
      nextCursor: last === undefined ? null : String(last.version),
    };
  }

  @Post('rollback')
  @HttpCode(200)
  @ApiParam(ID)
  @AdminOnly('admin')
  @Idempotent()
  @TakesIfMatch()
  @JsonBody(RollBackBody, { back: { version: 3, note: 'Too many retries at the new one' } })
  @Operation({
    id: 'rollBackRoutingPolicy',
    summary: 'Put an earlier version in force again',
    description: 'As a new version with the same policy. As a PUT otherwise.',
    body: true,
    problems: ['not_found', 'conflict', 'provider_not_configured', 'stale_version', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiOkResponse({
    type: RoutingPolicyView,
    headers: ETAG_HEADER,
    description: 'The policy, accepted.',
    example: ROUTING_POLICY_EXAMPLE,
  })
  @ApiAcceptedResponse(PROPOSED)
  async rollBack(
    @Actor() actor: string,
    @IdParam('tnt') tenantId: string,
    @Query() { environment }: EnvironmentQuery,
    @Body() { version, note }: RollBackBody,
    @IfMatch() ifVersions: readonly number[] | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Plain<RoutingPolicyView | PolicyVersionView>> {
    const rollBack = (ifVersion: number | null): Promise<PolicyVersion> =>
      this.routing.rollBack(actor, { tenantId, environment }, { version, note: note ?? null }, ifVersion);
    return this.#written(reply, await atAnyVersion(ifVersions, rollBack));
  }

  @Post('preview')
  @HttpCode(200)
  @ApiParam(ID)
  @AdminOnly('admin', 'support', 'approver')
  @JsonBody(PreviewBody, PREVIEW_EXAMPLES)
  @Operation({
    id: 'previewRoutingPolicy',
    summary: 'Try a policy on the verifications of the last days',
    description:
      'Nothing changes, and nobody is sent anywhere: how many would have gone elsewhere, and which nobody could have served and why. Whether a provider is well counts for nothing.',
    body: true,
    problems: ['not_found'],
  })
  @ApiOkResponse({
    type: RoutingPreviewView,
    description: 'What it would have done.',
    example: PREVIEW_EXAMPLE,
  })
  async preview(
    @IdParam('tnt') tenantId: string,
    @Query() { environment }: EnvironmentQuery,
    @Body() body: PreviewBody,
  ): Promise<Plain<RoutingPreviewView>> {
    const place = { tenantId, environment };
    const days = body.days ?? DEFAULT_PREVIEW_DAYS;
    await this.routing.requireTenant(place);
    const { moves, unserved, ...counts } = await this.previews.of(place, toRoutingPolicy(body.policy), days);
    return {
      object: 'routing_preview',
      days,
      ...counts,
      moved: moves.reduce((sum, { verifications }) => sum + verifications, 0),
      moves: moves.map((move) => ({ ...move })),
      unserved: unserved.map((one) => ({ ...one })),
    };
  }

  @Post('versions/:version/approve')
  @HttpCode(200)
  @ApiParam(ID)
  @ApiParam(VERSION)
  @NoBody()
  @AdminOnly('admin', 'approver')
  @Idempotent()
  @Operation({
    id: 'approveRoutingPolicy',
    summary: 'Let a proposed policy come into force',
    description: 'With another key than the one that proposed it, within seven days.',
    body: true,
    problems: ['not_found', 'conflict', 'stale_version', 'provider_not_configured', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiOkResponse({
    type: PolicyVersionView,
    description: 'The version, accepted.',
    example: POLICY_VERSION_EXAMPLE,
  })
  async approve(
    @Actor() actor: string,
    @IdParam('tnt') tenantId: string,
    @Param('version') version: string,
    @Query() { environment }: EnvironmentQuery,
  ): Promise<Plain<PolicyVersionView>> {
    return this.#decide(actor, { tenantId, environment }, version, 'accepted');
  }

  @Post('versions/:version/reject')
  @HttpCode(200)
  @ApiParam(ID)
  @ApiParam(VERSION)
  @NoBody()
  @AdminOnly('admin', 'approver')
  @Idempotent()
  @Operation({
    id: 'rejectRoutingPolicy',
    summary: 'Turn a proposed policy down',
    description: 'With another key than the one that proposed it.',
    body: true,
    problems: ['not_found', 'conflict', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiOkResponse({
    type: PolicyVersionView,
    description: 'The version, rejected.',
    example: { ...POLICY_VERSION_EXAMPLE, state: 'rejected' },
  })
  async reject(
    @Actor() actor: string,
    @IdParam('tnt') tenantId: string,
    @Param('version') version: string,
    @Query() { environment }: EnvironmentQuery,
  ): Promise<Plain<PolicyVersionView>> {
    return this.#decide(actor, { tenantId, environment }, version, 'rejected');
  }

  async #decide(
    actor: string,
    place: PolicyPlace,
    version: string,
    decision: 'accepted' | 'rejected',
  ): Promise<Plain<PolicyVersionView>> {
    const decided = await this.routing.decideProposal(actor, place, versionIn(version), decision);
    return toPolicyVersionView(decided, await this.#inForce(place), this.clock.now());
  }

  #written(reply: FastifyReply, written: PolicyVersion): Plain<RoutingPolicyView | PolicyVersionView> {
    if (written.state === 'proposed') {
      void reply.status(202);
      return toPolicyVersionView(written, null, this.clock.now());
    }
    void reply.header('etag', etagOf(written.version));
    return toRoutingPolicyView(written.policy);
  }

  async #inForce(place: PolicyPlace): Promise<number | null> {
    try {
      return (await this.routing.get(place)).policy.version;
    } catch (error) {
      if (error instanceof Problem && error.code === 'not_found') return null;
      throw error;
    }
  }
}

/** Throws Problem `not_found` for what is no version. */
function versionIn(path: string): number {
  if (/^[1-9]\d{0,8}$/.test(path)) return Number(path);
  throw new Problem('not_found', 'There is no such version of the routing policy.');
}

/** A cursor is the last version of the page before. Throws Problem `validation_failed`. */
function beforeOf(cursor: string | null): number | null {
  if (cursor === null) return null;
  if (/^[1-9]\d{0,8}$/.test(cursor)) return Number(cursor);
  throw new Problem('validation_failed', 'The cursor is not one of ours.', {
    errors: [{ pointer: 'cursor', detail: 'must be the nextCursor of a page before' }],
  });
}
