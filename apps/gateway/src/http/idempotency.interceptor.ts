import { Problem } from '@gatehouse/contract';
import {
  type IdempotencyClaim,
  IdempotencyKeyTaken,
  type IdempotencyOutcome,
  IdempotencyService,
  SYSTEM_TENANT_ID,
  TenantService,
  type TenantScope,
  tenantScope,
  type Verification,
  VerificationDirectory,
} from '@gatehouse/core';
import { fromTypeId } from '@gatehouse/platform';
import {
  applyDecorators,
  type CallHandler,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
  UseInterceptors,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiHeader } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { lastValueFrom, type Observable, of } from 'rxjs';

import { parseIdempotencyKey, requestHash } from './idempotency-key.js';
import { PublicUrl } from './public-url.js';
import { AlreadyAnswered, prepareProblem } from './problems/problem-document.js';
import { problemOf } from './problems/problem-of.js';

const JSON_MEDIA_TYPE = 'application/json; charset=utf-8';

const WITH_THE_WORK = 'idempotency-with-the-work';

/** A keyed request. */
interface Asked {
  readonly scope: TenantScope;
  readonly route: string;
  readonly key: string;
  readonly hash: Buffer;
}

/**
 * Carries out a request with an `Idempotency-Key` once. What is stored are the very bytes that are sent: they are made
 * here, sent as they are, and never made again.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly idempotency: IdempotencyService,
    private readonly tenants: TenantService,
    private readonly directory: VerificationDirectory,
    private readonly publicUrl: PublicUrl,
    private readonly reflector: Reflector,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const key = parseIdempotencyKey(request.raw.headersDistinct['idempotency-key']);
    if (key === null) return next.handle();

    const asked = await this.#asked(request, key);
    if (this.reflector.get(WITH_THE_WORK, context.getHandler()) === true) {
      const claim = await this.idempotency.prepare(asked.scope, asked.route, key, asked.hash);
      try {
        return of(await this.#carryOut(claim, next, request, reply));
      } catch (error) {
        if (claim.isTaken) throw error;
        return this.#notBegun(asked, error, next, request, reply);
      }
    }
    return this.#outcome(await this.#begin(asked), next, request, reply);
  }

  /** Nothing was written, so the key decides: it may be another request's, whose answer comes before a failure of this one. */
  async #notBegun(
    asked: Asked,
    error: unknown,
    next: CallHandler,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Observable<unknown>> {
    const outcome = await this.#begin(asked);
    const isFree = outcome.outcome === 'proceed' && outcome.claim.resourceId === null;
    if (!isFree || error instanceof IdempotencyKeyTaken) {
      return this.#outcome(outcome, next, request, reply);
    }
    await this.idempotency.release(outcome.claim);
    throw error;
  }

  async #outcome(
    outcome: IdempotencyOutcome,
    next: CallHandler,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Observable<unknown>> {
    switch (outcome.outcome) {
      case 'proceed':
        return of(await this.#carryOut(outcome.claim, next, request, reply));
      case 'replay':
        void reply
          .code(outcome.status)
          .type(outcome.headers.contentType)
          .header('idempotent-replayed', 'true');
        return of(outcome.body);
      case 'in_progress':
        throw new Problem('idempotency_in_progress', 'The first request with this key is still running.', {
          retryAfterSeconds: outcome.retryAfterSeconds,
        });
      case 'reused':
        throw new Problem(
          'idempotency_key_reused',
          'The key was used for a request with another path, query or body.',
        );
    }
  }

  #begin({ scope, route, key, hash }: Asked): Promise<IdempotencyOutcome> {
    return this.idempotency.begin(scope, route, key, hash);
  }

  async #asked(request: FastifyRequest, key: string): Promise<Asked> {
    const { principal } = request;
    const route = `${request.method} ${request.routeOptions.url ?? ''}`;
    // Fastify types parameters as unknown; its router only makes texts.
    const params = request.params as Readonly<Record<string, string>>;
    const query = request.url.split('?').slice(1).join('?');
    const hash = requestHash(route, params, query, request.bodyBytes);
    switch (principal?.kind) {
      case 'tenant': {
        const scope = tenantScope(principal.tenantId, principal.environment, `key:${principal.keyId}`);
        return { scope, route, key, hash };
      }
      case 'admin': {
        const scope = await this.#scopeIn(params, `admin:${principal.keyId}`);
        // Operators' keys never meet the tenant's own.
        return { scope, route: `admin ${route}`, key, hash };
      }
      case undefined:
        throw new Error('a public route has no idempotency keys');
    }
  }

  /** Whose an operator's request is: what is done to no tenant in particular is the system's. Throws Problem `not_found`. */
  async #scopeIn({ id }: Readonly<Record<string, string>>, actor: string): Promise<TenantScope> {
    if (id === undefined) return tenantScope(SYSTEM_TENANT_ID, 'live', actor);
    const verificationId = fromTypeId('ver', id);
    if (verificationId !== null) return this.directory.scopeOf(actor, verificationId);
    const tenantId = fromTypeId('tnt', id);
    // Another kind of id: what it names is looked for by whoever carries it out.
    if (tenantId === null) return tenantScope(SYSTEM_TENANT_ID, 'live', actor);
    // Only a tenant that exists has the keys which this would need.
    return tenantScope((await this.tenants.get(tenantId)).id, 'live', actor);
  }

  async #carryOut(
    claim: IdempotencyClaim,
    next: CallHandler,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Buffer> {
    request.claim = claim;
    let result: unknown;
    try {
      result = await lastValueFrom(next.handle());
    } catch (error) {
      // Nobody owns the key yet; what becomes of it is decided elsewhere.
      throw claim.isTaken ? await this.#failed(claim, error, request) : error;
    }
    void reply.type(JSON_MEDIA_TYPE);
    if (claim.answer !== null) return claim.answer.body;
    const body = Buffer.from(JSON.stringify(result));
    await this.idempotency.finish(claim, {
      status: reply.statusCode,
      contentType: JSON_MEDIA_TYPE,
      body,
      about: verificationOf(request),
    });
    return body;
  }

  /** A failure after work began is an outcome like any other; one before it leaves the key free. */
  async #failed(claim: IdempotencyClaim, error: unknown, request: FastifyRequest): Promise<unknown> {
    if (claim.resourceId === null) {
      await this.idempotency.release(claim);
      return error;
    }
    const problem = problemOf(error);
    // Passes by itself; who repeats the request carries on with what the first attempt made, once its lease has run out.
    if (problem.code === 'overloaded') return error;
    const answer = prepareProblem(problem, this.publicUrl.value, request.id);
    await this.idempotency.finish(claim, { ...answer, about: verificationOf(request) });
    return new AlreadyAnswered(answer, problem);
  }
}

/** The verification that the path names; its answers go with it when it is erased. */
function verificationOf(request: FastifyRequest): string | null {
  // Fastify types parameters as unknown; its router only makes texts.
  const { id } = request.params as Readonly<Record<string, string>>;
  return id === undefined ? null : fromTypeId('ver', id);
}

/**
 * For a POST or PATCH that creates or changes something. `withTheWork`: the handler takes the key together with the first thing that
 * it writes, which spares a round trip and a commit, and repeats nothing where it is called again because the key was taken.
 */
export function Idempotent({ withTheWork = false } = {}): MethodDecorator {
  return applyDecorators(
    SetMetadata(WITH_THE_WORK, withTheWork),
    UseInterceptors(IdempotencyInterceptor),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'Repeat the request with the same key and body and it is carried out once; the first outcome is answered again, with `Idempotent-Replayed: true`. Kept for at least 24 hours.',
      schema: {
        type: 'string',
        minLength: 1,
        maxLength: 255,
        example: '4d0c1f0e-6f0b-4a53-9a31-1f6c5b7e2a10',
      },
    }),
  );
}

/** The claim under which the request is carried out, or null when the caller sent no key. */
export const Claim = createParamDecorator(
  (_: unknown, context: ExecutionContext): IdempotencyClaim | null =>
    context.switchToHttp().getRequest<FastifyRequest>().claim,
);

/** Has what the request makes answered in the bytes that are kept with it. */
export function answering(
  claim: IdempotencyClaim | null,
  status: number,
  toView: (made: Verification) => unknown,
): IdempotencyClaim | null {
  if (claim !== null) {
    claim.answerOf = (made) => ({
      status,
      contentType: JSON_MEDIA_TYPE,
      body: Buffer.from(JSON.stringify(toView(made))),
    });
  }
  return claim;
}
