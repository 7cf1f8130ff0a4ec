import { capabilitiesOf, type Provider, ProviderRegistry } from '@gatehouse/contract';
import { ProviderHealth, ProviderOutcomeQueries } from '@gatehouse/core';
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';

import { toSupportsView } from '../../api/me/me.controller.js';
import { AdminOnly } from '../../http/access.js';
import { NoParameters } from '../../http/no-parameters.js';
import { Operation } from '../../http/openapi/operation.decorator.js';
import { type Plain } from '../../http/plain.js';
import { toCallSummaryView } from '../call-summary.view.js';
import { PROVIDERS_EXAMPLE, ProvidersView, type ProviderView } from './provider.view.js';

@ApiTags('Providers')
@Controller('admin/v1/providers')
export class ProvidersController {
  constructor(
    private readonly providers: ProviderRegistry,
    private readonly health: ProviderHealth,
    private readonly outcomes: ProviderOutcomeQueries,
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
    return { data: await Promise.all(this.providers.all().map((provider) => this.#view(provider))) };
  }

  /** Read off the adapter itself: its optional members are the capabilities, its own schemas the connection's form. */
  async #view(provider: Provider): Promise<Plain<ProviderView>> {
    const summary = this.health.summary(provider.name);
    return {
      outcomes: await this.outcomes.of(provider.name),
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
