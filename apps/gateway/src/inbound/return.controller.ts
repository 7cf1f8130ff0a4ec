import { Problem } from '@gatehouse/contract';
import { ReturnService } from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';
import { Controller, Get, Headers, HttpStatus, Param, Res } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';

import { Public } from '../http/access.js';
import { htmlPage, PAGE_POLICY, wantsHtml } from '../http/html.js';
import { Operation } from '../http/openapi/operation.decorator.js';
import { problemContent } from '../http/problems/problems.decorator.js';
import { Load } from '../http/route-config.js';
import { withVerificationId } from './return-location.js';

const THANKS = htmlPage(
  'Thank you',
  '<p>That is all for now. You can close this page and go back to where you came from.</p>',
);
const UNKNOWN = htmlPage(
  'This link does not work',
  '<p>It may be incomplete. Go back to the app or the website that sent you here, and start from there.</p>',
);

/** Where providers send the browser back to. A hint: it starts a read of the provider and decides nothing. */
@ApiTags('Inbound')
@Controller('return')
export class ReturnController {
  constructor(private readonly returns: ReturnService) {}

  @Get(':token')
  @Public()
  @Load('vital')
  @ApiParam({
    name: 'token',
    schema: { type: 'string' },
    example: 'a-token',
    description: 'Of one verification.',
  })
  // Above @Operation, whose 404 would else stand in its place.
  @ApiResponse({
    status: 404,
    description: 'There is no such link. A browser gets a page that says so.',
    content: { ...problemContent('not_found'), 'text/html': { schema: { type: 'string' } } },
  })
  @Operation({
    id: 'returnFromProvider',
    summary: 'The person’s browser comes back from the provider',
    description:
      'Goes on to the caller’s `redirectUrl` with `verificationId` appended, or to a page of ours; where there was nothing to share, back to the provider, to be asked for everything.',
    problems: ['not_found'],
  })
  @ApiOkResponse({
    description: 'No `redirectUrl` was given.',
    content: { 'text/html': { schema: { type: 'string' } } },
  })
  @ApiResponse({
    status: 303,
    headers: { Location: { schema: { type: 'string', format: 'uri' } } },
    description: 'To `redirectUrl`.',
  })
  async arrive(
    @Param('token') token: string,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    try {
      const { verificationId, location } = await this.returns.arrive(token);
      if (location === null) return page(reply, HttpStatus.OK, THANKS);
      void reply
        .code(HttpStatus.SEE_OTHER)
        .header(
          'location',
          location.isCallers
            ? withVerificationId(location.url, toTypeId('ver', verificationId))
            : location.url,
        );
      return undefined;
    } catch (error) {
      // A person looks at this one, not a program.
      if (error instanceof Problem && error.code === 'not_found' && wantsHtml(accept)) {
        return page(reply, HttpStatus.NOT_FOUND, UNKNOWN);
      }
      throw error;
    }
  }
}

function page(reply: FastifyReply, status: number, html: string): string {
  void reply.code(status).type('text/html; charset=utf-8').header('content-security-policy', PAGE_POLICY);
  return html;
}
