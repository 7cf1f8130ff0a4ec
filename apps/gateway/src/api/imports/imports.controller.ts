import { type IdempotencyClaim, type Import, ImportService, type TenantScope } from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';
import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';

import { Caller, RequireScope } from '../../http/access.js';
import { OptionalBody } from '../../http/body.js';
import { Claim, Idempotent } from '../../http/idempotency.interceptor.js';
import { idParameter } from '../../http/openapi/id-parameter.js';
import { IDEMPOTENCY_PROBLEMS, Operation } from '../../http/openapi/operation.decorator.js';
import { type Plain } from '../../http/plain.js';
import { IdParam } from '../../http/type-id.pipe.js';
import { BEGIN_EXAMPLES, BeginImportBody } from './import.dto.js';
import { IMPORT_EXAMPLE, ImportView } from './import.view.js';

/** Adopting what a provider already holds. */
@ApiTags('Imports')
@Controller('v1/imports')
export class ImportsController {
  constructor(private readonly imports: ImportService) {}

  @Post()
  @HttpCode(202)
  @OptionalBody(BeginImportBody, BEGIN_EXAMPLES)
  @RequireScope('verifications:write')
  @Idempotent()
  @Operation({
    id: 'beginImport',
    summary: 'Adopt everybody whom a provider already holds',
    description:
      'In the background, as verifications with `importId`, once each: repeating an import adopts only who is new. One at a time for each connection.',
    body: true,
    problems: ['conflict', 'capability_unsupported', 'provider_not_configured', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiAcceptedResponse({ type: ImportView, description: 'It has begun.', example: IMPORT_EXAMPLE })
  async begin(
    @Caller() scope: TenantScope,
    @Body() body: BeginImportBody,
    @Claim() claim: IdempotencyClaim | null,
  ): Promise<Plain<ImportView>> {
    return toImportView(await this.imports.begin(scope, body.provider ?? null, claim));
  }

  @Get(':id')
  @ApiParam(idParameter('imp'))
  @RequireScope('verifications:write')
  @Operation({
    id: 'getImport',
    summary: 'How an import stands',
    description: 'It goes on in the background; `status` and the counts say how far it is.',
    problems: ['not_found'],
  })
  @ApiOkResponse({ type: ImportView, description: 'The import.', example: IMPORT_EXAMPLE })
  async get(@Caller() scope: TenantScope, @IdParam('imp') id: string): Promise<Plain<ImportView>> {
    return toImportView(await this.imports.get(scope, id));
  }
}

function toImportView(found: Import): Plain<ImportView> {
  return {
    object: 'import',
    id: toTypeId('imp', found.id),
    provider: found.provider,
    status: found.state,
    total: found.total,
    seen: found.seen,
    adopted: found.adopted,
    known: found.known,
    pass: found.pass,
    failure: found.failure,
    createdAt: found.createdAt.toISOString(),
    updatedAt: found.updatedAt.toISOString(),
    completedAt: found.completedAt === null ? null : found.completedAt.toISOString(),
  };
}
