import { type IdempotencyClaim, type TenantScope, VerificationService } from '@gatehouse/core';
import { Clock } from '@gatehouse/platform';
import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';

import { Caller, RequireScope } from '../../http/access.js';
import { NoBody } from '../../http/body.js';
import { NoParameters } from '../../http/no-parameters.js';
import { Claim, Idempotent } from '../../http/idempotency.interceptor.js';
import { idParameter } from '../../http/openapi/id-parameter.js';
import {
  IDEMPOTENCY_PROBLEMS,
  Operation,
  PROVIDER_PROBLEMS,
} from '../../http/openapi/operation.decorator.js';
import { PageQuery, pageRequest } from '../../http/paging.js';
import { IdParam } from '../../http/type-id.pipe.js';
import { toEventPageView } from './event.mapper.js';
import { EVENT_PAGE_EXAMPLE, EventPageView } from './event.view.js';
import { toIdentityView } from './identity.mapper.js';
import { IDENTITY_EXAMPLE } from './identity.example.js';
import { IdentityView } from './identity.view.js';
import {
  CreateVerificationBody,
  ListVerificationsQuery,
  SearchVerificationsBody,
} from './verification.dto.js';
import { CANCELED_EXAMPLE, VERIFICATION_EXAMPLE, VERIFIED_EXAMPLE } from './verification.example.js';
import { toContacts, toFilter, toNewVerification } from './verification.input.js';
import { toVerificationPageView, toVerificationView } from './verification.mapper.js';
import { VerificationPageView, VerificationView } from './verification.view.js';
import { type Plain } from '../../http/plain.js';

const ID = idParameter('ver');
const PAGE_EXAMPLE: Plain<VerificationPageView> = { data: [VERIFICATION_EXAMPLE], nextCursor: null };

@ApiTags('Verifications')
@Controller('v1/verifications')
export class VerificationsController {
  constructor(
    private readonly verifications: VerificationService,
    private readonly clock: Clock,
  ) {}

  @Post()
  @RequireScope('verifications:write')
  @Idempotent()
  @Operation({
    id: 'createVerification',
    summary: 'Begin a verification',
    description:
      'Begins at the provider that the tenant’s policy names, and answers with what the person has to do next. When the provider fails, the verification exists and says so; the answer is a problem.',
    body: true,
    problems: [
      'capability_unsupported',
      'provider_not_configured',
      ...PROVIDER_PROBLEMS,
      ...IDEMPOTENCY_PROBLEMS,
    ],
  })
  @ApiCreatedResponse({
    type: VerificationView,
    description: 'The verification, begun; `action` is what the person has to do next.',
    example: VERIFICATION_EXAMPLE,
  })
  async create(
    @Caller() scope: TenantScope,
    @Body() body: CreateVerificationBody,
    @Claim() claim: IdempotencyClaim | null,
  ): Promise<Plain<VerificationView>> {
    const input = toNewVerification(body, this.clock.now());
    return toVerificationView(await this.verifications.create(scope, input, claim));
  }

  @Get()
  @RequireScope('verifications:read')
  @Operation({
    id: 'listVerifications',
    summary: 'List verifications, newest first',
    problems: ['validation_failed'],
  })
  @ApiOkResponse({ type: VerificationPageView, description: 'One page.', example: PAGE_EXAMPLE })
  async list(
    @Caller() scope: TenantScope,
    @Query() query: ListVerificationsQuery,
  ): Promise<Plain<VerificationPageView>> {
    return toVerificationPageView(await this.verifications.list(scope, toFilter(query), pageRequest(query)));
  }

  @Post('search')
  @HttpCode(200)
  @RequireScope('verifications:read')
  @Operation({
    id: 'searchVerifications',
    summary: 'Find verifications by e-mail address or phone number',
    description: 'In the body, never in a URL. With both given, those that match either. Finds ours only.',
    body: true,
  })
  @ApiOkResponse({ type: VerificationPageView, description: 'One page.', example: PAGE_EXAMPLE })
  async search(
    @Caller() scope: TenantScope,
    @Query() query: PageQuery,
    @Body() body: SearchVerificationsBody,
  ): Promise<Plain<VerificationPageView>> {
    return toVerificationPageView(
      await this.verifications.search(scope, toContacts(body), pageRequest(query)),
    );
  }

  @Get(':id')
  @ApiParam(ID)
  @RequireScope('verifications:read')
  @Operation({
    id: 'getVerification',
    summary: 'Read a verification',
    description: 'From the store; no provider is called.',
    problems: ['not_found'],
  })
  @ApiOkResponse({ type: VerificationView, description: 'The verification.', example: VERIFIED_EXAMPLE })
  async get(@Caller() scope: TenantScope, @IdParam('ver') id: string): Promise<Plain<VerificationView>> {
    return toVerificationView(await this.verifications.get(scope, id));
  }

  @Post(':id/refresh')
  @HttpCode(200)
  @ApiParam(ID)
  @NoBody()
  @RequireScope('verifications:write')
  @Idempotent()
  @Operation({
    id: 'refreshVerification',
    summary: 'Read the provider now',
    body: true,
    problems: ['not_found', 'provider_not_configured', ...PROVIDER_PROBLEMS, ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiOkResponse({
    type: VerificationView,
    description: 'The verification after the read.',
    example: VERIFIED_EXAMPLE,
  })
  async refresh(@Caller() scope: TenantScope, @IdParam('ver') id: string): Promise<Plain<VerificationView>> {
    return toVerificationView(await this.verifications.refresh(scope, id));
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @ApiParam(ID)
  @NoBody()
  @RequireScope('verifications:write')
  @Idempotent()
  @Operation({
    id: 'cancelVerification',
    summary: 'Call a verification off',
    body: true,
    problems: ['not_found', 'invalid_transition', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiOkResponse({
    type: VerificationView,
    description: 'The verification, called off.',
    example: CANCELED_EXAMPLE,
  })
  async cancel(@Caller() scope: TenantScope, @IdParam('ver') id: string): Promise<Plain<VerificationView>> {
    return toVerificationView(await this.verifications.cancel(scope, id));
  }

  @Post(':id/link')
  @HttpCode(200)
  @ApiParam(ID)
  @NoBody()
  @RequireScope('verifications:write')
  @Idempotent()
  @Operation({
    id: 'renewVerificationLink',
    summary: 'Get a fresh link for the person',
    description: 'Where the provider can mint one.',
    body: true,
    problems: [
      'not_found',
      'invalid_transition',
      'capability_unsupported',
      'provider_not_configured',
      ...PROVIDER_PROBLEMS,
      ...IDEMPOTENCY_PROBLEMS,
    ],
  })
  @ApiOkResponse({
    type: VerificationView,
    description: 'The verification with its fresh link.',
    example: VERIFICATION_EXAMPLE,
  })
  async renewLink(
    @Caller() scope: TenantScope,
    @IdParam('ver') id: string,
  ): Promise<Plain<VerificationView>> {
    return toVerificationView(await this.verifications.renewLink(scope, id));
  }

  @Get(':id/events')
  @ApiParam(ID)
  @RequireScope('verifications:read')
  @Operation({
    id: 'listVerificationEvents',
    summary: 'The timeline, newest first',
    problems: ['not_found', 'validation_failed'],
  })
  @ApiOkResponse({ type: EventPageView, description: 'One page.', example: EVENT_PAGE_EXAMPLE })
  async events(
    @Caller() scope: TenantScope,
    @IdParam('ver') id: string,
    @Query() query: PageQuery,
  ): Promise<Plain<EventPageView>> {
    return toEventPageView(await this.verifications.events(scope, id, pageRequest(query)));
  }

  @Get(':id/identity')
  @NoParameters()
  @ApiParam(ID)
  @RequireScope('identity:read')
  @Operation({
    id: 'getVerificationIdentity',
    summary: 'The person as the provider verified them',
    description: 'Personal data in full. Each view is recorded.',
    problems: ['not_found', 'erased', 'validation_failed'],
  })
  @ApiOkResponse({ type: IdentityView, description: 'The identity.', example: IDENTITY_EXAMPLE })
  async identity(@Caller() scope: TenantScope, @IdParam('ver') id: string): Promise<Plain<IdentityView>> {
    return toIdentityView(await this.verifications.identity(scope, id));
  }
}
