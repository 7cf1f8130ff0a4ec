import { LIST_PAGE_SIZES } from '@gatehouse/contract';
import { PeopleService, type TenantScope } from '@gatehouse/core';
import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';

import { Caller, RequireScope } from '../../http/access.js';
import { JsonBody } from '../../http/body.js';
import { Operation, PROVIDER_PROBLEMS } from '../../http/openapi/operation.decorator.js';
import { type Plain } from '../../http/plain.js';
import { toContacts } from '../verifications/verification.input.js';
import { LOOKUP_EXAMPLES, LookupBody, ProviderCustomersQuery } from './people.dto.js';
import { toLookupView, toProviderCustomersView } from './people.mapper.js';
import {
  LOOKUP_EXAMPLE,
  LookupView,
  PROVIDER_CUSTOMERS_EXAMPLE,
  ProviderCustomersView,
} from './people.view.js';

/** What providers hold on people, whoever had them verified. */
@ApiTags('People')
@Controller('v1')
export class PeopleController {
  constructor(private readonly people: PeopleService) {}

  @Post('lookups')
  @HttpCode(200)
  @RequireScope('identity:read')
  @JsonBody(LookupBody, LOOKUP_EXAMPLES)
  @Operation({
    id: 'lookUpPerson',
    summary: 'What a provider itself holds on a person now',
    description:
      'By e-mail address first, then by phone number; an answer about anybody else counts as none. Each look is recorded.',
    body: true,
    problems: ['not_found', 'capability_unsupported', 'provider_not_configured', ...PROVIDER_PROBLEMS],
  })
  @ApiOkResponse({ type: LookupView, description: 'The person.', example: LOOKUP_EXAMPLE })
  async lookUp(@Caller() scope: TenantScope, @Body() body: LookupBody): Promise<Plain<LookupView>> {
    return toLookupView(await this.people.lookUp(scope, toContacts(body), body.provider ?? null));
  }

  @Get('provider-customers')
  @RequireScope('identity:read')
  @Operation({
    id: 'listProviderCustomers',
    summary: 'One page of everybody a provider holds',
    description: 'As the provider lists them, page by page; its list can shift between two pages.',
    problems: [
      'capability_unsupported',
      'provider_not_configured',
      'validation_failed',
      ...PROVIDER_PROBLEMS,
    ],
  })
  @ApiOkResponse({
    type: ProviderCustomersView,
    description: 'One page.',
    example: PROVIDER_CUSTOMERS_EXAMPLE,
  })
  async list(
    @Caller() scope: TenantScope,
    @Query() query: ProviderCustomersQuery,
  ): Promise<Plain<ProviderCustomersView>> {
    const pageSize = LIST_PAGE_SIZES.find((size) => size.toString() === query.pageSize) ?? 50;
    const request = { page: Number(query.page ?? 1), pageSize, sortBy: query.sortBy ?? 'updatedAt' } as const;
    return toProviderCustomersView(await this.people.list(scope, request, query.provider ?? null));
  }
}
