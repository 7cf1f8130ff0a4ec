import { type AdminKey, AdminKeyService } from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';
import { Body, Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';

import { Actor, AdminOnly } from '../../http/access.js';
import { JsonBody, NoBody } from '../../http/body.js';
import { Idempotent } from '../../http/idempotency.interceptor.js';
import { idParameter } from '../../http/openapi/id-parameter.js';
import { IDEMPOTENCY_PROBLEMS, Operation } from '../../http/openapi/operation.decorator.js';
import { type Plain } from '../../http/plain.js';
import { IdParam } from '../../http/type-id.pipe.js';
import {
  ADMIN_KEY_EXAMPLE,
  AdminKeyListView,
  type AdminKeyView,
  CreateAdminKeyBody,
  NEW_ADMIN_KEY_EXAMPLE,
  NewAdminKeyView,
} from './admin-key.dto.js';

@ApiTags('Admin keys')
@Controller('admin/v1/admin-keys')
export class AdminKeysController {
  constructor(private readonly adminKeys: AdminKeyService) {}

  @Post()
  @AdminOnly('admin')
  @Idempotent()
  @JsonBody(CreateAdminKeyBody, { approver: { name: 'second pair of eyes', role: 'approver' } })
  @Operation({
    id: 'createAdminKey',
    summary: 'Create a key for an operator',
    description:
      'This answer, and its replay under the same idempotency key, are all that ever hold the key. One key for each operator: what is done is recorded by key.',
    body: true,
    problems: IDEMPOTENCY_PROBLEMS,
  })
  @ApiCreatedResponse({
    type: NewAdminKeyView,
    description: 'The new key.',
    example: NEW_ADMIN_KEY_EXAMPLE,
  })
  async create(@Actor() actor: string, @Body() body: CreateAdminKeyBody): Promise<Plain<NewAdminKeyView>> {
    const { name, role } = body;
    const { adminKey, key } = await this.adminKeys.create(actor, { name, role });
    return { ...toAdminKeyView(adminKey), key };
  }

  @Get()
  @AdminOnly('admin')
  @Operation({
    id: 'listAdminKeys',
    summary: 'List operators’ keys, newest first',
    description:
      'Never the keys themselves: their names, their roles, and the last characters to recognise them by.',
  })
  @ApiOkResponse({
    type: AdminKeyListView,
    description: 'All of them, those that are revoked included.',
    example: { data: [ADMIN_KEY_EXAMPLE], nextCursor: null },
  })
  async list(): Promise<Plain<AdminKeyListView>> {
    return { data: (await this.adminKeys.list()).map(toAdminKeyView), nextCursor: null };
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiParam(idParameter('adk'))
  @NoBody()
  @AdminOnly('admin')
  @Operation({
    id: 'revokeAdminKey',
    summary: 'Revoke an operator’s key, in force at once',
    description:
      'Refused for the last key with the role `admin`, and for the one that `ADMIN_API_KEY` configures: that would come back at the next start.',
    body: true,
    problems: ['not_found', 'conflict'],
  })
  @ApiNoContentResponse({ description: 'It is revoked.' })
  async revoke(@Actor() actor: string, @IdParam('adk') keyId: string): Promise<void> {
    await this.adminKeys.revoke(actor, keyId);
  }
}

function toAdminKeyView(adminKey: AdminKey): Plain<AdminKeyView> {
  return {
    id: toTypeId('adk', adminKey.id),
    name: adminKey.name,
    role: adminKey.role,
    hint: adminKey.hint,
    createdAt: adminKey.createdAt.toISOString(),
    revokedAt: adminKey.revokedAt?.toISOString() ?? null,
  };
}
