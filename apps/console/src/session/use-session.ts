import { createContext, use } from 'react';

import { may, type OperationId, type Session } from './session.js';

export const SessionContext = createContext<Session | null>(null);

/** Who is signed in, on pages that nobody else sees. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (session === null) throw new Error('a page for operators was shown to nobody');
  return session;
}

/** Whether the operator at the screen may call an operation. */
export function useMay(): (operation: OperationId) => boolean {
  const session = useSession();
  return (operation) => may(session, operation);
}
