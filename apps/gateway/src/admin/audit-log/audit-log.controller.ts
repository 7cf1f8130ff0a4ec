import { Readable } from 'node:stream';

import {
  AuditLog,
  type LedgerProgress,
  LedgerVerifier,
  SYSTEM_TENANT_ID,
  TenantService,
} from '@gatehouse/core';
import { fromTypeId, Log } from '@gatehouse/platform';
import { Body, Controller, Get, Headers, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';

import { Actor, AdminOnly } from '../../http/access.js';
import { OptionalBody } from '../../http/body.js';
import { Operation } from '../../http/openapi/operation.decorator.js';
import { pageRequest } from '../../http/paging.js';
import { type Plain } from '../../http/plain.js';
import { LINES_MEDIA_TYPE, progressLines, wantsLines } from '../../http/progress-lines.js';
import { fromPublicActor } from '../../http/public-actor.js';
import { PublicUrl } from '../../http/public-url.js';
import { invalid } from '../../http/validation.js';
import {
  AUDIT_LOG_EXAMPLE,
  AuditLogPageView,
  AuditLogQuery,
  CheckpointPageView,
  CHECKPOINTS_EXAMPLE,
  CheckpointsQuery,
  ExportQuery,
  LedgerVerdictView,
  toAuditEntryView,
  toCheckpointView,
  toVerdictView,
  VERDICT_EXAMPLE,
  VerifyLedgerBody,
} from './audit-log.view.js';

/** For those who have to answer for what happened. What they look at here is in the ledger too. */
@ApiTags('Audit')
@Controller('admin/v1/audit-log')
export class AuditLogController {
  constructor(
    private readonly log: AuditLog,
    private readonly verifier: LedgerVerifier,
    private readonly tenants: TenantService,
    private readonly publicUrl: PublicUrl,
    private readonly output: Log,
  ) {}

  @Get()
  @AdminOnly('admin', 'auditor')
  @Operation({
    id: 'searchAuditLog',
    summary: 'Search the ledger, newest first',
    description:
      'Status changes with their cause, signals set aside, views of personal data, admin actions with before and after, key use, erasures, and searches like this one, which is written down as well.',
    problems: ['not_found', 'validation_failed'],
  })
  @ApiOkResponse({ type: AuditLogPageView, description: 'One page.', example: AUDIT_LOG_EXAMPLE })
  async search(@Actor() actor: string, @Query() query: AuditLogQuery): Promise<Plain<AuditLogPageView>> {
    const filter = {
      tenantId: await this.#tenant(query.tenantId),
      kind: query.kind ?? null,
      about: query.about ?? null,
      actor: query.actor == null ? null : actorIn(query.actor),
      verificationId: query.verificationId == null ? null : fromTypeId('ver', query.verificationId),
      since: query.since == null ? null : new Date(query.since),
      until: query.until == null ? null : new Date(query.until),
    };
    const page = await this.log.search(actor, filter, pageRequest(query));
    return { data: page.data.map(toAuditEntryView), nextCursor: page.nextCursor };
  }

  @Post('verify')
  @HttpCode(200)
  @AdminOnly('admin', 'auditor')
  @OptionalBody(VerifyLedgerBody, {
    'one tenant': { tenantId: 'tnt_01kahn4r5sf1trr9gy5vqd2s0x', checkpoints: [] },
  })
  @Operation({
    id: 'verifyAuditLog',
    summary: 'Recompute the whole tree',
    description:
      'Hashes every entry again, builds the trees anew and compares with every signed head; with `checkpoints` also with what was kept outside. Takes about a second for 50,000 entries. The result is written down. With `Accept: application/x-ndjson` it tells its progress, a line of JSON at a time: `{"checked": …, "total": …}`, then the verdict, or `{"problem": …}` where it could not go on. Without either at its end, the answer was cut off and says nothing.',
    body: true,
    problems: ['not_found'],
  })
  @ApiExtraModels(LedgerVerdictView)
  @ApiOkResponse({
    description: 'The verdict.',
    content: {
      'application/json': {
        schema: { $ref: getSchemaPath(LedgerVerdictView) },
        examples: { verdict: { value: VERDICT_EXAMPLE } },
      },
      [LINES_MEDIA_TYPE]: {
        schema: { type: 'string' },
        examples: {
          lines: {
            value: `{"checked":0,"total":6204}\n{"checked":5000,"total":6204}\n${JSON.stringify(VERDICT_EXAMPLE)}\n`,
          },
        },
      },
    },
  })
  async verify(
    @Actor() actor: string,
    @Body() body: VerifyLedgerBody,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Plain<LedgerVerdictView> | Readable> {
    const tenantId = await this.#tenant(body.tenantId);
    const work = async (
      onProgress?: (progress: LedgerProgress) => void,
      signal?: AbortSignal,
    ): Promise<Plain<LedgerVerdictView>> => {
      const lookingOn = { ...(onProgress && { onProgress }), ...(signal && { signal }) };
      const verdict = await this.verifier.verify(tenantId, body.checkpoints ?? [], lookingOn);
      await this.log.recordVerification(actor, tenantId, { ...verdict });
      return toVerdictView(verdict);
    };
    if (!wantsLines(accept)) return work();
    return progressLines(work, { reply, log: this.output, publicUrl: this.publicUrl.value });
  }

  @Get('checkpoints')
  @AdminOnly('admin', 'auditor')
  @Operation({
    id: 'listCheckpoints',
    summary: 'Signed heads of the ledger, newest first',
    description:
      'Keep them somewhere else: with a head that was kept, nobody can write the past anew or cut it off unseen, whoever owns the database.',
    problems: ['not_found', 'validation_failed'],
  })
  @ApiOkResponse({ type: CheckpointPageView, description: 'One page.', example: CHECKPOINTS_EXAMPLE })
  async checkpoints(@Query() query: CheckpointsQuery): Promise<Plain<CheckpointPageView>> {
    const page = await this.log.checkpoints(await this.#tenant(query.tenantId), pageRequest(query));
    return { data: page.data.map(toCheckpointView), nextCursor: page.nextCursor };
  }

  @Get('export')
  @AdminOnly('admin', 'auditor')
  @Operation({
    id: 'exportAuditLog',
    summary: 'A whole ledger, to be verified offline',
    description:
      'A line of JSON for each sealed entry, `{"position":1,"entry":"…"}`, and a last one with the `checkpoint` that they lead to. `tools/verify-ledger.mjs` verifies it without the gateway.',
    problems: ['not_found', 'validation_failed'],
  })
  @ApiOkResponse({
    description: 'The ledger.',
    content: {
      'application/x-ndjson': {
        schema: { type: 'string' },
        examples: {
          ledger: {
            value: '{"position":1,"entry":"{\\"kind\\": \\"tenant.created\\"}"}\n{"checkpoint":"…"}\n',
          },
        },
      },
    },
  })
  async export(
    @Actor() actor: string,
    @Query() query: ExportQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Readable> {
    const lines = this.log.export(actor, await this.#tenant(query.tenantId));
    // The first line now: what fails before it is still an answer of its own.
    const first = await lines.next();
    void reply.type('application/x-ndjson').header('Cache-Control', 'no-store');
    return Readable.from(
      (async function* (): AsyncGenerator<string> {
        if (first.done === true) return;
        yield `${JSON.stringify(first.value)}\n`;
        for await (const line of lines) yield `${JSON.stringify(line)}\n`;
      })(),
      { objectMode: false },
    );
  }

  /** Throws Problem `not_found`. */
  async #tenant(typeId: string | null | undefined): Promise<string | null> {
    const tenantId = typeId == null ? null : fromTypeId('tnt', typeId);
    if (tenantId !== null && tenantId !== SYSTEM_TENANT_ID) await this.tenants.get(tenantId);
    return tenantId;
  }
}

/** Throws Problem `validation_failed`. */
function actorIn(text: string): string {
  const actor = fromPublicActor(text);
  if (actor === null) throw invalid([{ pointer: 'actor', detail: 'must name a key by its id' }]);
  return actor;
}
