import { type ApiKey, ApiKeyService, TenantService } from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';
import { Body, Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';

import { Actor, AdminOnly } from '../../http/access.js';
import { JsonBody, NoBody, OptionalBody } from '../../http/body.js';
import { Idempotent } from '../../http/idempotency.interceptor.js';
import { idParameter } from '../../http/openapi/id-parameter.js';
import { IDEMPOTENCY_PROBLEMS, Operation } from '../../http/openapi/operation.decorator.js';
import { IdParam } from '../../http/type-id.pipe.js';
import {
  API_KEY_EXAMPLE,
  ApiKeyListView,
  type ApiKeyView,
  CreateApiKeyBody,
  DEFAULT_OVERLAP_SECONDS,
  NEW_API_KEY_EXAMPLE,
  NewApiKeyView,
  RotateApiKeyBody,
} from './api-key.dto.js';
import { type Plain } from '../../http/plain.js';

const ID = idParameter('tnt');
const KEY_ID = idParameter('key', 'keyId');

@ApiTags('API keys')
@Controller('admin/v1/tenants/:id/api-keys')
export class ApiKeysController {
  constructor(
    private readonly apiKeys: ApiKeyService,
    private readonly tenants: TenantService,
  ) {}

  @Post()
  @ApiParam(ID)
  @AdminOnly('admin')
  @Idempotent()
  @JsonBody(CreateApiKeyBody, {
    backend: { name: 'backend', environment: 'test', scopes: ['verifications:read', 'verifications:write'] },
  })
  @Operation({
    id: 'createApiKey',
    summary: 'Create a key',
    description:
      'This answer, and its replay under the same idempotency key, are all that ever hold the key.',
    body: true,
    problems: ['not_found', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiCreatedResponse({
    type: NewApiKeyView,
    description: 'The new key.',
    example: NEW_API_KEY_EXAMPLE,
  })
  async create(
    @Actor() actor: string,
    @IdParam('tnt') tenantId: string,
    @Body() body: CreateApiKeyBody,
  ): Promise<Plain<NewApiKeyView>> {
    const { name, environment, scopes } = body;
    const { apiKey, key } = await this.apiKeys.create(actor, tenantId, { name, environment, scopes });
    return { ...toApiKeyView(apiKey), key };
  }

  @Get()
  @ApiParam(ID)
  @AdminOnly('admin', 'support')
  @Operation({
    id: 'listApiKeys',
    summary: 'List a tenant’s keys, newest first',
    description:
      'Never the keys themselves: their names, what they may do, and the last characters to recognise them by.',
    problems: ['not_found'],
  })
  @ApiOkResponse({
    type: ApiKeyListView,
    description: 'All of them, those that are no longer in force included.',
    example: { data: [API_KEY_EXAMPLE], nextCursor: null },
  })
  async list(@IdParam('tnt') tenantId: string): Promise<Plain<ApiKeyListView>> {
    // A tenant that does not exist is not the same as one without keys.
    await this.tenants.get(tenantId);
    return { data: (await this.apiKeys.list(tenantId)).map(toApiKeyView), nextCursor: null };
  }

  @Delete(':keyId')
  @HttpCode(204)
  @ApiParam(ID)
  @ApiParam(KEY_ID)
  @NoBody()
  @AdminOnly('admin')
  @Operation({
    id: 'revokeApiKey',
    summary: 'Revoke a key',
    description:
      'For good: a revoked key is never put in force again. The process that answers refuses it from then on, all others within a second. Revoking it once more is answered the same.',
    body: true,
    problems: ['not_found'],
  })
  @ApiNoContentResponse({ description: 'It is revoked.' })
  async revoke(
    @Actor() actor: string,
    @IdParam('tnt') tenantId: string,
    @IdParam('key', 'keyId') keyId: string,
  ): Promise<void> {
    await this.apiKeys.revoke(actor, tenantId, keyId);
  }

  @Post(':keyId/rotate')
  @ApiParam(ID)
  @ApiParam(KEY_ID)
  @OptionalBody(RotateApiKeyBody, { hour: { overlapSeconds: 3600 } })
  @AdminOnly('admin')
  @Idempotent()
  @Operation({
    id: 'rotateApiKey',
    summary: 'Replace a key by a new one',
    description: 'Same name, environment and scopes. The old key goes on working for the overlap.',
    body: true,
    problems: ['not_found', 'conflict', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiCreatedResponse({
    type: NewApiKeyView,
    description: 'The new key.',
    example: NEW_API_KEY_EXAMPLE,
  })
  async rotate(
    @Actor() actor: string,
    @IdParam('tnt') tenantId: string,
    @IdParam('key', 'keyId') keyId: string,
    @Body() body: RotateApiKeyBody,
  ): Promise<Plain<NewApiKeyView>> {
    const overlap = body.overlapSeconds ?? DEFAULT_OVERLAP_SECONDS;
    const { apiKey, key } = await this.apiKeys.rotate(actor, tenantId, keyId, overlap);
    return { ...toApiKeyView(apiKey), key };
  }
}

function toApiKeyView(apiKey: ApiKey): Plain<ApiKeyView> {
  return {
    id: toTypeId('key', apiKey.id),
    name: apiKey.name,
    environment: apiKey.environment,
    scopes: [...apiKey.scopes],
    hint: apiKey.hint,
    createdAt: apiKey.createdAt.toISOString(),
    expiresAt: apiKey.expiresAt?.toISOString() ?? null,
    revokedAt: apiKey.revokedAt?.toISOString() ?? null,
  };
}
