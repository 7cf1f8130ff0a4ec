import { Problem, WebhookRefusal } from '@gatehouse/contract';
import { InboxService } from '@gatehouse/core';
import { fromTypeId } from '@gatehouse/platform';
import { Controller, HttpCode, Param, Post, Put, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiParam, ApiProperty, ApiTags } from '@nestjs/swagger';
import { type FastifyRequest } from 'fastify';

import { Public } from '../http/access.js';
import { RawBytes } from '../http/body.js';
import { isJson } from '../http/json-body.js';
import { idParameter } from '../http/openapi/id-parameter.js';
import { Operation } from '../http/openapi/operation.decorator.js';
import { type Plain } from '../http/plain.js';
import { Load } from '../http/route-config.js';

export class ReceivedView {
  @ApiProperty({ enum: [true] })
  received!: true;
}

class HookAddress {
  readonly provider!: string;
  readonly connectionId!: string;
  readonly token!: string;
}

const PROVIDER = {
  name: 'provider',
  schema: { type: 'string', pattern: '^[a-z][a-z0-9_]{0,31}$' },
  example: 'dentity',
  description: 'The provider’s name.',
} as const;
const CONNECTION = idParameter('con', 'connectionId');
const TOKEN = {
  name: 'token',
  schema: { type: 'string' },
  example: 'a-token',
  description: 'This connection’s own.',
} as const;
const BODY = {
  schema: {},
  description: 'Whatever the provider sends; at most 1 MiB.',
  examples: { dentity: { value: { _id: '6650f0c2a7d1', status: 'COMPLETED' } } },
} as const;

const DESCRIPTION =
  'The exact URL is the `webhookUrl` of the connection. Authenticated by the provider’s own rule over the raw bytes; stored, then answered, then applied. A repeat is answered like the first.';

const PROBLEMS = [
  'malformed_json',
  'unauthenticated',
  'not_found',
  'payload_too_large',
  'webhook_not_configured',
] as const;

/** Webhooks of providers. */
@ApiTags('Inbound')
@Controller('hooks/:provider/:connectionId/:token')
export class HooksController {
  constructor(private readonly inbox: InboxService) {}

  @Post()
  @HttpCode(200)
  @Public()
  @Load('vital')
  @RawBytes()
  @ApiParam(PROVIDER)
  @ApiParam(CONNECTION)
  @ApiParam(TOKEN)
  @Operation({
    id: 'receiveWebhook',
    summary: 'A provider’s webhook',
    description: DESCRIPTION,
    problems: PROBLEMS,
  })
  @ApiConsumes('application/json')
  @ApiBody(BODY)
  @ApiOkResponse({ type: ReceivedView, description: 'It is stored.', example: { received: true } })
  async post(@Param() address: HookAddress, @Req() request: FastifyRequest): Promise<Plain<ReceivedView>> {
    return this.#receive(address, request);
  }

  @Put()
  @Public()
  @Load('vital')
  @RawBytes()
  @ApiParam(PROVIDER)
  @ApiParam(CONNECTION)
  @ApiParam(TOKEN)
  @Operation({
    id: 'receivePutWebhook',
    summary: 'A provider’s webhook',
    description: DESCRIPTION,
    problems: PROBLEMS,
  })
  @ApiConsumes('application/json')
  @ApiBody(BODY)
  @ApiOkResponse({ type: ReceivedView, description: 'It is stored.', example: { received: true } })
  async put(@Param() address: HookAddress, @Req() request: FastifyRequest): Promise<Plain<ReceivedView>> {
    return this.#receive(address, request);
  }

  async #receive(address: HookAddress, request: FastifyRequest): Promise<Plain<ReceivedView>> {
    const connectionId = fromTypeId('con', address.connectionId);
    if (connectionId === null) throw new Problem('not_found', 'There is no such webhook address.');
    const body = request.bodyBytes ?? Buffer.alloc(0);
    try {
      await this.inbox.receive(
        { provider: address.provider, connectionId, token: address.token },
        { method: request.method, headers: request.headers, body },
      );
    } catch (error) {
      if (!(error instanceof WebhookRefusal) || error.kind !== 'malformed' || isJson(body)) throw error;
      throw new Problem('malformed_json', 'The webhook cannot be read as JSON in UTF-8.', { cause: error });
    }
    return { received: true };
  }
}
