import { ErasureService, type IdempotencyClaim } from '@gatehouse/core';
import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';

import { Actor, AdminOnly } from '../../http/access.js';
import { JsonBody } from '../../http/body.js';
import { Claim, Idempotent } from '../../http/idempotency.interceptor.js';
import { idParameter } from '../../http/openapi/id-parameter.js';
import { IDEMPOTENCY_PROBLEMS, Operation } from '../../http/openapi/operation.decorator.js';
import { PageQuery, pageRequest } from '../../http/paging.js';
import { type Plain } from '../../http/plain.js';
import { IdParam } from '../../http/type-id.pipe.js';
import { CloseDutyBody, RequestErasureBody } from './erasure.dto.js';
import { toErasureRequest, toErasureView } from './erasure.mapper.js';
import { DONE_ERASURE_EXAMPLE, ERASURE_EXAMPLE, ErasurePageView, ErasureView } from './erasure.view.js';

const ID = idParameter('tnt');
const ERASURE_ID = idParameter('ers', 'erasureId');
const DUTY_ID = idParameter('dty', 'dutyId');

/** Taking people out, and the proof that they are out. */
@ApiTags('Erasures')
@Controller('admin/v1/tenants/:id/erasures')
export class ErasuresController {
  constructor(private readonly erasures: ErasureService) {}

  @Post()
  @HttpCode(202)
  @ApiParam(ID)
  @AdminOnly('admin')
  @Idempotent()
  @JsonBody(RequestErasureBody, {
    verification: { verificationId: 'ver_01kahn4r5sf1trr9gy5vqd2s0x' },
    person: { email: 'jane@mail.test' },
    byPhone: { phone: '+971501234542', environment: 'live' },
  })
  @Operation({
    id: 'requestErasure',
    summary: 'Erase a verification or a person',
    description:
      'In the background: personal data, searchable hashes and, with the last verification of a person, the person’s key. Status, reason codes and ledger stay. Exactly one of `verificationId`, `email` and `phone` is needed; of a contact only a keyed hash is kept, and that until it is done.',
    body: true,
    problems: ['not_found', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiAcceptedResponse({ type: ErasureView, description: 'It is under way.', example: ERASURE_EXAMPLE })
  async request(
    @Actor() actor: string,
    @IdParam('tnt') tenantId: string,
    @Body() body: RequestErasureBody,
    @Claim() claim: IdempotencyClaim | null,
  ): Promise<Plain<ErasureView>> {
    return toErasureView(await this.erasures.request(actor, tenantId, toErasureRequest(body), claim));
  }

  @Get()
  @ApiParam(ID)
  @AdminOnly('admin', 'support', 'auditor')
  @Operation({
    id: 'listErasures',
    summary: 'List erasures, newest first',
    description: 'Those that were asked for and those that retention made, with what providers still hold.',
    problems: ['not_found', 'validation_failed'],
  })
  @ApiOkResponse({
    type: ErasurePageView,
    description: 'One page.',
    example: { data: [DONE_ERASURE_EXAMPLE], nextCursor: null },
  })
  async list(@IdParam('tnt') tenantId: string, @Query() query: PageQuery): Promise<Plain<ErasurePageView>> {
    const page = await this.erasures.list(tenantId, pageRequest(query));
    return { data: page.data.map(toErasureView), nextCursor: page.nextCursor };
  }

  @Get(':erasureId')
  @ApiParam(ID)
  @ApiParam(ERASURE_ID)
  @AdminOnly('admin', 'support', 'auditor')
  @Operation({
    id: 'getErasure',
    summary: 'How an erasure stands',
    description: 'Its progress, what each provider still holds and whom to ask, and the signed certificate.',
    problems: ['not_found'],
  })
  @ApiOkResponse({ type: ErasureView, description: 'The erasure.', example: DONE_ERASURE_EXAMPLE })
  async get(
    @IdParam('tnt') tenantId: string,
    @IdParam('ers', 'erasureId') erasureId: string,
  ): Promise<Plain<ErasureView>> {
    return toErasureView(await this.erasures.get(tenantId, erasureId));
  }

  @Post(':erasureId/duties/:dutyId/done')
  @HttpCode(200)
  @ApiParam(ID)
  @ApiParam(ERASURE_ID)
  @ApiParam(DUTY_ID)
  @AdminOnly('admin')
  @Idempotent()
  @JsonBody(CloseDutyBody, { asked: { note: 'Their support confirmed it, ticket 4711.' } })
  @Operation({
    id: 'closeErasureDuty',
    summary: 'Say that a provider has erased its copy',
    description:
      'The certificate is issued anew; the former one is kept. Refused with `conflict` for one that is done.',
    body: true,
    problems: ['not_found', 'conflict', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiOkResponse({
    type: ErasureView,
    description: 'The erasure as it is now.',
    example: DONE_ERASURE_EXAMPLE,
  })
  async closeDuty(
    @Actor() actor: string,
    @IdParam('tnt') tenantId: string,
    @IdParam('ers', 'erasureId') erasureId: string,
    @IdParam('dty', 'dutyId') id: string,
    @Body() { note }: CloseDutyBody,
  ): Promise<Plain<ErasureView>> {
    return toErasureView(await this.erasures.closeDuty(actor, { tenantId, erasureId, id }, note));
  }
}
