import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { Problem } from '@gatehouse/contract';
import { Controller, Get, HttpStatus, Param, Redirect, Res } from '@nestjs/common';
import { ApiFoundResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';

import { Public } from '../access.js';
import { ApiDocument } from './api-document.js';
import { Operation } from './operation.decorator.js';

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gatehouse API reference</title>
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<noscript>The reference needs JavaScript; the same is in <a href="/openapi.json">openapi.json</a>.</noscript>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/assets/start.js"></script>
</body>
</html>
`;

const START = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: false,
  validatorUrl: null,
});
`;

/** Swagger UI sets styles from its script and draws its icons from data URLs; everything else stays on this origin. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};

/** Of the very version that @nestjs/swagger is made for, wherever the package manager put it. */
function assetsFolder(): string {
  const ours = createRequire(import.meta.url);
  const theirs = createRequire(ours.resolve('@nestjs/swagger'));
  return dirname(theirs.resolve('swagger-ui-dist/package.json'));
}

/** The API reference, from this origin alone. */
@ApiTags('Documentation')
@Controller()
export class DocsController {
  constructor(private readonly document: ApiDocument) {}

  @Get()
  @Public()
  @Redirect('/docs', HttpStatus.FOUND)
  @Operation({
    id: 'getRoot',
    summary: 'On to the API reference',
    description: 'For a browser that was given nothing but the address.',
  })
  @ApiFoundResponse({
    headers: { Location: { schema: { type: 'string', example: '/docs' } } },
    description: 'To `/docs`.',
  })
  root(): void {
    // The redirect says it all.
  }

  @Get('openapi.json')
  @Public()
  @Operation({
    id: 'getOpenApiDocument',
    summary: 'This document',
    description: 'Complete, and of this deployment: it names where it is reached.',
  })
  @ApiOkResponse({
    description: 'OpenAPI 3.1.',
    schema: { type: 'object', additionalProperties: true },
    example: { openapi: '3.1.0', info: { title: 'Gatehouse', version: '1' }, paths: {} },
  })
  openApi(@Res({ passthrough: true }) reply: FastifyReply): Buffer {
    void reply.type('application/json; charset=utf-8');
    return this.document.bytes;
  }

  @Get('docs')
  @Public()
  @Operation({
    id: 'getReference',
    summary: 'The API reference, for reading',
    description: 'Everything that is in the OpenAPI document, as one page.',
  })
  @ApiOkResponse({
    description: 'A page for a browser.',
    content: { 'text/html': { schema: { type: 'string' } } },
  })
  page(@Res({ passthrough: true }) reply: FastifyReply): string {
    void reply.type('text/html; charset=utf-8').header('content-security-policy', POLICY);
    return PAGE;
  }

  @Get('docs/assets/:file')
  @Public()
  @Operation({
    id: 'getReferenceAsset',
    summary: 'A file of the API reference',
    description: 'Scripts and styles, from this origin alone.',
    problems: ['not_found'],
  })
  @ApiParam({
    name: 'file',
    schema: { type: 'string', enum: [...Object.keys(MEDIA_TYPES), 'start.js'] },
    description: 'Its name.',
  })
  @ApiOkResponse({
    description: 'The file.',
    content: {
      'text/javascript': { schema: { type: 'string' } },
      'text/css': { schema: { type: 'string' } },
    },
  })
  async asset(
    @Param('file') file: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer | string> {
    void reply.header('cache-control', 'public, max-age=3600');
    if (file === 'start.js') {
      void reply.type('text/javascript; charset=utf-8');
      return START;
    }
    const mediaType = Object.hasOwn(MEDIA_TYPES, file) ? MEDIA_TYPES[file] : undefined;
    if (mediaType === undefined) throw new Problem('not_found', 'There is no such file.');
    void reply.type(mediaType);
    return readFile(join(assetsFolder(), file));
  }
}
