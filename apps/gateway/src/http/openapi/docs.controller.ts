import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { Problem } from '@gatehouse/contract';
import { Controller, Get, HttpStatus, Param, Redirect, Res } from '@nestjs/common';
import { ApiFoundResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';

import { Public } from '../access.js';
import { type DescribedApi } from '../reference/described-api.js';
import { REFERENCE_POLICY, referencePage } from '../reference/reference.page.js';
import { ApiDocument } from './api-document.js';
import { Operation } from './operation.decorator.js';

const TRY_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Try the Gatehouse API</title>
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<noscript>This page needs JavaScript; <a href="/docs">the reference</a> does not.</noscript>
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
const TRY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const PAGE = {
  description: 'A page for a browser.',
  content: { 'text/html': { schema: { type: 'string' } } },
} as const;

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

/** The API reference: to read, to try, and for machines. */
@ApiTags('Documentation')
@Controller()
export class DocsController {
  #page: string | null = null;

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
    description: 'Everything that is in the OpenAPI document, on one page that needs no script.',
  })
  @ApiOkResponse(PAGE)
  page(@Res({ passthrough: true }) reply: FastifyReply): string {
    void reply.type('text/html; charset=utf-8').header('content-security-policy', REFERENCE_POLICY);
    this.#page ??= referencePage(JSON.parse(this.document.bytes.toString()) as DescribedApi);
    return this.#page;
  }

  @Get('docs/try')
  @Public()
  @Operation({
    id: 'getTryPage',
    summary: 'The API, to be tried from a browser',
    description:
      'Swagger UI, from this origin alone: it sends what you fill in, with the key that you give it.',
  })
  @ApiOkResponse(PAGE)
  tryPage(@Res({ passthrough: true }) reply: FastifyReply): string {
    void reply.type('text/html; charset=utf-8').header('content-security-policy', TRY_POLICY);
    return TRY_PAGE;
  }

  @Get('docs/assets/:file')
  @Public()
  @Operation({
    id: 'getReferenceAsset',
    summary: 'A file of the page to try the API on',
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
