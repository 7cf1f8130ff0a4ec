import { errorBody } from '../kit/error-body.js';
import { type FaultTarget } from '../kit/faults.js';
import { VendorError } from '../kit/vendor-scope.js';
import { type DentityAccount, type Verification } from './dentity.state.js';

/** A status that Dentity's page does not list (providers/dentity.md 5). */
export const UNKNOWN_STATUS = 'in_review';

/** An error in the account's words; no body but one is documented (providers/dentity.md 4). */
export function failure(account: DentityAccount, status: number, message: string): VendorError {
  return new VendorError(status, errorBody(account.switches.errorBody, status, message));
}

/** What a status read is answered with: the verification asked for, as it is, unless a fault says otherwise. */
export function verificationSeen(account: DentityAccount, id: string, target: FaultTarget): Verification {
  const { faults } = account;
  const asked = verificationAsked(account, id);
  if (faults.takeForAnswer('wrong-person', target) !== undefined) {
    return account.verifications.find((other) => other !== asked) ?? account.stranger();
  }
  const stale = faults.takeForAnswer('stale', target) !== undefined;
  const record = stale ? asked.previous : asked;
  if (record === null) throw unknownId(account);
  const unknown = faults.takeForAnswer('unknown-value', target);
  const status = unknown === undefined ? record.status : String(unknown.value ?? UNKNOWN_STATUS);
  return { ...asked, completedAt: record.completedAt, status };
}

export function verificationAsked(account: DentityAccount, id: string): Verification {
  const verification = account.verification(id);
  if (verification === undefined) throw unknownId(account);
  return verification;
}

function unknownId(account: DentityAccount): VendorError {
  return failure(account, account.switches.unknownIdCode, 'Verification not found');
}
