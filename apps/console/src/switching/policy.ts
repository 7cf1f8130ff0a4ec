import { type Schemas } from '../api/client.js';

export type Policy = Schemas['RoutingPolicy'];
export type Rule = Schemas['RoutingRuleBody'];
export type Condition = Schemas['RuleConditionBody'];
export type Guardrail = Schemas['GuardrailBody'];
export type PolicyVersion = Schemas['PolicyVersion'];
export type Environment = 'test' | 'live';

/** A tenant's policy has a place of its own in each environment. */
export interface Place {
  readonly tenantId: string;
  readonly environment: Environment;
}

export const CHECKS = ['profile', 'document', 'liveness', 'ssn'] as const satisfies Condition['checks'];

export const DOCUMENT_TYPES = [
  'passport',
  'emirates_id',
  'egypt_national_id',
  'drivers_license',
  'national_id',
] as const satisfies Condition['documentTypes'];

export const FIRST_POLICY: Policy = {
  provider: '',
  rules: [],
  fallback: [],
  callerMayChoose: false,
  effectiveAt: null,
  guardrail: null,
  note: null,
};

/** What an edit begins with: the policy in force, whose time and reason were its own. */
export function draftOf(policy: Policy | null): Policy {
  return policy === null ? FIRST_POLICY : { ...policy, effectiveAt: null, note: null };
}

/** The list with the entry at `from` at `to` instead. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const [entry] = list.slice(from, from + 1);
  const others = list.filter((_, index) => index !== from);
  return entry === undefined ? others : [...others.slice(0, to), entry, ...others.slice(to)];
}
