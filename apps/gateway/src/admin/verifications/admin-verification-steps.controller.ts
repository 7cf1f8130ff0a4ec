import { VerificationDirectory, VerificationService } from '@gatehouse/core';
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';

import { DecisionBody } from '../../api/verifications/verification.dto.js';
import { VERIFIED_EXAMPLE } from '../../api/verifications/verification.example.js';
import { Actor, AdminOnly } from '../../http/access.js';
import { JsonBody, NoBody } from '../../http/body.js';
import { Idempotent } from '../../http/idempotency.interceptor.js';
import { idParameter } from '../../http/openapi/id-parameter.js';
import {
  IDEMPOTENCY_PROBLEMS,
  Operation,
  PROVIDER_PROBLEMS,
} from '../../http/openapi/operation.decorator.js';
import { type Plain } from '../../http/plain.js';
import { IdParam } from '../../http/type-id.pipe.js';
import { AdminVerificationView, seenByOperator, toAdminVerificationView } from './admin-verification.view.js';

const ID = idParameter('ver');
const EXAMPLE = seenByOperator(VERIFIED_EXAMPLE);

/** What an operator does with a verification, as itself and within its tenant. */
@ApiTags('Verifications of all tenants')
@Controller('admin/v1/verifications/:id')
export class AdminVerificationStepsController {
  constructor(
    private readonly directory: VerificationDirectory,
    private readonly verifications: VerificationService,
  ) {}

  @Post('decision')
  @HttpCode(200)
  @ApiParam(ID)
  @AdminOnly('admin', 'approver')
  @Idempotent()
  @JsonBody(DecisionBody, {
    approve: { decision: 'approve', reason: 'Compared the document with the customer file.' },
    reject: { decision: 'reject', reason: 'The document is not the person’s.' },
  })
  @Operation({
    id: 'decideAnyVerification',
    summary: 'Decide a review',
    description:
      'For `needs_review`. The decision holds for as long as the provider says the same; the reason is kept, encrypted, and told to nobody.',
    body: true,
    problems: ['not_found', 'erased', 'invalid_transition', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiOkResponse({
    type: AdminVerificationView,
    description: 'The verification, decided.',
    example: EXAMPLE,
  })
  async decide(
    @Actor() actor: string,
    @IdParam('ver') id: string,
    @Body() { decision, reason }: DecisionBody,
  ): Promise<Plain<AdminVerificationView>> {
    const scope = await this.directory.scopeOf(actor, id);
    return toAdminVerificationView(await this.verifications.decide(scope, id, { decision, reason }));
  }

  @Post('refresh')
  @HttpCode(200)
  @ApiParam(ID)
  @NoBody()
  @AdminOnly('admin')
  @Idempotent()
  @Operation({
    id: 'refreshAnyVerification',
    summary: 'Read the provider now',
    description:
      'By an authenticated read, whose answer is applied before this one is given. When the provider fails, the verification stays as it is and the answer is a problem.',
    body: true,
    problems: [
      'not_found',
      'erased',
      'provider_not_configured',
      'invalid_transition',
      ...PROVIDER_PROBLEMS,
      ...IDEMPOTENCY_PROBLEMS,
    ],
  })
  @ApiOkResponse({
    type: AdminVerificationView,
    description: 'The verification after the read.',
    example: EXAMPLE,
  })
  async refresh(@Actor() actor: string, @IdParam('ver') id: string): Promise<Plain<AdminVerificationView>> {
    const scope = await this.directory.scopeOf(actor, id);
    return toAdminVerificationView(await this.verifications.refresh(scope, id));
  }
}
