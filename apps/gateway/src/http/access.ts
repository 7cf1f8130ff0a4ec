import {
  type AdminPrincipal,
  type AdminRole,
  type AdminSession,
  type Principal,
  type Scope,
  type TenantScope,
  tenantScope,
} from '@gatehouse/core';
import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import { type FastifyRequest } from 'fastify';

import { Problems } from './problems/problems.decorator.js';
import { routeConfig } from './route-config.js';

/** Names of the security schemes in the OpenAPI document. */
export const TENANT_KEY = 'tenantKey';
export const ADMIN_KEY = 'adminKey';

/** Open to everybody: the few routes that authenticate in another way, or hold nothing of anybody. */
export function Public(): MethodDecorator {
  return routeConfig({ access: { kind: 'public' } });
}

/** For tenants' keys with this scope. */
export function RequireScope(scope: Scope): MethodDecorator {
  return applyDecorators(
    routeConfig({ access: { kind: 'tenant', scope } }),
    ApiSecurity(TENANT_KEY, [scope]),
    Problems('unauthenticated', 'insufficient_scope', 'rate_limited'),
  );
}

/** For tenants' keys, whatever their scopes. */
export function AnyTenantKey(): MethodDecorator {
  return applyDecorators(
    routeConfig({ access: { kind: 'tenant', scope: null } }),
    ApiSecurity(TENANT_KEY),
    Problems('unauthenticated', 'insufficient_scope', 'rate_limited'),
  );
}

/** For operators' keys with one of these roles. */
export function AdminOnly(...roles: readonly AdminRole[]): MethodDecorator {
  return applyDecorators(
    routeConfig({ access: { kind: 'admin', roles } }),
    ApiSecurity(ADMIN_KEY, [...roles]),
    Problems('unauthenticated', 'insufficient_scope', 'rate_limited'),
  );
}

function principalOf(context: ExecutionContext): Principal {
  const { principal } = context.switchToHttp().getRequest<FastifyRequest>();
  // Only a handler that asks for its caller on a public route can get here.
  if (principal === null) throw new Error('the route has no caller');
  return principal;
}

/** The tenant's scope in which the caller acts. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): TenantScope => {
  const principal = principalOf(context);
  if (principal.kind !== 'tenant') throw new Error('the route is not for tenants');
  return tenantScope(principal.tenantId, principal.environment, `key:${principal.keyId}`);
});

/** The key that a tenant calls with. */
export const CallerKey = createParamDecorator((_: unknown, context: ExecutionContext): TenantPrincipal => {
  const principal = principalOf(context);
  if (principal.kind !== 'tenant') throw new Error('the route is not for tenants');
  return principal;
});

export type TenantPrincipal = Extract<Principal, { kind: 'tenant' }>;

/** Which operator acts, for the ledger: `admin:<key id>`. */
export const Actor = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  return `admin:${operatorOf(context).keyId}`;
});

/** The operator who calls, by a key or by a session of it. */
export const AdminCaller = createParamDecorator((_: unknown, context: ExecutionContext): AdminPrincipal => {
  return operatorOf(context);
});

/** The session that an operator calls with; null with a key. */
export const CallerSession = createParamDecorator(
  (_: unknown, context: ExecutionContext): AdminSession | null => {
    return context.switchToHttp().getRequest<FastifyRequest>().adminSession;
  },
);

function operatorOf(context: ExecutionContext): AdminPrincipal {
  const principal = principalOf(context);
  if (principal.kind !== 'admin') throw new Error('the route is not for operators');
  return principal;
}
