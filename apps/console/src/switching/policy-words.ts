import { momentInWords } from '../kit/moment-in-words.js';
import { type Condition, type Guardrail, type Policy } from './policy.js';

/** One thing that a policy says: who goes where; or something about the whole of it, which has no `where`. */
export interface Clause {
  readonly who: string;
  readonly where: string | null;
}

export interface Change {
  readonly kind: 'kept' | 'removed' | 'added';
  readonly clause: Clause;
}

const LIST = new Intl.ListFormat('en', { type: 'disjunction' });

/** A policy in words, in the order in which it is asked. `title` names a provider as people know it. */
export function clausesOf(policy: Policy, title: (provider: string) => string): readonly Clause[] {
  const { rules, fallback, guardrail, effectiveAt, provider } = policy;
  const about = (who: string): Clause => ({ who, where: null });
  return [
    ...rules.map((rule) => ({ who: conditionWords(rule.when), where: title(rule.provider) })),
    { who: rules.length === 0 ? 'Everybody' : 'Everybody else', where: title(provider) },
    ...(fallback.length === 0
      ? []
      : [{ who: 'Where that one cannot', where: fallback.map(title).join(', then ') }]),
    ...(policy.callerMayChoose ? [about('A caller may name another connected provider')] : []),
    ...(guardrail === null ? [] : [about(guardrailWords(guardrail))]),
    ...(effectiveAt === null ? [] : [about(`From ${momentInWords(effectiveAt)} on`)]),
  ];
}

/** Whom a rule is about; it begins with a capital. */
export function conditionWords(condition: Condition): string {
  const { country, checks, documentTypes, reuse, metadata, percent } = condition;
  const parts = [
    ...(country == null ? [] : [`from ${LIST.format(country)}`]),
    ...(checks == null ? [] : [`asked for ${LIST.format(checks)}`]),
    ...(documentTypes == null
      ? []
      : [`with ${LIST.format(documentTypes.map((type) => type.replaceAll('_', ' ')))}`]),
    ...(reuse == null ? [] : [reuse === 'allow' ? 'may be known already' : 'may not be known already']),
    ...Object.entries(metadata ?? {}).map(([name, value]) => `${name} is ${value}`),
    ...(percent == null ? [] : [`${percent} % of the people`]),
  ];
  const words = parts.length === 0 ? 'everybody' : parts.join(', ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function guardrailWords({ passRate, errorRate, minimumSample }: Guardrail): string {
  const bounds = [
    ...(passRate == null ? [] : [`fewer than ${percentOf(passRate)} % pass`]),
    ...(errorRate == null ? [] : [`more than ${percentOf(errorRate)} % fail`]),
  ];
  const when = bounds.length === 0 ? 'never, as it names no bound' : `where ${bounds.join(' or ')}`;
  return `Goes back by itself ${when}, of ${minimumSample} at least`;
}

/** A share as a percentage, without what floating point adds to it. */
export function percentOf(share: number): number {
  return Number((share * 100).toFixed(6));
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

/** Whether two policies say the same of who goes where, whatever their time and their note. */
export function isSameArrangement(one: Policy, other: Policy): boolean {
  const plain = (policy: Policy): string =>
    JSON.stringify(ordered({ ...policy, effectiveAt: null, note: null }));
  return plain(one) === plain(other);
}

/** With the members of each object by name, and without those that are null: they are as good as absent. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => [name, ordered(member)]),
  );
}

function isSame(one: Clause, other: Clause): boolean {
  return one.who === other.who && one.where === other.where;
}
