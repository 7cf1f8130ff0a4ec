import { type FaultKind, faultInput, type PlannedFault, TRANSPORT_FAULTS, WEBHOOK_FAULTS } from './faults.js';
import { type TwinAccount } from './twin-account.js';
import { ControlError, type Twin } from './twin.js';

/** What can go wrong at a vendor: everything on the way, its own answers, and its webhooks if it has some. */
export function faultKindsOf(twin: Pick<Twin, 'answerFaults' | 'sendsWebhooks'>): readonly FaultKind[] {
  return [...TRANSPORT_FAULTS, ...twin.answerFaults, ...(twin.sendsWebhooks ? WEBHOOK_FAULTS : [])];
}

/** Plans what the control API was asked for. Throws a ZodError, or a ControlError that names what this vendor can have. */
export function planFault(twin: Twin, account: TwinAccount, body: unknown): PlannedFault {
  const fault = faultInput.parse(body);
  const possible = faultKindsOf(twin);
  if (!possible.includes(fault.kind)) {
    throw new ControlError(
      422,
      `${twin.title} cannot have '${fault.kind}'; it can have ${possible.join(', ')}`,
    );
  }
  if (fault.kind === 'unknown-value' && fault.value !== null) {
    const wanted = typeof twin.unknownValue;
    if (typeof fault.value !== wanted)
      throw new ControlError(422, `at ${twin.title} the value is a ${wanted}, such as ${twin.unknownValue}`);
  }
  return account.faults.add(fault);
}
