import { type ApiKey, ApiKeyService, TenantService } from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';
import { Body, Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';

import { Actor, AdminOnly } from '../../http/access.js';
import { OptionalBody } from '../../http/body.js';
import { Operation } from '../../http/openapi/operation.decorator.js';
import { IdParam } from '../../http/type-id.pipe.js';
import {
  ApiKeyListView,
  type ApiKeyView,
  CreateApiKeyBody,
  DEFAULT_OVERLAP_SECONDS,
  NewApiKeyView,
  RotateApiKeyBody,
} from './api-key.dto.js';
import { type Plain } from '../../http/plain.js';

const ID = { name: 'id', schema: { type: 'string' }, example: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x' } as const;
const KEY_ID = {
  name: 'keyId',
  schema: { type: 'string' },
  example: 'key_01kahn4r5sf1trr9gy5vqd2s0x',
} as const;

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
  @Operation({
    id: 'createApiKey',
    summary: 'Create a key',
    description: 'The answer is the only one that ever holds the key.',
    body: true,
    problems: ['not_found'],
  })
  @ApiCreatedResponse({ type: NewApiKeyView })
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
  @Operation({ id: 'listApiKeys', summary: 'List a tenant’s keys, newest first', problems: ['not_found'] })
  @ApiOkResponse({ type: ApiKeyListView })
  async list(@IdParam('tnt') tenantId: string): Promise<Plain<ApiKeyListView>> {
    // A tenant that does not exist is not the same as one without keys.
    await this.tenants.get(tenantId);
    return { data: (await this.apiKeys.list(tenantId)).map(toApiKeyView), nextCursor: null };
  }

  @Delete(':keyId')
  @HttpCode(204)
  @ApiParam(ID)
  @ApiParam(KEY_ID)
  @AdminOnly('admin')
  @Operation({ id: 'revokeApiKey', summary: 'Revoke a key, in force at once', problems: ['not_found'] })
  @ApiNoContentResponse()
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
  @OptionalBody()
  @AdminOnly('admin')
  @Operation({
    id: 'rotateApiKey',
    summary: 'Replace a key by a new one',
    description: 'Same name, environment and scopes. The old key goes on working for the overlap.',
    body: true,
    problems: ['not_found', 'conflict'],
  })
  @ApiCreatedResponse({ type: NewApiKeyView })
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
