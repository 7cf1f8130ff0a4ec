import { Problem, type ProblemCode, PROBLEMS } from '@gatehouse/contract';
import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';

import { Public } from '../access.js';
import { escapeHtml, htmlPage, PAGE_POLICY, wantsHtml } from '../html.js';
import { Operation } from '../openapi/operation.decorator.js';
import { PROBLEM_GUIDE } from './problem-guide.js';
import { ProblemPageView } from './problem.view.js';
import { type Plain } from '../plain.js';

const OWNERS = {
  caller: 'The caller',
  configuration: 'An admin of the tenant',
  vendor: 'The provider',
  gatehouse: 'The operators of Gatehouse',
} as const;

/** The pages that the `type` of a problem leads to. */
@ApiTags('Documentation')
@Controller('problems')
export class ProblemsController {
  @Get(':code')
  @Public()
  @Operation({
    id: 'getProblemPage',
    summary: 'What a problem means and who cures it',
    problems: ['not_found'],
  })
  @ApiParam({ name: 'code', schema: { type: 'string', enum: Object.keys(PROBLEMS) } })
  @ApiOkResponse({
    type: ProblemPageView,
    description: 'For a browser as HTML.',
    example: {
      code: 'not_found',
      status: PROBLEMS.not_found.status,
      title: PROBLEMS.not_found.title,
      owner: PROBLEMS.not_found.owner,
      ...PROBLEM_GUIDE.not_found,
    },
  })
  page(
    @Param('code') code: string,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Plain<ProblemPageView> | string {
    if (!isProblemCode(code)) throw new Problem('not_found', 'There is no such problem.');
    const { status, title, owner } = PROBLEMS[code];
    const view: Plain<ProblemPageView> = { code, status, title, owner, ...PROBLEM_GUIDE[code] };
    if (!wantsHtml(accept)) return view;
    void reply.type('text/html; charset=utf-8').header('content-security-policy', PAGE_POLICY);
    return htmlPage(
      title,
      `<p><code>${code}</code>, HTTP status ${status}</p>
<dl>
<dt>What it means</dt><dd>${escapeHtml(view.meaning)}</dd>
<dt>Who acts</dt><dd>${OWNERS[owner]}</dd>
<dt>What helps</dt><dd>${escapeHtml(view.cure)}</dd>
</dl>`,
    );
  }
}

function isProblemCode(text: string): text is ProblemCode {
  return Object.hasOwn(PROBLEMS, text);
}
