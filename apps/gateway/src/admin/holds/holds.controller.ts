import { type LegalHold, LegalHolds } from '@gatehouse/core';
import { fromTypeId, toTypeId } from '@gatehouse/platform';
import { Body, Controller, Delete, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';

import { Actor, AdminOnly } from '../../http/access.js';
import { JsonBody, NoBody } from '../../http/body.js';
import { Idempotent } from '../../http/idempotency.interceptor.js';
import { idParameter } from '../../http/openapi/id-parameter.js';
import { IDEMPOTENCY_PROBLEMS, Operation } from '../../http/openapi/operation.decorator.js';
import { PageQuery, pageRequest } from '../../http/paging.js';
import { type Plain } from '../../http/plain.js';
import { IdParam } from '../../http/type-id.pipe.js';
import { HOLD_EXAMPLE, HoldPageView, HoldView, PlaceHoldBody } from './hold.dto.js';

const ID = idParameter('tnt');
const HOLD_ID = idParameter('hld', 'holdId');

/** What must not be erased for now. */
@ApiTags('Erasures')
@Controller('admin/v1/tenants/:id/holds')
export class HoldsController {
  constructor(private readonly holds: LegalHolds) {}

  @Post()
  @ApiParam(ID)
  @AdminOnly('admin')
  @Idempotent()
  @JsonBody(PlaceHoldBody, {
    order: { verificationId: 'ver_01kahn4r5sf1trr9gy5vqd2s0x', reason: 'Court order 12/2026' },
  })
  @Operation({
    id: 'placeLegalHold',
    summary: 'Keep a verification from being erased',
    description:
      'Erasures of it wait in the state `held`, and retention passes it by, until the hold is released or its time is over. Refused with `erased` when it comes too late.',
    body: true,
    problems: ['not_found', 'erased', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiCreatedResponse({ type: HoldView, description: 'The hold.', example: HOLD_EXAMPLE })
  async place(
    @Actor() actor: string,
    @IdParam('tnt') tenantId: string,
    @Body() body: PlaceHoldBody,
  ): Promise<Plain<HoldView>> {
    const { reason, until } = body;
    // The forms were checked at the door.
    const verificationId = fromTypeId('ver', body.verificationId) ?? '';
    const hold = { verificationId, reason, until: until == null ? null : new Date(until) };
    return toHoldView(await this.holds.place(actor, tenantId, hold));
  }

  @Get()
  @ApiParam(ID)
  @AdminOnly('admin', 'auditor')
  @Operation({
    id: 'listLegalHolds',
    summary: 'List legal holds, newest first',
    description: 'Those that were released included.',
    problems: ['not_found', 'validation_failed'],
  })
  @ApiOkResponse({
    type: HoldPageView,
    description: 'One page.',
    example: { data: [HOLD_EXAMPLE], nextCursor: null },
  })
  async list(@IdParam('tnt') tenantId: string, @Query() query: PageQuery): Promise<Plain<HoldPageView>> {
    const page = await this.holds.list(tenantId, pageRequest(query));
    return { data: page.data.map(toHoldView), nextCursor: page.nextCursor };
  }

  @Delete(':holdId')
  @HttpCode(204)
  @ApiParam(ID)
  @ApiParam(HOLD_ID)
  @NoBody()
  @AdminOnly('admin')
  @Operation({
    id: 'releaseLegalHold',
    summary: 'Release a legal hold',
    description: 'Erasures that waited for it go on.',
    body: true,
    problems: ['not_found'],
  })
  @ApiNoContentResponse({ description: 'It is released.' })
  async release(
    @Actor() actor: string,
    @IdParam('tnt') tenantId: string,
    @IdParam('hld', 'holdId') holdId: string,
  ): Promise<void> {
    await this.holds.release(actor, tenantId, holdId);
  }
}

function toHoldView(hold: LegalHold): Plain<HoldView> {
  return {
    object: 'legal_hold',
    id: toTypeId('hld', hold.id),
    environment: hold.environment,
    verificationId: toTypeId('ver', hold.verificationId),
    reason: hold.reason,
    until: hold.until?.toISOString() ?? null,
    createdAt: hold.createdAt.toISOString(),
    releasedAt: hold.releasedAt?.toISOString() ?? null,
  };
}
