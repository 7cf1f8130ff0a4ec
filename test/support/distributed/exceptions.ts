import { type Rule } from './rule.js';

/** Tables whose rows are of no tenant. On such an engine they are small and everywhere (Citus: reference tables). */
export const OF_NO_TENANT: Readonly<Record<string, string>> = {
  admin_keys: 'keys of our own operators',
  admin_sessions: 'who of our own operators is signed in',
  ledger_keys: 'with what the ledgers of all tenants are signed',
};

interface Exception {
  readonly rules: readonly Rule[];
  readonly why: string;
}

/** Whatever is due first, of all tenants; what follows for each of them is done within its tenant. */
const CLAIM: Exception = {
  rules: ['locks without a tenant', 'writes without a tenant'],
  why: 'a claim of what is due',
};
/** Nobody waits for it, and what it left comes at the next call. */
const SWEEP: Exception = {
  rules: ['locks without a tenant', 'writes without a tenant'],
  why: 'a sweep of what is over',
};

/** Statements that break a rule on purpose, by their names. docs/DISTRIBUTED.md says what becomes of them. */
export const EXCEPTIONS: Readonly<Record<string, Exception>> = {
  archived_reports_claim: CLAIM,
  erasures_claim: CLAIM,
  imports_claim: CLAIM,
  key_rotations_claim: CLAIM,
  routing_policies_claim_due: CLAIM,
  signals_claim_pending: CLAIM,
  verifications_claim_due: CLAIM,
  verifications_claim_due_behind: CLAIM,
  webhook_claim: CLAIM,
  // Of one tenant, by way of the select that it joins.
  verifications_claim_due_alike: CLAIM,
  webhook_give_back: { rules: ['writes without a tenant'], why: 'what of one claim was not begun' },
  webhook_settle: { rules: ['writes without a tenant'], why: 'how the attempts of one claim went' },

  idempotency_keys_purge: SWEEP,
  signals_forget_orphans: SWEEP,
  webhook_deliveries_purge: SWEEP,

  admin_keys_lock: {
    rules: ['locks a table'],
    why: 'the last admin key must not be revoked; a handful of rows',
  },
  enter_reach: {
    rules: ['changes the session'],
    why: 'whose rows the session sees: the settings that row-level security reads',
  },
};
