import { Problem } from '@gatehouse/contract';
import { InboxService } from '@gatehouse/core';
import { fromTypeId } from '@gatehouse/platform';
import { Controller, HttpCode, Param, Post, Put, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiParam, ApiProperty, ApiTags } from '@nestjs/swagger';
import { type FastifyRequest } from 'fastify';

import { Public } from '../http/access.js';
import { RawBytes } from '../http/body.js';
import { Operation } from '../http/openapi/operation.decorator.js';
import { type Plain } from '../http/plain.js';

export class ReceivedView {
  @ApiProperty({ enum: [true] })
  received!: true;
}

class HookAddress {
  readonly provider!: string;
  readonly connectionId!: string;
  readonly token!: string;
}

const PROVIDER = { name: 'provider', schema: { type: 'string' }, example: 'dentity' } as const;
const CONNECTION = {
  name: 'connectionId',
  schema: { type: 'string' },
  example: 'con_01kahn4r5sf1trr9gy5vqd2s0x',
} as const;
const TOKEN = { name: 'token', schema: { type: 'string' } } as const;

const DESCRIPTION =
  'The exact URL is the `webhookUrl` of the connection. Authenticated by the provider’s own rule over the raw bytes; stored, then answered, then applied. A repeat is answered like the first.';

const PROBLEMS = ['not_found', 'unauthenticated', 'payload_too_large', 'webhook_not_configured'] as const;

/** Webhooks of providers. */
@ApiTags('Inbound')
@Controller('hooks/:provider/:connectionId/:token')
export class HooksController {
  constructor(private readonly inbox: InboxService) {}

  @Post()
  @HttpCode(200)
  @Public()
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
  @ApiBody({ schema: {}, description: 'Whatever the provider sends; at most 1 MiB.' })
  @ApiOkResponse({ type: ReceivedView })
  async post(@Param() address: HookAddress, @Req() request: FastifyRequest): Promise<Plain<ReceivedView>> {
    return this.#receive(address, request);
  }

  @Put()
  @Public()
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
  @ApiBody({ schema: {}, description: 'Whatever the provider sends; at most 1 MiB.' })
  @ApiOkResponse({ type: ReceivedView })
  async put(@Param() address: HookAddress, @Req() request: FastifyRequest): Promise<Plain<ReceivedView>> {
    return this.#receive(address, request);
  }

  async #receive(address: HookAddress, request: FastifyRequest): Promise<Plain<ReceivedView>> {
    const connectionId = fromTypeId('con', address.connectionId);
    if (connectionId === null) throw new Problem('not_found', 'There is no such webhook address.');
    await this.inbox.receive(
      { provider: address.provider, connectionId, token: address.token },
      { method: request.method, headers: request.headers, body: request.bodyBytes ?? Buffer.alloc(0) },
    );
    return { received: true };
  }
}
