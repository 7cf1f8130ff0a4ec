import { queryOptions } from '@tanstack/react-query';

import { send } from '../api/client.js';
import { ProblemError } from '../api/problem.js';
import { ROLES_OF } from '../generated/roles.js';
import { isMarked, mark, unmark } from './signed-in-mark.js';

export type Role = 'admin' | 'support' | 'auditor' | 'approver';
export type OperationId = keyof typeof ROLES_OF;

/** Who is signed in. The session itself is a cookie that no script can read. */
export interface Session {
  readonly keyId: string;
  readonly name: string;
  readonly role: Role;
  readonly expiresAt: string | null;
}

/** Whether a role may call an operation, as the API's own document says. */
export function may({ role }: Pick<Session, 'role'>, operation: OperationId): boolean {
  const roles: readonly Role[] = ROLES_OF[operation];
  return roles.includes(role);
}

/** Who is signed in, or null. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Session | null> => {
    if (!isMarked()) return null;
    try {
      return (await (await send('/admin/v1/session', { signal })).json()) as Session;
    } catch (error) {
      if (!(error instanceof ProblemError) || error.problem.code !== 'unauthenticated') throw error;
      unmark();
      return null;
    }
  },
  staleTime: Infinity,
});

/** Trades the key for a session; the key is not kept. Throws ProblemError. */
export async function signIn(key: string): Promise<Session> {
  const answer = await send('/admin/v1/session', {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}` },
  });
  mark();
  return (await answer.json()) as Session;
}

/** Ends this session. Throws ProblemError. */
export async function signOut(): Promise<void> {
  await send('/admin/v1/session', { method: 'DELETE' });
  unmark();
}

/** Ends every session of the key, in every browser. Throws ProblemError. */
export async function signOutEverywhere(): Promise<void> {
  await send('/admin/v1/sessions', { method: 'DELETE' });
  unmark();
}
