import { Problem } from '@gatehouse/contract';
import { type Principal } from '@gatehouse/core';

import { type Access } from './route-config.js';

/** A key has no more than this; a longer text is not even looked at. */
const MAX_CREDENTIAL = 512;
const BEARER = /^Bearer +([\x21-\x7e]+) *$/i;

/** The key of an `Authorization` header, or null when there is none in the one form that is accepted. */
export function bearerKey(header: string | undefined): string | null {
  if (header === undefined || header.length > MAX_CREDENTIAL) return null;
  return BEARER.exec(header)?.[1] ?? null;
}

/**
 * Whether somebody may call a route that is not public. Throws Problem `insufficient_scope`.
 * Closed by default: a route that says nothing about its access lets nobody in.
 */
export function requireAccess(access: Access | undefined, principal: Principal): void {
  switch (access?.kind) {
    case 'public':
      return;
    case 'tenant':
      if (principal.kind !== 'tenant') throw denied('This is an admin key; a tenant’s key is needed here.');
      if (access.scope !== null && !principal.scopes.includes(access.scope)) {
        throw denied(`The API key lacks the scope ${access.scope}.`);
      }
      return;
    case 'admin':
      if (principal.kind !== 'admin') throw denied('This is a tenant’s key; an admin key is needed here.');
      if (!access.roles.includes(principal.role)) {
        throw denied(`The admin key needs one of the roles: ${access.roles.join(', ')}.`);
      }
      return;
    case undefined:
      throw denied('This route is closed.');
  }
}

function denied(detail: string): Problem {
  return new Problem('insufficient_scope', detail);
}
