import { type FastifyRequest } from 'fastify';

import { accountOf, param } from '../kit/control-scope.js';
import { type TwinAccount } from '../kit/twin-account.js';
import { ControlError, type Twin } from '../kit/twin.js';

export interface Addressed {
  readonly twin: Twin;
  readonly account: TwinAccount;
}

/** The twin that a control path names, or a ControlError. */
export function twinOf(twins: readonly Twin[], request: FastifyRequest): Twin {
  const name = param(request, 'provider');
  const twin = twins.find((candidate) => candidate.name === name);
  if (twin !== undefined) return twin;
  throw new ControlError(
    404,
    `no such provider: ${name}; there are ${twins.map((each) => each.name).join(', ')}`,
  );
}

/** The twin and account that a control path names, or a ControlError. */
export function addressed(twins: readonly Twin[], request: FastifyRequest): Addressed {
  const twin = twinOf(twins, request);
  return { twin, account: accountOf(request, (id) => twin.account(id)) };
}
