import { type Tenant, TenantService, type TenantSettings } from '@gatehouse/core';
import { Body, Controller, Get, HttpCode, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';

import { Actor, AdminOnly } from '../../http/access.js';
import { NoBody } from '../../http/body.js';
import { ETAG_HEADER, TakesIfMatch } from '../../http/etag.js';
import { etagOf, IfMatch } from '../../http/if-match.js';
import { Operation } from '../../http/openapi/operation.decorator.js';
import { PageQuery, pageRequest } from '../../http/paging.js';
import { IdParam } from '../../http/type-id.pipe.js';
import { ChangeTenantBody, CreateTenantBody, TenantPageView, TenantView } from './tenant.dto.js';
import { toTenantView } from './tenant.mapper.js';
import { type Plain } from '../../http/plain.js';

const ID = { name: 'id', schema: { type: 'string' }, example: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x' } as const;

@ApiTags('Tenants')
@Controller('admin/v1/tenants')
export class TenantsController {
  constructor(private readonly tenants: TenantService) {}

  @Post()
  @AdminOnly('admin')
  @Operation({ id: 'createTenant', summary: 'Create a tenant', body: true })
  @ApiCreatedResponse({ type: TenantView, headers: ETAG_HEADER })
  async create(
    @Actor() actor: string,
    @Body() body: CreateTenantBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Plain<TenantView>> {
    const { name } = body;
    return tagged(reply, await this.tenants.create(actor, { name, settings: settingsOf(body, 'create') }));
  }

  @Get()
  @AdminOnly('admin', 'support')
  @Operation({ id: 'listTenants', summary: 'List tenants, newest first', problems: ['validation_failed'] })
  @ApiOkResponse({ type: TenantPageView })
  async list(@Query() query: PageQuery): Promise<Plain<TenantPageView>> {
    const page = await this.tenants.list(pageRequest(query));
    return { data: page.data.map(toTenantView), nextCursor: page.nextCursor };
  }

  @Get(':id')
  @ApiParam(ID)
  @AdminOnly('admin', 'support')
  @Operation({ id: 'getTenant', summary: 'Read a tenant', problems: ['not_found'] })
  @ApiOkResponse({ type: TenantView, headers: ETAG_HEADER })
  async get(
    @IdParam('tnt') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Plain<TenantView>> {
    return tagged(reply, await this.tenants.get(id));
  }

  @Patch(':id')
  @ApiParam(ID)
  @AdminOnly('admin')
  @TakesIfMatch()
  @Operation({
    id: 'changeTenant',
    summary: 'Change a tenant',
    description: 'What is left out stays as it is; `retentionDays: null` lifts the limit.',
    body: true,
    problems: ['not_found', 'stale_version'],
  })
  @ApiOkResponse({ type: TenantView, headers: ETAG_HEADER })
  async change(
    @Actor() actor: string,
    @IdParam('tnt') id: string,
    @Body() body: ChangeTenantBody,
    @IfMatch() ifVersion: number | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Plain<TenantView>> {
    const change = {
      ...(body.name == null ? {} : { name: body.name }),
      settings: settingsOf(body, 'change'),
    };
    return tagged(reply, await this.tenants.update(actor, id, change, ifVersion));
  }

  @Post(':id/suspend')
  @HttpCode(200)
  @ApiParam(ID)
  @NoBody()
  @AdminOnly('admin')
  @TakesIfMatch()
  @Operation({
    id: 'suspendTenant',
    summary: 'Suspend a tenant',
    description: 'Its keys are refused from now on. Verifications under way are followed to their end.',
    body: true,
    problems: ['not_found', 'stale_version'],
  })
  @ApiOkResponse({ type: TenantView, headers: ETAG_HEADER })
  async suspend(
    @Actor() actor: string,
    @IdParam('tnt') id: string,
    @IfMatch() ifVersion: number | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Plain<TenantView>> {
    return tagged(reply, await this.tenants.suspend(actor, id, ifVersion));
  }
}

function tagged(reply: FastifyReply, tenant: Tenant): Plain<TenantView> {
  void reply.header('etag', etagOf(tenant.version));
  return toTenantView(tenant);
}

/** In a change, null is a value of `retentionDays`; absent is not. */
function settingsOf(
  body: Pick<ChangeTenantBody, 'retentionDays' | 'identityStorage'>,
  when: 'create' | 'change',
): Partial<TenantSettings> {
  const { retentionDays, identityStorage } = body;
  return {
    ...(retentionDays === undefined || (when === 'create' && retentionDays === null)
      ? {}
      : { retentionDays }),
    ...(identityStorage == null ? {} : { identityStorage }),
  };
}
