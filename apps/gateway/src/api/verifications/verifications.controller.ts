import { type IdempotencyClaim, type TenantScope, VerificationService } from '@gatehouse/core';
import { Clock, fromTypeId } from '@gatehouse/platform';
import { Body, Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiExtraModels,
  ApiOkResponse,
  ApiParam,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';

import { Caller, RequireScope } from '../../http/access.js';
import { JsonBody } from '../../http/body.js';
import { answering, Claim, Idempotent } from '../../http/idempotency.interceptor.js';
import { idParameter } from '../../http/openapi/id-parameter.js';
import {
  IDEMPOTENCY_PROBLEMS,
  Operation,
  PROVIDER_PROBLEMS,
} from '../../http/openapi/operation.decorator.js';
import { PageQuery, pageRequest } from '../../http/paging.js';
import { IdParam } from '../../http/type-id.pipe.js';
import { EXPLANATION_EXAMPLE } from './explanation.example.js';
import { toExplanationText, toExplanationView } from './explanation.mapper.js';
import { ExplanationView } from './explanation.view.js';
import {
  CreateVerificationBody,
  ExplanationQuery,
  ListVerificationsQuery,
  SearchVerificationsBody,
  VerificationStatusesBody,
} from './verification.dto.js';
import {
  CREATE_EXAMPLES,
  STATUSES_EXAMPLE,
  VERIFICATION_EXAMPLE,
  VERIFIED_EXAMPLE,
} from './verification.example.js';
import { toContacts, toFilter, toNewVerification } from './verification.input.js';
import { toStatusesView, toVerificationPageView, toVerificationView } from './verification.mapper.js';
import { VerificationPageView, VerificationStatusesView, VerificationView } from './verification.view.js';
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
  @Idempotent({ withTheWork: true })
  @JsonBody(CreateVerificationBody, CREATE_EXAMPLES)
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
    const answered = answering(claim, 201, toVerificationView);
    return toVerificationView(await this.verifications.create(scope, input, answered));
  }

  @Get()
  @RequireScope('verifications:read')
  @Operation({
    id: 'listVerifications',
    summary: 'List verifications, newest first',
    description:
      'From the store; no provider is called. Filters hold together: what is listed fits all of them.',
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
  @JsonBody(SearchVerificationsBody, {
    email: { email: 'jane@mail.test' },
    phone: { phone: '+971501234542' },
  })
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

  @Post('status')
  @HttpCode(200)
  @RequireScope('verifications:read')
  @JsonBody(VerificationStatusesBody, {
    stored: { ids: [VERIFIED_EXAMPLE.id] },
    read: { ids: [VERIFIED_EXAMPLE.id], refresh: true },
  })
  @Operation({
    id: 'getVerificationStatuses',
    summary: 'Read many verifications at once',
    description:
      'In the order asked for, null for ids that name nothing of yours. With `refresh`, the providers are read first, in bulk where they can; those that cannot be read are as they were and named in `notRefreshed`. Takes up to 20 seconds then.',
    body: true,
  })
  @ApiOkResponse({ type: VerificationStatusesView, description: 'The records.', example: STATUSES_EXAMPLE })
  async statuses(
    @Caller() scope: TenantScope,
    @Body() body: VerificationStatusesBody,
  ): Promise<Plain<VerificationStatusesView>> {
    const ids = body.ids.map((id) => fromTypeId('ver', id));
    const statuses = await this.verifications.statuses(scope, ids, { refresh: body.refresh ?? false });
    return toStatusesView(statuses);
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

  @Get(':id/explain')
  @ApiParam(ID)
  @RequireScope('verifications:read')
  @Operation({
    id: 'explainVerification',
    summary: 'Why a verification is where it is',
    description:
      'The causal chain: which version of the policy and which of its rules chose the provider, who was passed over and why, and then each signal, how it proved itself, and what became of it. As data, and in sentences; `format=text` gives the sentences alone.',
    problems: ['not_found', 'validation_failed'],
  })
  @ApiExtraModels(ExplanationView)
  @ApiOkResponse({
    description: 'The chain.',
    content: {
      'application/json': {
        schema: { $ref: getSchemaPath(ExplanationView) },
        examples: { explanation: { value: EXPLANATION_EXAMPLE } },
      },
      'text/plain': {
        schema: { type: 'string' },
        examples: { explanation: { value: EXPLANATION_EXAMPLE.summary.join('\n') } },
      },
    },
  })
  async explain(
    @Caller() scope: TenantScope,
    @IdParam('ver') id: string,
    @Query() query: ExplanationQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Plain<ExplanationView> | string> {
    const explanation = await this.verifications.explain(scope, id);
    if (query.format == null) return toExplanationView(explanation);
    void reply.type('text/plain; charset=utf-8');
    return toExplanationText(explanation);
  }
}
