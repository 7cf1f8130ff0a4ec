import { capabilitiesOf, type Provider, ProviderRegistry } from '@gatehouse/contract';
import {
  ProviderHealth,
  ProviderOutcomeQueries,
  type ProviderReadLag,
  ReadLagQueries,
} from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';

import { toSupportsView } from '../../api/me/me.controller.js';
import { AdminOnly } from '../../http/access.js';
import { NoParameters } from '../../http/no-parameters.js';
import { Operation } from '../../http/openapi/operation.decorator.js';
import { type Plain } from '../../http/plain.js';
import { toCallSummaryView } from '../call-summary.view.js';
import { PROVIDERS_EXAMPLE, ProvidersView, type ProviderView, type ReadLagView } from './provider.view.js';

@ApiTags('Providers')
@Controller('admin/v1/providers')
export class ProvidersController {
  constructor(
    private readonly providers: ProviderRegistry,
    private readonly health: ProviderHealth,
    private readonly outcomes: ProviderOutcomeQueries,
    private readonly readLag: ReadLagQueries,
  ) {}

  @Get()
  @NoParameters()
  @AdminOnly('admin', 'support', 'approver')
  @Operation({
    id: 'listProviders',
    summary: 'The providers of this deployment, what each can do, and what a connection needs',
    description:
      'With the JSON Schemas of the credentials and settings, from which a form can be drawn, and how each provider has been doing.',
    problems: ['validation_failed'],
  })
  @ApiOkResponse({ type: ProvidersView, description: 'All of them.', example: PROVIDERS_EXAMPLE })
  async list(): Promise<Plain<ProvidersView>> {
    const lags = await this.readLag.byProvider();
    const providers = this.providers.all();
    return {
      data: await Promise.all(providers.map((provider) => this.#view(provider, lags.get(provider.name)))),
    };
  }

  /** Read off the adapter itself: its optional members are the capabilities, its own schemas the connection's form. */
  async #view(provider: Provider, lag: ProviderReadLag | undefined): Promise<Plain<ProviderView>> {
    const summary = this.health.summary(provider.name);
    return {
      outcomes: await this.outcomes.of(provider.name),
      readLag: toReadLagView(lag),
      health: { ...toCallSummaryView(summary), openConnections: summary.openConnections },
      name: provider.name,
      title: provider.title,
      capabilities: [...capabilitiesOf(provider)],
      supports: toSupportsView(provider),
      connection: {
        credentials: { ...provider.credentials.jsonSchema },
        settings: { ...provider.settings.jsonSchema },
      },
    };
  }
}

function toReadLagView(lag: ProviderReadLag | undefined): Plain<ReadLagView> {
  if (lag === undefined) return { due: 0, oldestSeconds: null, connections: [] };
  return {
    due: lag.due,
    oldestSeconds: lag.oldestSeconds,
    connections: lag.connections.map(({ tenantId, connectionId, due, oldestSeconds }) => ({
      tenantId: toTypeId('tnt', tenantId),
      connectionId: toTypeId('con', connectionId),
      due,
      oldestSeconds,
    })),
  };
}
