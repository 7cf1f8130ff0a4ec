import { TenantService, VerificationDirectory, VerificationService } from '@gatehouse/core';
import { fromTypeId } from '@gatehouse/platform';
import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';

import { toEventPageView } from '../../api/verifications/event.mapper.js';
import { EVENT_PAGE_EXAMPLE, EventPageView } from '../../api/verifications/event.view.js';
import { EXPLANATION_EXAMPLE } from '../../api/verifications/explanation.example.js';
import { toExplanationView } from '../../api/verifications/explanation.mapper.js';
import { ExplanationView } from '../../api/verifications/explanation.view.js';
import { toContacts } from '../../api/verifications/verification.input.js';
import { Actor, AdminOnly } from '../../http/access.js';
import { JsonBody } from '../../http/body.js';
import { idParameter } from '../../http/openapi/id-parameter.js';
import { Operation } from '../../http/openapi/operation.decorator.js';
import { PageQuery, pageRequest } from '../../http/paging.js';
import { type Plain } from '../../http/plain.js';
import { IdParam } from '../../http/type-id.pipe.js';
import { AdminSearchVerificationsBody, AdminVerificationsQuery } from './admin-verification.dto.js';
import { toDirectoryFilter } from './admin-verification.input.js';
import {
  ADMIN_VERIFICATION_EXAMPLE,
  AdminVerificationPageView,
  AdminVerificationView,
  TENANT_ID_EXAMPLE,
  toAdminVerificationPageView,
  toAdminVerificationView,
} from './admin-verification.view.js';

const ID = idParameter('ver');
const PAGE_EXAMPLE: Plain<AdminVerificationPageView> = {
  data: [ADMIN_VERIFICATION_EXAMPLE],
  nextCursor: null,
};

/** The verifications of all tenants, with nothing of a person but what is masked. */
@ApiTags('Verifications of all tenants')
@Controller('admin/v1/verifications')
export class AdminVerificationsController {
  constructor(
    private readonly directory: VerificationDirectory,
    private readonly verifications: VerificationService,
    private readonly tenants: TenantService,
  ) {}

  @Get()
  @AdminOnly('admin', 'support', 'approver')
  @Operation({
    id: 'listAllVerifications',
    summary: 'List the verifications of all tenants, newest first',
    description:
      'From the store; no provider is called. Filters hold together. Without `tenantId`, only the environment, the moment and `status=needs_review` can be asked for.',
    problems: ['not_found', 'validation_failed'],
  })
  @ApiOkResponse({ type: AdminVerificationPageView, description: 'One page.', example: PAGE_EXAMPLE })
  async list(@Query() query: AdminVerificationsQuery): Promise<Plain<AdminVerificationPageView>> {
    const filter = toDirectoryFilter(query);
    if (filter.tenantId !== null) await this.tenants.get(filter.tenantId);
    return toAdminVerificationPageView(await this.directory.list(filter, pageRequest(query)));
  }

  @Post('search')
  @HttpCode(200)
  @AdminOnly('admin', 'support', 'approver')
  @JsonBody(AdminSearchVerificationsBody, {
    email: { tenantId: TENANT_ID_EXAMPLE, email: 'jane@mail.test' },
    phone: { tenantId: TENANT_ID_EXAMPLE, environment: 'live', phone: '+971501234542' },
  })
  @Operation({
    id: 'searchAllVerifications',
    summary: 'Find a tenant’s verifications by e-mail address or phone number',
    description: 'In the body, never in a URL. With both given, those that match either.',
    body: true,
    problems: ['not_found'],
  })
  @ApiOkResponse({ type: AdminVerificationPageView, description: 'One page.', example: PAGE_EXAMPLE })
  async search(
    @Query() query: PageQuery,
    @Body() body: AdminSearchVerificationsBody,
  ): Promise<Plain<AdminVerificationPageView>> {
    // The form was checked at the door.
    const { id: tenantId } = await this.tenants.get(fromTypeId('tnt', body.tenantId) ?? '');
    const of = { tenantId, environment: body.environment ?? null };
    return toAdminVerificationPageView(await this.directory.search(of, toContacts(body), pageRequest(query)));
  }

  @Get(':id')
  @ApiParam(ID)
  @AdminOnly('admin', 'support', 'approver')
  @Operation({
    id: 'getAnyVerification',
    summary: 'Read a verification of whichever tenant',
    description: 'From the store; no provider is called.',
    problems: ['not_found'],
  })
  @ApiOkResponse({
    type: AdminVerificationView,
    description: 'The verification.',
    example: ADMIN_VERIFICATION_EXAMPLE,
  })
  async get(@Actor() actor: string, @IdParam('ver') id: string): Promise<Plain<AdminVerificationView>> {
    const scope = await this.directory.scopeOf(actor, id);
    return toAdminVerificationView(await this.verifications.get(scope, id));
  }

  @Get(':id/events')
  @ApiParam(ID)
  @AdminOnly('admin', 'support', 'approver')
  @Operation({
    id: 'listAnyVerificationEvents',
    summary: 'The timeline, newest first',
    description:
      'Every applied change, every signal that was set aside and every view of the person, with who or what caused it. No personal data.',
    problems: ['not_found', 'validation_failed'],
  })
  @ApiOkResponse({ type: EventPageView, description: 'One page.', example: EVENT_PAGE_EXAMPLE })
  async events(
    @Actor() actor: string,
    @IdParam('ver') id: string,
    @Query() query: PageQuery,
  ): Promise<Plain<EventPageView>> {
    const scope = await this.directory.scopeOf(actor, id);
    return toEventPageView(await this.verifications.events(scope, id, pageRequest(query)));
  }

  @Get(':id/explain')
  @ApiParam(ID)
  @AdminOnly('admin', 'support', 'approver')
  @Operation({
    id: 'explainAnyVerification',
    summary: 'Why a verification is where it is',
    description: 'The causal chain, as data and in sentences.',
    problems: ['not_found'],
  })
  @ApiOkResponse({ type: ExplanationView, description: 'The chain.', example: EXPLANATION_EXAMPLE })
  async explain(@Actor() actor: string, @IdParam('ver') id: string): Promise<Plain<ExplanationView>> {
    const scope = await this.directory.scopeOf(actor, id);
    return toExplanationView(await this.verifications.explain(scope, id));
  }
}
