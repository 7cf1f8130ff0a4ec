import { type Tenant, TenantService, type TenantSettings } from '@gatehouse/core';
import { Body, Controller, Get, HttpCode, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';

import { Actor, AdminOnly } from '../../http/access.js';
import { JsonBody, NoBody } from '../../http/body.js';
import { ETAG_HEADER, TakesIfMatch } from '../../http/etag.js';
import { atAnyVersion, etagOf, IfMatch } from '../../http/if-match.js';
import { Idempotent } from '../../http/idempotency.interceptor.js';
import { idParameter } from '../../http/openapi/id-parameter.js';
import { IDEMPOTENCY_PROBLEMS, Operation } from '../../http/openapi/operation.decorator.js';
import { PageQuery, pageRequest } from '../../http/paging.js';
import { IdParam } from '../../http/type-id.pipe.js';
import { invalid } from '../../http/validation.js';
import {
  ChangeTenantBody,
  CreateTenantBody,
  TENANT_EXAMPLE,
  TenantPageView,
  TenantView,
} from './tenant.dto.js';
import { toTenantView } from './tenant.mapper.js';
import { type Plain } from '../../http/plain.js';

const ID = idParameter('tnt');

@ApiTags('Tenants')
@Controller('admin/v1/tenants')
export class TenantsController {
  constructor(private readonly tenants: TenantService) {}

  @Post()
  @AdminOnly('admin')
  @Idempotent()
  @JsonBody(CreateTenantBody, {
    plain: { name: 'Example Bank' },
    regulated: {
      name: 'Example Bank',
      retentionDays: 1825,
      retentionDaysByOutcome: { rejected: 365, other: 30 },
      erasureContact: 'privacy@bank.test',
      trustFramework: 'eidas',
      assuranceLevel: 'substantial',
      reportArchive: 'encrypted',
      twoPersonApproval: true,
    },
  })
  @Operation({
    id: 'createTenant',
    summary: 'Create a tenant',
    description: 'It has no key, no connection and no routing policy yet.',
    body: true,
    problems: IDEMPOTENCY_PROBLEMS,
  })
  @ApiCreatedResponse({
    type: TenantView,
    headers: ETAG_HEADER,
    description: 'The new tenant.',
    example: TENANT_EXAMPLE,
  })
  async create(
    @Actor() actor: string,
    @Body() body: CreateTenantBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Plain<TenantView>> {
    const { name } = body;
    return tagged(reply, await this.tenants.create(actor, { name, settings: settingsOf(body, 'create') }));
  }

  @Get()
  @AdminOnly('admin', 'support', 'approver')
  @Operation({
    id: 'listTenants',
    summary: 'List tenants, newest first',
    description: 'Suspended ones included.',
    problems: ['validation_failed'],
  })
  @ApiOkResponse({
    type: TenantPageView,
    description: 'One page.',
    example: { data: [TENANT_EXAMPLE], nextCursor: null },
  })
  async list(@Query() query: PageQuery): Promise<Plain<TenantPageView>> {
    const page = await this.tenants.list(pageRequest(query));
    return { data: page.data.map(toTenantView), nextCursor: page.nextCursor };
  }

  @Get(':id')
  @ApiParam(ID)
  @AdminOnly('admin', 'support', 'approver')
  @Operation({
    id: 'getTenant',
    summary: 'Read a tenant',
    description: 'With the `ETag` that a change can be made to depend on.',
    problems: ['not_found'],
  })
  @ApiOkResponse({
    type: TenantView,
    headers: ETAG_HEADER,
    description: 'The tenant.',
    example: TENANT_EXAMPLE,
  })
  async get(
    @IdParam('tnt') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Plain<TenantView>> {
    return tagged(reply, await this.tenants.get(id));
  }

  @Patch(':id')
  @ApiParam(ID)
  @AdminOnly('admin')
  @Idempotent()
  @TakesIfMatch()
  @JsonBody(ChangeTenantBody, {
    retention: { retentionDays: 365 },
    unset: { trustFramework: null, assuranceLevel: null },
  })
  @Operation({
    id: 'changeTenant',
    summary: 'Change a tenant',
    description:
      'What is left out stays as it is; null unsets `retentionDays`, `retentionDaysByOutcome`, `erasureContact`, `trustFramework` and `assuranceLevel`. At least one member is needed.',
    body: true,
    problems: ['not_found', 'stale_version', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiOkResponse({
    type: TenantView,
    headers: ETAG_HEADER,
    description: 'The tenant as it is now.',
    example: TENANT_EXAMPLE,
  })
  async change(
    @Actor() actor: string,
    @IdParam('tnt') id: string,
    @Body() body: ChangeTenantBody,
    @IfMatch() ifVersions: readonly number[] | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Plain<TenantView>> {
    const change = changeOf(body);
    const update = (ifVersion: number | null): Promise<Tenant> =>
      this.tenants.update(actor, id, change, ifVersion);
    return tagged(reply, await atAnyVersion(ifVersions, update));
  }

  @Post(':id/suspend')
  @HttpCode(200)
  @ApiParam(ID)
  @NoBody()
  @AdminOnly('admin')
  @Idempotent()
  @TakesIfMatch()
  @Operation({
    id: 'suspendTenant',
    summary: 'Suspend a tenant',
    description:
      'Its keys are refused: by the process that answers from then on, by all others within a second. Verifications under way are followed to their end.',
    body: true,
    problems: ['not_found', 'stale_version', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiOkResponse({
    type: TenantView,
    headers: ETAG_HEADER,
    description: 'The tenant, suspended.',
    example: { ...TENANT_EXAMPLE, status: 'suspended' },
  })
  async suspend(
    @Actor() actor: string,
    @IdParam('tnt') id: string,
    @IfMatch() ifVersions: readonly number[] | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Plain<TenantView>> {
    const suspend = (ifVersion: number | null): Promise<Tenant> => this.tenants.suspend(actor, id, ifVersion);
    return tagged(reply, await atAnyVersion(ifVersions, suspend));
  }
}

function tagged(reply: FastifyReply, tenant: Tenant): Plain<TenantView> {
  void reply.header('etag', etagOf(tenant.version));
  return toTenantView(tenant);
}

/** Throws Problem `validation_failed` where nothing is to be changed. */
function changeOf(body: ChangeTenantBody): {
  readonly name?: string;
  readonly settings: Partial<TenantSettings>;
} {
  const settings = settingsOf(body, 'change');
  if (body.name == null && Object.keys(settings).length === 0) {
    throw invalid([{ pointer: '', detail: 'must have at least one member that changes something' }]);
  }
  return { ...(body.name == null ? {} : { name: body.name }), settings };
}

/** In a change, null is a value of what can be absent; a member left out is not. */
function settingsOf(
  body: Omit<ChangeTenantBody, 'name'>,
  when: 'create' | 'change',
): Partial<TenantSettings> {
  const { retentionDays, trustFramework, assuranceLevel, identityStorage, reportArchive, twoPersonApproval } =
    body;
  const { retentionDaysByOutcome: byOutcome, erasureContact } = body;
  const isGiven = (value: unknown): boolean => value !== undefined && (when === 'change' || value !== null);
  return {
    ...(retentionDays !== undefined && isGiven(retentionDays) && { retentionDays }),
    ...(byOutcome !== undefined &&
      isGiven(byOutcome) && {
        retentionDaysByOutcome: {
          verified: byOutcome?.verified ?? null,
          rejected: byOutcome?.rejected ?? null,
          other: byOutcome?.other ?? null,
        },
      }),
    ...(erasureContact !== undefined && isGiven(erasureContact) && { erasureContact }),
    ...(trustFramework !== undefined && isGiven(trustFramework) && { trustFramework }),
    ...(assuranceLevel !== undefined && isGiven(assuranceLevel) && { assuranceLevel }),
    ...(identityStorage != null && { identityStorage }),
    ...(reportArchive != null && { reportArchive }),
    ...(twoPersonApproval != null && { twoPersonApproval }),
  };
}
