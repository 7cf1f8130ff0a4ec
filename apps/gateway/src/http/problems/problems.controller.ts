import { Problem, type ProblemCode, PROBLEMS } from '@gatehouse/contract';
import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiOkResponse,
  ApiParam,
  type ApiResponseOptions,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';

import { Public } from '../access.js';
import { htmlPage, PAGE_POLICY, wantsHtml } from '../html.js';
import { NoParameters } from '../no-parameters.js';
import { Operation } from '../openapi/operation.decorator.js';
import { type Plain } from '../plain.js';
import { PROBLEM_GUIDE } from './problem-guide.js';
import { problemIndexHtml, problemPageHtml } from './problem.page.js';
import { ProblemIndexView, ProblemPageView } from './problem.view.js';

const CODES = Object.keys(PROBLEMS) as ProblemCode[];
const INDEX: Plain<ProblemIndexView> = { data: CODES.map(viewOf), nextCursor: null };

/** The pages that the `type` of a problem leads to. */
@ApiTags('Documentation')
@Controller('problems')
export class ProblemsController {
  @Get()
  @Public()
  @NoParameters()
  @Operation({
    id: 'listProblems',
    summary: 'Every problem that can be answered',
    description:
      'What each means, who has to act, and what helps. Any request can meet `headers_too_large`, and one with another method `method_not_allowed`; the others are named where they can be met.',
    problems: ['validation_failed'],
  })
  @ApiExtraModels(ProblemIndexView, ProblemPageView)
  @ApiOkResponse({
    description: 'All of them. For a browser as HTML.',
    content: jsonOrPage(ProblemIndexView, INDEX),
  })
  index(
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Plain<ProblemIndexView> | string {
    return wantsHtml(accept) ? asPage(reply, 'Problems', problemIndexHtml(INDEX.data)) : INDEX;
  }

  @Get(':code')
  @Public()
  @Operation({
    id: 'getProblemPage',
    summary: 'What a problem means and who cures it',
    description: 'Where the `type` of every problem leads: what happened, who has to act, and what helps.',
    problems: ['not_found'],
  })
  @ApiParam({
    name: 'code',
    schema: { type: 'string', enum: CODES },
    description: 'The `code` of the problem.',
  })
  @ApiOkResponse({
    description: 'For a browser as HTML.',
    content: jsonOrPage(ProblemPageView, viewOf('not_found')),
  })
  page(
    @Param('code') code: string,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Plain<ProblemPageView> | string {
    if (!isProblemCode(code)) throw new Problem('not_found', 'There is no such problem.');
    const view = viewOf(code);
    return wantsHtml(accept) ? asPage(reply, view.title, problemPageHtml(view)) : view;
  }
}

function viewOf(code: ProblemCode): Plain<ProblemPageView> {
  const { status, title, owner } = PROBLEMS[code];
  return { code, status, title, owner, ...PROBLEM_GUIDE[code] };
}

function jsonOrPage<T>(view: new () => T, example: Plain<T>): NonNullable<ApiResponseOptions['content']> {
  return {
    'application/json': { schema: { $ref: getSchemaPath(view) }, example },
    'text/html': { schema: { type: 'string' } },
  };
}

function asPage(reply: FastifyReply, title: string, body: string): string {
  void reply.type('text/html; charset=utf-8').header('content-security-policy', PAGE_POLICY);
  return htmlPage(title, body);
}

function isProblemCode(text: string): text is ProblemCode {
  return Object.hasOwn(PROBLEMS, text);
}
