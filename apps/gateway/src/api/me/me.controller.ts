import {
  capabilitiesOf,
  CAPABILITIES,
  CHECKS,
  DOCUMENT_TYPES,
  Problem,
  type Provider,
  ProviderRegistry,
} from '@gatehouse/contract';
import { type Environment, ENVIRONMENTS, RoutingService, SCOPES, TenantService } from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';

import { AnyTenantKey, CallerKey, type TenantPrincipal } from '../../http/access.js';
import { Operation } from '../../http/openapi/operation.decorator.js';
import { type Plain } from '../../http/plain.js';

class OwnTenantView {
  @ApiProperty({ example: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x' })
  id!: string;

  @ApiProperty({ example: 'Example Bank' })
  name!: string;
}

export class SupportsView {
  @ApiProperty({ enum: CHECKS, enumName: 'Check', isArray: true, description: 'What `checks` may name.' })
  checks!: string[];

  @ApiProperty({
    enum: DOCUMENT_TYPES,
    enumName: 'DocumentType',
    isArray: true,
    description: 'What `documentTypes` may name; empty: the provider decides.',
  })
  documentTypes!: string[];

  @ApiProperty({
    enum: ['email', 'phone'],
    isArray: true,
    description: 'One of these members of `subject` is needed.',
  })
  contacts!: string[];
}

export class MeView {
  @ApiProperty({ type: OwnTenantView })
  tenant!: OwnTenantView;

  @ApiProperty({ enum: ENVIRONMENTS })
  environment!: string;

  @ApiProperty({ example: 'key_01kahn4r5sf1trr9gy5vqd2s0x' })
  keyId!: string;

  @ApiProperty({ enum: SCOPES, enumName: 'Scope', isArray: true })
  scopes!: string[];

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'sentinel',
    description: 'The provider that new verifications go to now; null while no policy is set.',
  })
  provider!: string | null;

  @ApiProperty({
    enum: CAPABILITIES,
    isArray: true,
    description: 'What that provider can do beyond begin and read.',
  })
  capabilities!: string[];

  @ApiProperty({
    type: SupportsView,
    nullable: true,
    description:
      'What a new verification may ask of that provider: other checks or document types are `capability_unsupported`.',
  })
  supports!: SupportsView | null;
}

const EXAMPLE: Plain<MeView> = {
  tenant: { id: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x', name: 'Example Bank' },
  environment: 'test',
  keyId: 'key_01kahn4r5sf1trr9gy5vqd2s0x',
  scopes: ['verifications:read', 'verifications:write'],
  provider: 'sentinel',
  capabilities: ['resume', 'receive', 'renewLink', 'check'],
  supports: {
    checks: ['profile', 'document', 'liveness'],
    documentTypes: ['passport', 'emirates_id'],
    contacts: ['email', 'phone'],
  },
};

@ApiTags('Me')
@Controller('v1/me')
export class MeController {
  constructor(
    private readonly tenants: TenantService,
    private readonly routing: RoutingService,
    private readonly providers: ProviderRegistry,
  ) {}

  @Get()
  @AnyTenantKey()
  @Operation({
    id: 'getMe',
    summary: 'What this key is good for',
    description:
      'A cheap call to try a key with: its tenant, environment and scopes, and what the provider in use can do.',
  })
  @ApiOkResponse({ type: MeView, description: 'The key, and what it reaches.', example: EXAMPLE })
  async me(@CallerKey() key: TenantPrincipal): Promise<Plain<MeView>> {
    const [tenant, provider] = await Promise.all([
      this.tenants.get(key.tenantId),
      this.#providerInUse(key.tenantId, key.environment),
    ]);
    const adapter = provider === null ? undefined : this.providers.get(provider);
    return {
      tenant: { id: toTypeId('tnt', tenant.id), name: tenant.name },
      environment: key.environment,
      keyId: toTypeId('key', key.keyId),
      scopes: [...key.scopes],
      provider,
      capabilities: adapter === undefined ? [] : [...capabilitiesOf(adapter)],
      supports: adapter === undefined ? null : toSupportsView(adapter),
    };
  }

  async #providerInUse(tenantId: string, environment: Environment): Promise<string | null> {
    try {
      return (await this.routing.get({ tenantId, environment })).policy.policy.provider;
    } catch (error) {
      if (error instanceof Problem && error.code === 'not_found') return null;
      throw error;
    }
  }
}

export function toSupportsView({ supports }: Provider): Plain<SupportsView> {
  return {
    checks: [...supports.checks],
    documentTypes: [...supports.documentTypes],
    contacts: [...supports.contacts],
  };
}
