import { type Schemas } from '@gatehouse/sdk';

import { shown } from '../terminal/paint.js';

type Policy = Schemas['RoutingPolicyBody'];
type Condition = Schemas['RuleConditionBody'];

/** One thing that a policy says: who goes where; or something about the whole of it, which has no `where`. */
export interface Clause {
  readonly who: string;
  readonly where: string | null;
}

/** A policy in words, in the order in which it is asked. */
export function clausesOf(policy: Policy): readonly Clause[] {
  const { rules, fallback, guardrail, effectiveAt } = policy;
  const about = (who: string): Clause => ({ who, where: null });
  return [
    ...(rules ?? []).map(({ when, provider }) => ({ who: conditionWords(when), where: provider })),
    { who: (rules ?? []).length === 0 ? 'everybody' : 'everybody else', where: policy.provider },
    ...(fallback == null || fallback.length === 0
      ? []
      : [{ who: 'where that one cannot', where: fallback.join(', then ') }]),
    ...(policy.callerMayChoose === true ? [about('a caller may name another connected provider')] : []),
    ...(guardrail == null ? [] : [about(guardrailWords(guardrail))]),
    ...(effectiveAt == null ? [] : [about(`from ${effectiveAt} on`)]),
  ];
}

/** Clauses below each other, their arrows aligned. */
export function clauseLines(clauses: readonly Clause[]): readonly string[] {
  const width = Math.max(0, ...clauses.map(({ who, where }) => (where === null ? 0 : who.length)));
  return clauses.map(({ who, where }) =>
    where === null ? shown(who) : `${shown(who.padEnd(width))}  → ${shown(where)}`,
  );
}

function conditionWords({ country, checks, documentTypes, reuse, metadata, percent }: Condition): string {
  const parts = [
    ...(country == null ? [] : [`from ${country.join(' or ')}`]),
    ...(checks == null ? [] : [`asked for ${checks.join(' or ')}`]),
    ...(documentTypes == null ? [] : [`with ${documentTypes.join(' or ')}`]),
    ...(reuse == null ? [] : [reuse === 'allow' ? 'may be known already' : 'may not be known already']),
    ...Object.entries(metadata ?? {}).map(([name, value]) => `${name} is ${value}`),
    ...(percent == null ? [] : [`${percent} % of the people`]),
  ];
  return parts.length === 0 ? 'everybody' : parts.join(', ');
}

function guardrailWords({ passRate, errorRate, minimumSample }: Schemas['GuardrailBody']): string {
  const bounds = [
    ...(passRate == null ? [] : [`fewer than ${passRate * 100} % pass`]),
    ...(errorRate == null ? [] : [`more than ${errorRate * 100} % fail`]),
  ];
  return `goes back by itself where ${bounds.join(' or ')}, of ${minimumSample} at least`;
}

export interface Change {
  readonly kind: 'kept' | 'removed' | 'added';
  readonly clause: Clause;
}

/** What becomes of the clauses: those of both lists, in order, with what is common to them once. */
export function difference(before: readonly Clause[], after: readonly Clause[]): readonly Change[] {
  const [first, ...restBefore] = before;
  const [next, ...restAfter] = after;
  if (first === undefined) return after.map((clause) => ({ kind: 'added', clause }));
  if (next === undefined) return before.map((clause) => ({ kind: 'removed', clause }));
  if (isSame(first, next)) return [{ kind: 'kept', clause: first }, ...difference(restBefore, restAfter)];
  return after.some((clause) => isSame(clause, first))
    ? [{ kind: 'added', clause: next }, ...difference(before, restAfter)]
    : [{ kind: 'removed', clause: first }, ...difference(restBefore, after)];
}

function isSame(one: Clause, other: Clause): boolean {
  return one.who === other.who && one.where === other.where;
}
