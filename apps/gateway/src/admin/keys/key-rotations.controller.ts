import { KeyProgress, KeyRotationService } from '@gatehouse/core';
import { fromTypeId } from '@gatehouse/platform';
import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';

import { Actor, AdminOnly } from '../../http/access.js';
import { OptionalBody } from '../../http/body.js';
import { Idempotent } from '../../http/idempotency.interceptor.js';
import { idParameter } from '../../http/openapi/id-parameter.js';
import { IDEMPOTENCY_PROBLEMS, Operation } from '../../http/openapi/operation.decorator.js';
import { pageRequest } from '../../http/paging.js';
import { type Plain } from '../../http/plain.js';
import { IdParam } from '../../http/type-id.pipe.js';
import { KeyRotationsQuery, ROTATE_EXAMPLES, RotateKeysBody } from './key-rotation.dto.js';
import {
  BegunKeyRotationsView,
  KEY_ROTATION_EXAMPLE,
  KeyRotationPageView,
  KeyRotationView,
  MasterKeyProgressView,
  toKeyRotationView,
} from './key-rotation.view.js';

const SHOWN = 200;

/** Replacing keys. No key ever passes through here. */
@ApiTags('Keys')
@Controller('admin/v1/keys')
export class KeyRotationsController {
  constructor(
    private readonly rotations: KeyRotationService,
    private readonly progress: KeyProgress,
  ) {}

  @Get('master')
  @AdminOnly('admin', 'auditor')
  @Operation({
    id: 'getMasterKeyProgress',
    summary: 'How far the replacement of the master key is',
    description:
      'The master key is replaced by starting the gateway with another one beside it. `left` is how many keys are still under another: when it is 0, the old one is not needed any more.',
  })
  @ApiOkResponse({
    type: MasterKeyProgressView,
    description: 'The keys that are under the present master key, and those that are not yet.',
    example: { masterKeyId: 'local:8f3b2c1d9e0a4b5c', wrapped: 202, left: 0 },
  })
  async master(): Promise<Plain<MasterKeyProgressView>> {
    return this.progress.masterKey();
  }

  @Post('rotate')
  @HttpCode(202)
  @OptionalBody(RotateKeysBody, ROTATE_EXAMPLES)
  @AdminOnly('admin')
  @Idempotent()
  @Operation({
    id: 'rotateKeys',
    summary: 'Replace the keys of a tenant, or of all of them',
    description:
      'In the background; everything stays readable and writable throughout. One at a time for each tenant: where all are asked for, those of which one is running are left out.',
    body: true,
    problems: ['not_found', 'conflict', ...IDEMPOTENCY_PROBLEMS],
  })
  @ApiAcceptedResponse({
    type: BegunKeyRotationsView,
    description: 'What has begun.',
    example: { begun: 1, data: [KEY_ROTATION_EXAMPLE] },
  })
  async rotate(@Actor() actor: string, @Body() body: RotateKeysBody): Promise<Plain<BegunKeyRotationsView>> {
    const level = body.level ?? 'tenant';
    const tenantId = body.tenantId == null ? null : fromTypeId('tnt', body.tenantId);
    const begun =
      tenantId === null
        ? await this.rotations.beginAll(actor, level)
        : [await this.rotations.begin(actor, tenantId, level)];
    return { begun: begun.length, data: begun.slice(0, SHOWN).map(toKeyRotationView) };
  }

  @Get('rotations')
  @AdminOnly('admin', 'auditor')
  @Operation({
    id: 'listKeyRotations',
    summary: 'List rotations of keys, newest first',
    description: 'With their progress.',
    problems: ['validation_failed'],
  })
  @ApiOkResponse({
    type: KeyRotationPageView,
    description: 'One page.',
    example: { data: [KEY_ROTATION_EXAMPLE], nextCursor: null },
  })
  async list(@Query() query: KeyRotationsQuery): Promise<Plain<KeyRotationPageView>> {
    const tenantId = query.tenantId == null ? null : fromTypeId('tnt', query.tenantId);
    const page = await this.rotations.list(tenantId, pageRequest(query));
    return { data: page.data.map(toKeyRotationView), nextCursor: page.nextCursor };
  }

  @Get('rotations/:id')
  @ApiParam(idParameter('rot'))
  @AdminOnly('admin', 'auditor')
  @Operation({
    id: 'getKeyRotation',
    summary: 'How a rotation of keys stands',
    description: 'It goes on in the background; `phase` and `progress` say how far it is.',
    problems: ['not_found'],
  })
  @ApiOkResponse({ type: KeyRotationView, description: 'The rotation.', example: KEY_ROTATION_EXAMPLE })
  async get(@IdParam('rot') id: string): Promise<Plain<KeyRotationView>> {
    return toKeyRotationView(await this.rotations.get(id));
  }
}
