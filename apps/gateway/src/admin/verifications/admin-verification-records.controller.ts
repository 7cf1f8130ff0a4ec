import {
  EvidencePacks,
  EvidenceService,
  LedgerReceipts,
  VerificationDirectory,
  VerificationService,
} from '@gatehouse/core';
import { Log, toTypeId } from '@gatehouse/platform';
import { Body, Controller, Get, HttpCode, Post, Res } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { type Readable } from 'node:stream';

import { IDENTITY_EXAMPLE } from '../../api/verifications/identity.example.js';
import { toIdentityView } from '../../api/verifications/identity.mapper.js';
import { IdentityView } from '../../api/verifications/identity.view.js';
import { toImagesView } from '../../api/verifications/image.mapper.js';
import { IMAGES_EXAMPLE, ImagesView } from '../../api/verifications/image.view.js';
import { RECEIPT_EXAMPLE, ReceiptView, toReceiptView } from '../../api/verifications/receipt.view.js';
import { Actor, AdminOnly } from '../../http/access.js';
import { JsonBody } from '../../http/body.js';
import { bytesOf, departureOf } from '../../http/byte-stream.js';
import { idParameter } from '../../http/openapi/id-parameter.js';
import { Operation, PROVIDER_PROBLEMS } from '../../http/openapi/operation.decorator.js';
import { type Plain } from '../../http/plain.js';
import { IdParam } from '../../http/type-id.pipe.js';
import { ViewReasonBody } from './admin-verification.dto.js';
import { toViewReason } from './admin-verification.input.js';
import { toEvidencePackView } from './evidence-pack.mapper.js';
import { EVIDENCE_PACK_EXAMPLE, EvidencePackView } from './evidence-pack.view.js';

const ID = idParameter('ver');
const BYTES = { type: 'string', format: 'binary' } as const;
const REASONS = {
  review: { purpose: 'review' },
  ticket: { purpose: 'other', ticket: 'OPS-1204' },
} as const;
const EVIDENCE_PROBLEMS = [
  'not_found',
  'erased',
  'evidence_lost',
  'capability_unsupported',
  'provider_not_configured',
  ...PROVIDER_PROBLEMS,
] as const;

/** What proves a verification, and whom it is about. An operator says why before it sees a person. */
@ApiTags('Verifications of all tenants')
@Controller('admin/v1/verifications/:id')
export class AdminVerificationRecordsController {
  constructor(
    private readonly directory: VerificationDirectory,
    private readonly verifications: VerificationService,
    private readonly evidence: EvidenceService,
    private readonly receipts: LedgerReceipts,
    private readonly packs: EvidencePacks,
    private readonly log: Log,
  ) {}

  @Get('receipt')
  @ApiParam(ID)
  @AdminOnly('admin', 'auditor')
  @Operation({
    id: 'getAnyVerificationReceipt',
    summary: 'Proof that the present status was written down',
    description:
      'As the tenant gets it: the ledger entry of the present status, its proof of inclusion, and the signed head of the tree. No personal data.',
    problems: ['not_found', 'conflict'],
  })
  @ApiOkResponse({ type: ReceiptView, description: 'The receipt.', example: RECEIPT_EXAMPLE })
  async receipt(@Actor() actor: string, @IdParam('ver') id: string): Promise<Plain<ReceiptView>> {
    const scope = await this.directory.scopeOf(actor, id);
    return toReceiptView(await this.receipts.of(scope, id, 'status'));
  }

  @Get('evidence-pack')
  @ApiParam(ID)
  @AdminOnly('admin', 'auditor')
  @Operation({
    id: 'getEvidencePack',
    summary: 'Everything that proves what became of a verification',
    description:
      'One document to take away: the facts, the explanation, every entry of the ledger about it with its proof of inclusion, the signed head that they lead to, the public keys, who has seen the person and why, and erasures with their certificates. No personal data. `tools/verify-ledger.mjs` verifies it offline. That it was taken is in the ledger; `conflict`, to be asked again, while the newest entry is not sealed yet.',
    problems: ['not_found', 'conflict'],
  })
  @ApiOkResponse({ type: EvidencePackView, description: 'The pack.', example: EVIDENCE_PACK_EXAMPLE })
  async pack(
    @Actor() actor: string,
    @IdParam('ver') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Plain<EvidencePackView>> {
    const scope = await this.directory.scopeOf(actor, id);
    const pack = toEvidencePackView(await this.packs.of(scope, id));
    void reply.header(
      'Content-Disposition',
      `attachment; filename="evidence-pack-${toTypeId('ver', id)}.json"`,
    );
    return pack;
  }

  @Post('identity')
  @HttpCode(200)
  @ApiParam(ID)
  @AdminOnly('admin', 'approver')
  @JsonBody(ViewReasonBody, REASONS)
  @Operation({
    id: 'viewAnyIdentity',
    summary: 'The person as the provider verified them',
    description:
      'Personal data in full. That you looked, what at, why and for which ticket is in the ledger, where the tenant and its auditors see it.',
    body: true,
    problems: ['not_found', 'erased'],
  })
  @ApiOkResponse({ type: IdentityView, description: 'The identity.', example: IDENTITY_EXAMPLE })
  async identity(
    @Actor() actor: string,
    @IdParam('ver') id: string,
    @Body() body: ViewReasonBody,
  ): Promise<Plain<IdentityView>> {
    const reason = toViewReason(body);
    const scope = await this.directory.scopeOf(actor, id);
    return toIdentityView(await this.verifications.identity(scope, id, reason));
  }

  @Post('images')
  @HttpCode(200)
  @ApiParam(ID)
  @AdminOnly('admin', 'approver')
  @JsonBody(ViewReasonBody, REASONS)
  @Operation({
    id: 'viewAnyImages',
    summary: 'Which images the provider has',
    description:
      'Asks the provider. Each image has an id under which its bytes can be had. Recorded, with the reason.',
    body: true,
    problems: EVIDENCE_PROBLEMS,
  })
  @ApiOkResponse({ type: ImagesView, description: 'The images.', example: IMAGES_EXAMPLE })
  async images(
    @Actor() actor: string,
    @IdParam('ver') id: string,
    @Body() body: ViewReasonBody,
  ): Promise<Plain<ImagesView>> {
    const reason = toViewReason(body);
    const scope = await this.directory.scopeOf(actor, id);
    return toImagesView(id, await this.evidence.images(scope, id, reason));
  }

  @Post('images/:imageId')
  @HttpCode(200)
  @ApiParam(ID)
  @ApiParam(idParameter('img', 'imageId'))
  @AdminOnly('admin', 'approver')
  @JsonBody(ViewReasonBody, REASONS)
  @Operation({
    id: 'viewAnyImage',
    summary: 'An image',
    description:
      'Streamed through from the provider; nothing is kept. Some providers have them for a minute only: 410 afterwards. Recorded, with the reason.',
    body: true,
    problems: EVIDENCE_PROBLEMS,
  })
  @ApiOkResponse({
    description: 'The bytes. A connection that ends early means that the provider broke off.',
    content: { 'image/*': { schema: BYTES }, 'application/octet-stream': { schema: BYTES } },
  })
  async image(
    @Actor() actor: string,
    @IdParam('ver') id: string,
    @IdParam('img', 'imageId') imageId: string,
    @Body() body: ViewReasonBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Readable> {
    const reason = toViewReason(body);
    const scope = await this.directory.scopeOf(actor, id);
    const request = { size: 'full', signal: departureOf(reply) } as const;
    const stream = await this.evidence.image(scope, id, imageId, request, reason);
    return bytesOf(stream, reply, this.log);
  }
}
