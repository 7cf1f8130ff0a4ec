import { type ProblemCode } from '@gatehouse/contract';
import {
  type AdminRole,
  type AdminSession,
  type IdempotencyClaim,
  type Principal,
  type Scope,
} from '@gatehouse/core';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import { type FastifyContextConfig } from 'fastify';

import { type Place } from './load-shedding.js';

/** Who may call a route. A route without one is closed to everybody. */
export type Access =
  | { readonly kind: 'public' }
  | { readonly kind: 'tenant'; readonly scope: Scope | null }
  | { readonly kind: 'admin'; readonly roles: readonly AdminRole[] };

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
    /**
     * What the route takes: JSON (`required` unless it says otherwise; `none` refuses every member), or `raw`: the
     * bytes as they arrived, whatever their media type (inbound webhooks).
     */
    body?: 'required' | 'optional' | 'none' | 'raw';
    /**
     * What becomes of it under overload: `vital` requests are refused last, as operators' are; `waiting` ones take no place where
     * they ask to wait (`wait` in the query); a `probe` is always answered. Absent: refused first.
     */
    load?: 'vital' | 'waiting' | 'probe';
  }

  interface FastifyRequest {
    /** Set before anything of the body is read; null on public routes. */
    principal: Principal | null;
    /** By which an operator is signed in; null for callers with a key. */
    adminSession: AdminSession | null;
    /** The bytes of the body, for what is computed over them. */
    bodyBytes: Buffer | null;
    /** The code of the problem that the request was answered with, for the request's log line. */
    problemCode: ProblemCode | null;
    /** What it takes up of what the process can do; null: nothing. */
    place: Place | null;
    /**
     * What a keyed request is carried out under. A member, and not in a WeakMap of requests: what that leads to is not let go with them
     * (docs/decisions/2026-11-30-what-outlives-a-collection.md).
     */
    claim: IdempotencyClaim | null;
  }
}

/** What becomes of the route's requests under overload. */
export function Load(load: NonNullable<FastifyContextConfig['load']>): MethodDecorator {
  return routeConfig({ load });
}

/** Adds to the Fastify configuration of a route. Unlike Nest's own RouteConfig, several may stand on one handler. */
export function routeConfig(config: Partial<FastifyContextConfig>): MethodDecorator {
  return (_target, _key, descriptor) => {
    const handler: unknown = descriptor.value;
    if (typeof handler !== 'function') throw new TypeError('only a method can be a route');
    const before: unknown = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, handler);
    const merged = { ...(typeof before === 'object' ? before : {}), ...config };
    Reflect.defineMetadata(FASTIFY_ROUTE_CONFIG_METADATA, merged, handler);
  };
}
