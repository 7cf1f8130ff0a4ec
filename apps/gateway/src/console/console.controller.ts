import { Problem } from '@gatehouse/contract';
import { Controller, Get, Head, Param, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOkResponse, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';

import { Public } from '../http/access.js';
import { Operation } from '../http/openapi/operation.decorator.js';
import { Load } from '../http/route-config.js';

const PAGE = 'index.html';
/** Folders and a file, by names that neither lead up nor begin with a dot. */
const FILE = /^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*$/;

/** The web console, as `npm run build` leaves it: one page for every place in it, and the files that the page asks for. */
@ApiTags('Documentation')
@Controller('console')
export class ConsoleController {
  @Get()
  @Public()
  @Load('vital')
  @Operation({
    id: 'getConsole',
    summary: 'The console, for admins in a browser',
    description:
      'One page for every address below `/console`, with its scripts and styles beside it. Whoever opens it is nobody until they sign in.',
    problems: ['not_found'],
  })
  @ApiOkResponse({
    description: 'A page for a browser.',
    content: { 'text/html': { schema: { type: 'string' } } },
  })
  @ApiResponse({ status: 304, description: 'You have this page: it is the one that `If-None-Match` names.' })
  page(@Res() reply: FastifyReply): void {
    void reply.sendFile(PAGE);
  }

  @Get('*')
  @Public()
  @Load('vital')
  @ApiExcludeEndpoint()
  file(@Param('*') path: string, @Res() reply: FastifyReply): void {
    void reply.sendFile(fileOf(path));
  }

  @Head()
  @Public()
  @Load('vital')
  @ApiExcludeEndpoint()
  headOfPage(@Res() reply: FastifyReply): void {
    this.page(reply);
  }

  @Head('*')
  @Public()
  @Load('vital')
  @ApiExcludeEndpoint()
  headOfFile(@Param('*') path: string, @Res() reply: FastifyReply): void {
    this.file(path, reply);
  }
}

/** A place in the console has no extension. Throws Problem `not_found` for what can be the name of no file. */
function fileOf(path: string): string {
  if (!path.slice(path.lastIndexOf('/') + 1).includes('.')) return PAGE;
  if (!FILE.test(path)) throw new Problem('not_found', 'There is no such file.');
  return path;
}
