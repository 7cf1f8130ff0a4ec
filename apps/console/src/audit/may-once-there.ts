import { ROLES_OF } from '../generated/roles.js';
import { type OperationId } from '../session/session.js';
import { useMay } from '../session/use-session.js';

/** Whether the operator may call an operation, and false as long as the gateway has no such operation. */
export function useMayOnceThere(): (operation: string) => boolean {
  const may = useMay();
  return (operation) => isThere(operation) && may(operation);
}

function isThere(operation: string): operation is OperationId {
  return Object.hasOwn(ROLES_OF, operation);
}
