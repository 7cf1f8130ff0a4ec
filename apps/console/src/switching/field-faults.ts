import { type FieldError, ProblemError } from '../api/problem.js';
import { type Policy } from './policy.js';

/** What the API found wrong with a policy that was sent. */
export interface Refusal {
  readonly sent: Policy;
  readonly errors: readonly FieldError[];
}

/** What is wrong with the field at a JSON Pointer, or below it; undefined: nothing that is known. */
export type FaultAt = (pointer: string) => string | undefined;

/** The refusal in an error that says which members it is about; null: it is about none. */
export function refusalOf(error: unknown, sent: Policy): Refusal | null {
  if (!(error instanceof ProblemError)) return null;
  const { errors, code, provider, detail } = error.problem;
  if (code === 'provider_not_configured' && provider !== null) {
    return { sent, errors: placesOf(sent, provider).map((pointer) => ({ pointer, detail })) };
  }
  return errors.length === 0
    ? null
    : {
        sent,
        errors: errors.map((one) => ({ ...one, pointer: one.pointer.replace(/^\/policy(?=\/)/u, '') })),
      };
}

/** Marks a field only for as long as it holds what was refused. */
export function faultsIn(refusal: Refusal | null, policy: Policy): FaultAt {
  return (pointer) => {
    const found = refusal?.errors.find(
      (error) => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`),
    );
    if (refusal === null || found === undefined) return undefined;
    const same =
      JSON.stringify(memberAt(refusal.sent, pointer)) === JSON.stringify(memberAt(policy, pointer));
    return same ? found.detail : undefined;
  };
}

function placesOf({ provider, rules, fallback }: Policy, name: string): readonly string[] {
  return [
    ...(provider === name ? ['/provider'] : []),
    ...rules.flatMap((rule, index) => (rule.provider === name ? [`/rules/${index}/provider`] : [])),
    ...(fallback.includes(name) ? ['/fallback'] : []),
  ];
}

function memberAt(value: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>(
      (within, name) =>
        typeof within === 'object' && within !== null
          ? Object.entries(within).find(([key]) => key === name)?.[1]
          : undefined,
      value,
    );
}
