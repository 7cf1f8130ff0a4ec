import { type IdempotencyClaim, type TenantScope, VerificationService } from '@gatehouse/core';
import { Body, Controller, HttpCode, Patch, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';

import { Caller, RequireScope } from '../../http/access.js';
import { JsonBody, NoBody } from '../../http/body.js';
import { Claim, Idempotent } from '../../http/idempotency.interceptor.js';
import { idParameter } from '../../http/openapi/id-parameter.js';
import {
  IDEMPOTENCY_PROBLEMS,
  Operation,
  PROVIDER_PROBLEMS,
} from '../../http/openapi/operation.decorator.js';
import { type Plain } from '../../http/plain.js';
import { IdParam } from '../../http/type-id.pipe.js';
import { CorrectContactBody, DecisionBody } from './verification.dto.js';
import {
  CANCELED_EXAMPLE,
  RETRIED_EXAMPLE,
  VERIFICATION_EXAMPLE,
  VERIFIED_EXAMPLE,
} from './verification.example.js';
import { toContacts } from './verification.input.js';
import { toVerificationView } from './verification.mapper.js';
import { VerificationView } from './verification.view.js';

const ID = idParameter('ver');

/** What a caller does with a verification after it has begun. */
@ApiTags('Verifications')
@Controller('v1/verifications/:id')
export class VerificationStepsController {
  constructor(private readonly verifications: VerificationService) {}

  @Post('refresh')
  @HttpCode(200)
  @ApiParam(ID)
  @NoBody()
  @RequireScope('verifications:write')
  @Idempotent()
  @Operation({
    id: 'refreshVerification',
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
    type: VerificationView,
    description: 'The verification after the read.',
    example: VERIFIED_EXAMPLE,
  })
  async refresh(@Caller() scope: TenantScope, @IdParam('ver') id: string): Promise<Plain<VerificationView>> {
    return toVerificationView(await this.verifications.refresh(scope, id));
  }

  @Post('cancel')
  @HttpCode(200)
  @ApiParam(ID)
  @NoBody()
  @RequireScope('verifications:write')
  @Idempotent()
  @Operation({
    id: 'cancelVerification',
    summary: 'Call a verification off',
    description: 'As long as it is not over. What the provider says later no longer moves it.',
    body: true,
    problems: ['not_found', 'erased', 'invalid_transition', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiOkResponse({
    type: VerificationView,
    description: 'The verification, called off.',
    example: CANCELED_EXAMPLE,
  })
  async cancel(@Caller() scope: TenantScope, @IdParam('ver') id: string): Promise<Plain<VerificationView>> {
    return toVerificationView(await this.verifications.cancel(scope, id));
  }

  @Post('link')
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
      'erased',
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

  @Post('retry')
  @ApiParam(ID)
  @NoBody()
  @RequireScope('verifications:write')
  @Idempotent()
  @Operation({
    id: 'retryVerification',
    summary: 'Begin again for the same person',
    description:
      'A new verification with the same request, by today’s policy, linked by `previousVerificationId`. For one that has come to an end, or failed.',
    body: true,
    problems: [
      'not_found',
      'erased',
      'invalid_transition',
      'capability_unsupported',
      'provider_not_configured',
      ...PROVIDER_PROBLEMS,
      ...IDEMPOTENCY_PROBLEMS,
    ],
  })
  @ApiCreatedResponse({
    type: VerificationView,
    description: 'The new verification, begun.',
    example: RETRIED_EXAMPLE,
  })
  async retry(
    @Caller() scope: TenantScope,
    @IdParam('ver') id: string,
    @Claim() claim: IdempotencyClaim | null,
  ): Promise<Plain<VerificationView>> {
    return toVerificationView(await this.verifications.retry(scope, id, claim));
  }

  @Post('decision')
  @HttpCode(200)
  @ApiParam(ID)
  @RequireScope('reviews:write')
  @Idempotent()
  @JsonBody(DecisionBody, {
    approve: { decision: 'approve', reason: 'Compared the document with the customer file.' },
    reject: { decision: 'reject', reason: 'The document is not the person’s.' },
  })
  @Operation({
    id: 'decideVerification',
    summary: 'Decide a review',
    description:
      'For `needs_review`. The decision holds for as long as the provider says the same; the reason is kept, encrypted, and told to nobody.',
    body: true,
    problems: ['not_found', 'erased', 'invalid_transition', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiOkResponse({
    type: VerificationView,
    description: 'The verification, decided.',
    example: VERIFIED_EXAMPLE,
  })
  async decide(
    @Caller() scope: TenantScope,
    @IdParam('ver') id: string,
    @Body() body: DecisionBody,
  ): Promise<Plain<VerificationView>> {
    const { decision, reason } = body;
    return toVerificationView(await this.verifications.decide(scope, id, { decision, reason }));
  }

  @Patch('contact')
  @ApiParam(ID)
  @RequireScope('verifications:write')
  @Idempotent()
  @JsonBody(CorrectContactBody, { phone: { phone: '+971501234543' } })
  @Operation({
    id: 'correctVerificationContact',
    summary: 'Correct the person’s e-mail address or phone number at the provider',
    description:
      'Where the provider has a call for it. What belongs to somebody else there is `contact_in_use`.',
    body: true,
    problems: [
      'not_found',
      'erased',
      'invalid_transition',
      'capability_unsupported',
      'provider_not_configured',
      ...PROVIDER_PROBLEMS,
      ...IDEMPOTENCY_PROBLEMS,
    ],
  })
  @ApiOkResponse({
    type: VerificationView,
    description: 'The verification with the corrected contact.',
    example: VERIFICATION_EXAMPLE,
  })
  async correctContact(
    @Caller() scope: TenantScope,
    @IdParam('ver') id: string,
    @Body() body: CorrectContactBody,
  ): Promise<Plain<VerificationView>> {
    return toVerificationView(await this.verifications.correctContact(scope, id, toContacts(body)));
  }
}
