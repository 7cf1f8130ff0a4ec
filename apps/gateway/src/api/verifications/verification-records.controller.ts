import {
  EvidenceService,
  IdentityReceipts,
  LedgerReceipts,
  TenantService,
  type TenantScope,
  VerificationService,
} from '@gatehouse/core';
import { Log } from '@gatehouse/platform';
import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiParam, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { type Readable } from 'node:stream';

import { Caller, RequireScope } from '../../http/access.js';
import { bytesOf, departureOf } from '../../http/byte-stream.js';
import { NoParameters } from '../../http/no-parameters.js';
import { idParameter } from '../../http/openapi/id-parameter.js';
import { Operation, PROVIDER_PROBLEMS } from '../../http/openapi/operation.decorator.js';
import { PageQuery, pageRequest } from '../../http/paging.js';
import { type Plain } from '../../http/plain.js';
import { IdParam } from '../../http/type-id.pipe.js';
import { toEventPageView } from './event.mapper.js';
import { EVENT_PAGE_EXAMPLE, EventPageView } from './event.view.js';
import { IDENTITY_EXAMPLE } from './identity.example.js';
import { toIdentityView } from './identity.mapper.js';
import { IdentityView } from './identity.view.js';
import { toImagesView } from './image.mapper.js';
import { IMAGES_EXAMPLE, ImagesView } from './image.view.js';
import {
  IDENTITY_RECEIPT_EXAMPLE,
  IdentityReceiptView,
  RECEIPT_EXAMPLE,
  ReceiptView,
  toIdentityReceiptView,
  toReceiptView,
} from './receipt.view.js';
import { IdentityQuery, ImageQuery, ReportQuery } from './verification.dto.js';
import { frameOf, requireVerified, toVerifiedClaims } from './verified-claims.mapper.js';
import { VERIFIED_CLAIMS_EXAMPLE, VerifiedClaimsView } from './verified-claims.view.js';

const ID = idParameter('ver');
const BYTES = { type: 'string', format: 'binary' } as const;
const EVIDENCE_PROBLEMS = [
  'not_found',
  'erased',
  'evidence_lost',
  'capability_unsupported',
  'provider_not_configured',
  'validation_failed',
  ...PROVIDER_PROBLEMS,
] as const;

/** What is known of a verification: its history, the person, and the evidence. Every view of a person is recorded. */
@ApiTags('Verifications')
@Controller('v1/verifications/:id')
export class VerificationRecordsController {
  constructor(
    private readonly verifications: VerificationService,
    private readonly evidence: EvidenceService,
    private readonly tenants: TenantService,
    private readonly receipts: LedgerReceipts,
    private readonly identityReceipts: IdentityReceipts,
    private readonly log: Log,
  ) {}

  @Get('receipt')
  @ApiParam(ID)
  @RequireScope('verifications:read')
  @Operation({
    id: 'getVerificationReceipt',
    summary: 'Proof that the present status was written down',
    description:
      'The ledger entry of the present status, its proof of inclusion in the tenant’s Merkle tree (RFC 6962), and the signed head of that tree. Whoever has the key of `/.well-known/gatehouse-ledger-key` can verify it offline, without any software of ours: `tools/verify-ledger.mjs` is a hundred and some lines. It holds no personal data and stays valid, also after an erasure.',
    problems: ['not_found', 'conflict'],
  })
  @ApiOkResponse({ type: ReceiptView, description: 'The receipt.', example: RECEIPT_EXAMPLE })
  async receipt(@Caller() scope: TenantScope, @IdParam('ver') id: string): Promise<Plain<ReceiptView>> {
    return toReceiptView(await this.receipts.of(scope, id, 'status'));
  }

  @Get('identity/receipt')
  @ApiParam(ID)
  @RequireScope('identity:read')
  @Operation({
    id: 'getIdentityReceipt',
    summary: 'Proof of whom the provider verified',
    description:
      'The ledger holds a salted commitment to the identity, which says nothing to whoever lacks the salt. This is the entry with it, its proof of inclusion, and an `opening`: with the salt and the exact text anybody can see that it was this person. It is recorded as a view of the identity. After an erasure the salt is gone, and the entry proves nothing about anybody any more.',
    problems: ['not_found', 'erased', 'conflict'],
  })
  @ApiOkResponse({
    type: IdentityReceiptView,
    description: 'The receipt.',
    example: IDENTITY_RECEIPT_EXAMPLE,
  })
  async identityReceipt(
    @Caller() scope: TenantScope,
    @IdParam('ver') id: string,
  ): Promise<Plain<IdentityReceiptView>> {
    return toIdentityReceiptView(await this.identityReceipts.of(scope, id));
  }

  @Get('events')
  @ApiParam(ID)
  @RequireScope('verifications:read')
  @Operation({
    id: 'listVerificationEvents',
    summary: 'The timeline, newest first',
    description:
      'Every applied change and every signal that was set aside, with who or what caused it. No personal data.',
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

  @Get('identity')
  @ApiParam(ID)
  @RequireScope('identity:read')
  @Operation({
    id: 'getVerificationIdentity',
    summary: 'The person as the provider verified them',
    description:
      'Personal data in full. Each view is recorded. With `format=oidc4ida`, the verified claims of OpenID Identity Assurance: only for a verified person, and only under the trust framework that the tenant states.',
    problems: ['not_found', 'erased', 'trust_framework_not_configured', 'validation_failed'],
  })
  @ApiExtraModels(IdentityView, VerifiedClaimsView)
  @ApiOkResponse({
    description: 'The identity.',
    content: {
      'application/json': {
        schema: {
          oneOf: [{ $ref: getSchemaPath(IdentityView) }, { $ref: getSchemaPath(VerifiedClaimsView) }],
        },
        examples: {
          identity: { value: IDENTITY_EXAMPLE },
          oidc4ida: { value: VERIFIED_CLAIMS_EXAMPLE },
        },
      },
    },
  })
  async identity(
    @Caller() scope: TenantScope,
    @IdParam('ver') id: string,
    @Query() query: IdentityQuery,
  ): Promise<Plain<IdentityView> | Plain<VerifiedClaimsView>> {
    if (query.format == null) return toIdentityView(await this.verifications.identity(scope, id));
    const { settings } = await this.tenants.get(scope.tenantId);
    // Before anything is shown and recorded as shown.
    const frame = frameOf(settings);
    const verification = await this.verifications.get(scope, id);
    requireVerified(verification);
    return toVerifiedClaims(verification, await this.verifications.identity(scope, id), frame);
  }

  @Get('images')
  @NoParameters()
  @ApiParam(ID)
  @RequireScope('images:read')
  @Operation({
    id: 'listVerificationImages',
    summary: 'Which images the provider has',
    description: 'Asks the provider. Each image has an id under which its bytes can be had.',
    problems: EVIDENCE_PROBLEMS,
  })
  @ApiOkResponse({ type: ImagesView, description: 'The images.', example: IMAGES_EXAMPLE })
  async images(@Caller() scope: TenantScope, @IdParam('ver') id: string): Promise<Plain<ImagesView>> {
    return toImagesView(id, await this.evidence.images(scope, id));
  }

  @Get('images/:imageId')
  @ApiParam(ID)
  @ApiParam(idParameter('img', 'imageId'))
  @RequireScope('images:read')
  @Operation({
    id: 'getVerificationImage',
    summary: 'An image',
    description:
      'Streamed through from the provider; nothing is kept. Some providers have them for a minute only: 410 afterwards.',
    problems: EVIDENCE_PROBLEMS,
  })
  @ApiOkResponse({
    description: 'The bytes. A connection that ends early means that the provider broke off.',
    content: { 'image/*': { schema: BYTES }, 'application/octet-stream': { schema: BYTES } },
  })
  async image(
    @Caller() scope: TenantScope,
    @IdParam('ver') id: string,
    @IdParam('img', 'imageId') imageId: string,
    @Query() query: ImageQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Readable> {
    const size = query.size ?? 'full';
    const stream = await this.evidence.image(scope, id, imageId, { size, signal: departureOf(reply) });
    return bytesOf(stream, reply, this.log);
  }

  @Get('report')
  @ApiParam(ID)
  @RequireScope('images:read')
  @Operation({
    id: 'getVerificationReport',
    summary: 'The provider’s own report',
    description:
      'Streamed through, or from the archive where the tenant has reports kept. A provider may have it for a day only: 410 afterwards.',
    problems: EVIDENCE_PROBLEMS,
  })
  @ApiOkResponse({
    description: 'The PDF. A connection that ends early means that the provider broke off.',
    content: { 'application/pdf': { schema: BYTES } },
  })
  async report(
    @Caller() scope: TenantScope,
    @IdParam('ver') id: string,
    @Query() query: ReportQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Readable> {
    const confidences = query.confidences === 'true';
    const stream = await this.evidence.report(scope, id, { confidences, signal: departureOf(reply) });
    return bytesOf(stream, reply, this.log);
  }
}
