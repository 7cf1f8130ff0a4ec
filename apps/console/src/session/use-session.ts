import { useSuspenseQuery } from '@tanstack/react-query';

import { may, type OperationId, type Session, sessionQuery } from './session.js';

/** Who is signed in, on pages that nobody else sees. */
export function useSession(): Session {
  const { data } = useSuspenseQuery(sessionQuery);
  if (data === null) throw new Error('a page for operators was shown to nobody');
  return data;
}

/** Whether the operator at the screen may call an operation. */
export function useMay(): (operation: OperationId) => boolean {
  const session = useSession();
  return (operation) => may(session, operation);
}
